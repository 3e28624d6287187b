// Reads a table as a program of another language does: reader.mjs FILE.csv|FILE.parquet ...
// Answers with one line of JSON per file: { file, columns, count, rows }. Nothing is converted but what JSON cannot
// hold: a big integer becomes its digits, a date the day that the reader says it is.

import { readFileSync } from 'node:fs'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import Papa from 'papaparse'

for (const file of process.argv.slice(2)) {
  const read = file.endsWith('.csv') ? fromCsv(file) : await fromParquet(file)
  console.log(JSON.stringify({ file, ...read }, plain))
}

function fromCsv(file) {
  const { data, errors, meta } = Papa.parse(readFileSync(file, 'utf8'), { header: true, skipEmptyLines: true })
  if (errors.length) throw new Error(`${file}: ${JSON.stringify(errors[0])}`)
  return { columns: meta.fields, count: data.length, rows: data.map((row) => meta.fields.map((name) => row[name])) }
}

async function fromParquet(file) {
  const buffer = await asyncBufferFromFile(file)
  const metadata = await parquetMetadataAsync(buffer)
  const columns = parquetSchema(metadata).children.map((column) => column.element.name)
  const rows = await parquetReadObjects({ file: buffer, metadata, compressors })
  return { columns, count: Number(metadata.num_rows), rows: rows.map((row) => columns.map((name) => row[name] ?? null)) }
}

function plain(key, value) {
  // JSON.stringify has called toJSON by now: a Date is its ISO text, whose day is in UTC.
  if (this[key] instanceof Date) return this[key].toISOString().slice(0, 10)
  return typeof value === 'bigint' ? value.toString() : value
}
