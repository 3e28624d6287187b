"""Spoilt responses of every source: claims or the typed error, never anything else, within bounds of time and memory.

INCUMBENT_MUTATED=10000 asks that many for each adapter (docs/hostile-input.md), INCUMBENT_MUTATED_FROM=5000 from
another seed on.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from incumbent.errors import SourceError
from incumbent.sources import registry
from incumbent.sources.jsontree import Node
from tests.sources.mutation import case as judging
from tests.sources.mutation.case import ask
from tests.sources.mutation.cases import CASES
from tests.sources.mutation.mutate import mutated
from tests.sources.mutation.test_fields import wrong_fields

COUNT = int(os.environ.get("INCUMBENT_MUTATED", "60"))
FIRST = int(os.environ.get("INCUMBENT_MUTATED_FROM", "0"))


@pytest.mark.parametrize("adapter", sorted(registry.ADAPTERS))
def test_a_spoilt_response_gives_claims_or_the_typed_error(adapter: str) -> None:
    cases = [case for case in CASES.values() if case.adapter == adapter]
    assert cases, f"no sound response of {adapter} in cases.py"
    wrong: list[str] = []
    came: Counter[str] = Counter()
    for seed in range(FIRST, FIRST + COUNT):
        case = cases[seed % len(cases)]
        answer = ask(case, mutated(case, seed))
        wrong += [f"{case.name}, seed {seed}: {fault}" for fault in answer.faults]
        came["error" if answer.errors else "claims"] += 1
    assert not wrong, "\n".join(wrong)
    assert COUNT < 50 or min(came["error"], came["claims"]) > COUNT // 50, f"no mixture of good and bad: {came}"


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_a_sound_response_gives_what_it_says(case: judging.Case) -> None:
    answer = ask(case, case.body)
    assert (answer.faults, answer.errors, answer.refused) == ([], [], "")
    assert answer.parsed is not None and answer.links is not None
    assert answer.parsed.height or answer.links.pages or answer.links.more


def test_a_spoilt_response_is_a_pure_function_of_its_seed() -> None:
    case = CASES["json"]
    assert [mutated(case, seed) for seed in range(30)] == [mutated(case, seed) for seed in range(30)]
    assert len({mutated(case, seed) for seed in range(30)}) > 20


def test_another_exception_an_error_without_place_and_a_hang_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES["json"]

    def raising(error: BaseException) -> list[str]:
        def parse(*_: object) -> None:
            raise error

        monkeypatch.setattr("incumbent.sources.json_rows.parse", parse)
        return ask(case, case.body).faults

    assert raising(KeyError("name")) == ["parse: KeyError: 'name'"]
    assert "lacks source" in raising(SourceError("wrong", source=judging.SOURCE, locator=""))[0]
    assert "lacks source" in raising(SourceError("wrong", source="another", locator="/"))[0]

    def forever(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr("incumbent.sources.json_rows.parse", forever)
    monkeypatch.setattr(judging, "CPU_SECONDS", 0.2)
    assert "processor time" in ask(case, case.body).faults[0]


def test_a_parser_that_takes_what_it_gets_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field of another type that is quietly turned into text, and an error that names another place."""
    case = CASES["person"]
    assert wrong_fields(case, set()) == []
    sound = Node.text
    monkeypatch.setattr(Node, "text", lambda node, *keys: str(node.child(*keys).value))
    assert any("/title number: nothing is told" in fault for fault in wrong_fields(case, set()))

    def elsewhere(node: Node, *keys: str) -> str:
        try:
            return sound(node, *keys)
        except SourceError as error:
            raise SourceError(error.what, source=error.source, locator="/links/nowhere") from None

    monkeypatch.setattr(Node, "text", elsewhere)
    assert any("told at /links/nowhere" in fault for fault in wrong_fields(case, set()))
