"""The accounts that shall have a row also where they have no post."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from incumbent.errors import InputError

_READERS = {
    ".parquet": lambda path: pl.scan_parquet(path, glob=False),
    ".csv": lambda path: pl.scan_csv(path, infer_schema=False, glob=False),
}


def listed_accounts(path: Path) -> pl.Series:
    """The column account_id of a Parquet or CSV file, by the ending of its name. Raises InputError."""
    if path.suffix not in _READERS:
        raise InputError(
            f"the file's name ends with {path.suffix!r}", where=str(path), expected=" | ".join(_READERS),
            do="give another --accounts",
        )  # fmt: skip
    if not path.is_file():
        raise InputError("there is no such file", where=str(path), expected="a list of accounts")
    try:
        found = _READERS[path.suffix](path)
        columns = found.collect_schema().names()
        if "account_id" not in columns:
            raise InputError(
                "the column account_id is missing", where=str(path), expected="account_id",
                do=f"the file has: {', '.join(columns)}",
            )  # fmt: skip
        ids = found.select(pl.col("account_id").cast(pl.String)).collect().to_series()
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"the file cannot be read: {error}", where=str(path), expected="Parquet or CSV, as its name says",
            do="write the file again",
        ) from error  # fmt: skip
    missing = (ids.fill_null("") == "").arg_true()
    if len(missing):
        raise InputError(
            "account_id is missing", where=f"{path}, row {missing[0]} of the data, counted from 0",
            expected="a value in every row", do=f"correct the file ({len(missing)} such rows)",
        )  # fmt: skip
    return ids
