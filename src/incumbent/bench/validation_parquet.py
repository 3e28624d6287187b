"""The stage `validate-parquet` of `incumbent bench speed`: as `validate`, from a Parquet file."""

from __future__ import annotations

from incumbent.bench.speed import Goal
from incumbent.bench.validation import stage

STAGE = stage(
    "validate-parquet",
    "The table of the stage `validate` as a Parquet file, in its types.",
    "parquet",
    (Goal("frictionless", "seconds", 1000),),
    with_parse=False,
)
