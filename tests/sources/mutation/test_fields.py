"""Each field that a parser uses, removed or of another type, gives the typed error with source and place - or is listed
among what the parser may do without (leaves.py), with the reason."""

from __future__ import annotations

import pytest

from tests.sources.mutation.case import SOURCE, Case, ask
from tests.sources.mutation.cases import CASES
from tests.sources.mutation.fields import Variant, variants
from tests.sources.mutation.leaves import LEAVES, Leave


@pytest.mark.parametrize("adapter", sorted({case.adapter for case in CASES.values()}))
def test_a_field_that_is_missing_or_of_another_type_is_told_with_its_place(adapter: str) -> None:
    needed: set[Leave] = set()
    wrong = [fault for case in CASES.values() if case.adapter == adapter for fault in wrong_fields(case, needed)]
    idle = [leave for leave in LEAVES.get(adapter, ()) if leave not in needed]
    wrong += [f"no field needs the leave {leave.path}: {leave.why}" for leave in idle]
    assert not wrong, "\n" + "\n".join(wrong)


def wrong_fields(case: Case, needed: set[Leave]) -> list[str]:
    """The variants of `case` that come out wrongly, and how; the leaves that were needed are put into `needed`."""
    wrong = []
    spoilt = list(variants(case))
    assert spoilt, f"the parser of {case.name} uses no field"
    for variant in spoilt:
        fault = _fault(case, variant, needed)
        if fault:
            wrong.append(f"{case.name}: {variant.path} {variant.kind}: {fault}")
    return wrong


def _fault(case: Case, variant: Variant, needed: set[Leave]) -> str:
    """What is wrong with what comes of a variant; empty when nothing is."""
    answer = ask(case, variant.body)
    if answer.faults:
        return "; ".join(answer.faults)
    leaves = [leave for leave in LEAVES.get(case.adapter, ()) if leave.fits(variant.path, variant.kind)]
    if not answer.errors:
        silent = [leave for leave in leaves if not leave.beside]
        needed.update(silent)
        return "" if silent else "nothing is told"
    if any(error.source == SOURCE and variant.is_told_by(error) for error in answer.errors):
        return ""
    place = answer.errors[0].locator
    beside = [leave for leave in leaves if leave.beside and leave.beside == place.rpartition("/")[2]]
    needed.update(beside)
    return "" if beside else f"told at {place}: {answer.errors[0].what}"
