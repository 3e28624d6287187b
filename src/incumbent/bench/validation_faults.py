"""The stage `validate-faults` of `incumbent bench speed`: as `validate`, one row in a hundred with a fault."""

from __future__ import annotations

from incumbent.bench.speed import Goal
from incumbent.bench.validation import stage

STAGE = stage(
    "validate-faults",
    "A CSV file in which one row in a hundred has a fault, of every kind in turn; every error is reported.",
    "faults",
    (Goal("frictionless", "seconds", 20),),
)
