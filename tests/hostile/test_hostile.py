"""Random and hostile lists and evidence: a result or the clear error, never a traceback, a hang or half a file.

INCUMBENT_HOSTILE=10000 asks that many cases (docs/hostile-input.md), INCUMBENT_HOSTILE_FROM=5000 from another seed on.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from incumbent import output
from incumbent.errors import InputError
from tests.hostile.cases import case
from tests.hostile.judge import CPU_SECONDS, judge

COUNT = int(os.environ.get("INCUMBENT_HOSTILE", "150"))
FIRST = int(os.environ.get("INCUMBENT_HOSTILE_FROM", "0"))
#: Seeds in one test: a failure names its seeds, and the others of the run are still asked.
BATCH = 50


def batches() -> Iterator[range]:
    for start in range(FIRST, FIRST + COUNT, BATCH):
        yield range(start, min(start + BATCH, FIRST + COUNT))


@pytest.mark.parametrize("seeds", list(batches()), ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_every_case_has_a_result_or_the_clear_error(seeds: range) -> None:
    wrong: list[str] = []
    statuses: Counter[int] = Counter()
    for seed in seeds:
        answer, faults = judge(case(seed))
        wrong += [f"seed {seed}: {fault}" for fault in faults]
        if answer is not None:
            statuses[answer.status] += 1
            if answer.seconds > CPU_SECONDS:
                wrong.append(f"seed {seed}: {answer.seconds:.0f} s")
    assert not wrong, "\n".join(wrong)
    assert len(seeds) < BATCH or min(statuses[2], statuses[0] + statuses[1]) > BATCH // 10, (
        f"the cases are no mixture of good and bad: {dict(statuses)}"
    )


def test_a_case_is_a_pure_function_of_its_seed() -> None:
    for seed in range(20):
        assert case(seed) == case(seed)
    assert case(1) != case(2)


def first_seed(format_: str) -> int:
    """The first case that asks for this format on stdout and has a list of several entries, and a result."""
    for seed in range(1000):
        asked = case(seed)
        if (
            asked.format == format_
            and asked.output is None
            and (asked.entries or 0) > 1
            and "--excel" not in asked.arguments
        ):
            answer, _ = judge(asked)
            if answer is not None and answer.status in (0, 1):
                return seed
    raise AssertionError(f"no such case for {format_}")


def test_a_lost_row_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = first_seed("csv")
    whole = output.csv_text
    monkeypatch.setattr(output, "csv_text", lambda frame: whole(frame.head(frame.height - 1)))
    assert any("rows for" in fault for fault in judge(case(seed))[1])
    monkeypatch.setattr(output, "csv_text", lambda frame: whole(frame.reverse()))
    assert any("where the list has" in fault for fault in judge(case(seed))[1])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("\x1b[2J", "the table holds U+001B"),
        ("Ann \u202e", "the table holds U+202E"),
        ("", "no summary"),
    ],
)
def test_what_drives_a_terminal_is_seen(monkeypatch: pytest.MonkeyPatch, text: str, fault: str) -> None:
    seed = first_seed("table")
    monkeypatch.setattr("incumbent.commands.check._deliver_report", lambda *_, **__: print(text))
    assert any(fault in found for found in judge(case(seed))[1])


def test_a_traceback_a_bare_error_a_hang_and_a_stray_file_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = first_seed("json")

    def raised(error: BaseException) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("incumbent.verdicts.check_list", fail)

    raised(RuntimeError("ours"))
    assert "exit status 70" in judge(case(seed))[1][0]
    raised(InputError("it is wrong", where="list.csv"))
    assert "the error says only" in judge(case(seed))[1][0]
    raised(KeyboardInterrupt())
    assert "exit status 130" in judge(case(seed))[1][0]

    def forever(*_: object, **__: object) -> None:
        Path("stray").write_text("left behind")
        while True:
            pass

    monkeypatch.setattr("incumbent.verdicts.check_list", forever)
    monkeypatch.setattr("tests.hostile.judge.CPU_SECONDS", 0.5)
    answer, faults = judge(case(seed))
    assert answer is None and "took more than" in faults[0]

    def stray(*_: object, **__: object) -> None:
        Path("stray").write_text("left behind")
        raise InputError("it is wrong", where="list.csv", do="mend it")

    monkeypatch.setattr("incumbent.verdicts.check_list", stray)
    assert judge(case(seed))[1] == ["stray was written or changed"]
