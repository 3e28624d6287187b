"""Judges large tables by their Table Schemas: what frictionless would report, row for row, in a fraction of its time.

A screen of columnar checks reads the whole table and finds the rows that frictionless could find fault with: all of
them, and few others. frictionless then judges those rows alone, with their true numbers, so its words are its own. What
the screen cannot judge exactly (ragged rows, odd quoting, another encoding than UTF-8, labels that are not the
schema's) raises HandOver inside, and frictionless reads the whole file as it always did.

    tables      resource -> CsvTable | ParquetTable      blocks of columns, and the cells of any row
    columns     field of a schema -> Column              what makes a cell certainly right
    screening   table + columns -> rows to be judged
    judge       rows to be judged -> frictionless' errors
"""

from incumbent.validation.judge import screened_errors as screened_errors
from incumbent.validation.judge import table_errors as table_errors
from incumbent.validation.judge import whole_errors as whole_errors
from incumbent.validation.tables import HandOver as HandOver
