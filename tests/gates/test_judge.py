"""What the gates decide: held, warned of, or let through, with names; and what they do not run for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import checks, gates, resources, suites
from incumbent.claims import CLAIMS
from incumbent.errors import HeldError, SchemaError
from incumbent.quality import Check
from incumbent.sources.reading import CAPTURES, SOURCES
from tests.gates.tables import entry, rows, table

LISTS = {"source_id": "the-list", "required": True, "max_age_days": 7}
APPOINTMENTS = dict.fromkeys(("person_id", "post_id", "end_latest"), pl.String)


def tables(entries: list[dict[str, Any]], ended: tuple[tuple[str, str], ...] = ()) -> dict[str, pl.DataFrame]:
    ends = [(person, post, "2031-05-01") for person, post in ended]
    return {
        "roster": table(entries),
        "appointments": pl.DataFrame(ends, schema=APPOINTMENTS, orient="row"),
        "sources": pl.DataFrame({"source_id": ["the-list"], "snapshot": ["a"]}),
    }


def asked(limit: float = 20, read: list[dict[str, Any]] | None = None, **more: Any) -> gates.Asked:
    sources = pl.DataFrame([LISTS, {"source_id": "gazette", "required": False, "max_age_days": None}])
    return gates.Asked(limit, ("the-list",), sources, pl.DataFrame(read or [], schema=SOURCES), **more)


def judged(before: list[dict[str, Any]], now: list[dict[str, Any]], **more: Any) -> list[Check]:
    ended = more.pop("ended", ())
    return gates.judge(tables(now, ended), tables(before), asked(**more), suites.thresholds())


def ends(found: list[Check], check_id: str) -> dict[str, str]:
    """subject -> outcome of the checks of that id."""
    return {check.subject: check.outcome for check in found if check.check_id == check_id}


def test_a_list_that_changes_more_than_its_roster_allows_is_held_with_the_names() -> None:
    found = judged(rows(), rows()[3:])
    with pytest.raises(HeldError, match=r"entries_changed: 3 vanished: Ada Quill, Bo Fenn, Cyn Marsh") as held:
        checks.gate(found, "incumbent approve harbour-board --digest 0123 --reason TEXT")
    assert "incumbent approve harbour-board --digest 0123" in held.value.do
    assert set(ends(found, "entry_vanished").values()) == {"failed"}
    allowed = judged(rows(), rows()[3:], limit=30)
    checks.gate(allowed)
    (whole,) = (check for check in allowed if check.check_id == "entries_changed")
    assert (whole.observed, whole.expected) == (
        "3 of 10 entries (30.0 %)", "at most 30 % that appeared or vanished, or stand elsewhere",
    )  # fmt: skip


def test_growth_and_shuffling_are_held_as_loss_is() -> None:
    more = [*rows(), *(entry(f"New Person{letter}", f"Cook {letter}", "Lights Office") for letter in "ABC")]
    assert ends(judged(rows(), more), "entries_changed") == {"whole": "failed"}
    one, two, three, *rest = rows()
    turned = [
        entry(row["listed_person"], other["listed_post"], other["listed_organisation"])
        for row, other in ((one, two), (two, three), (three, one))
    ]
    found = judged(rows(), [*turned, *rest])
    assert ends(found, "entries_changed") == {"whole": "failed"}
    assert len(ends(found, "holders_exchanged")) == 3
    # Who takes over from somebody is one change, not two.
    successors = [
        entry(f"New {row['listed_person']}", row["listed_post"], row["listed_organisation"]) for row in rows()[:2]
    ]
    assert ends(judged(rows(), [*successors, *rows()[2:]]), "entries_changed") == {"whole": "passed"}


def test_what_evidence_says_too_is_no_warning() -> None:
    before = rows(ada="out_of_date", bo="leaving")
    before[0]["reasons"] = "left"
    successor = entry("Zora Lorne", "Pilot", "Harbour Board")
    found = judged(before, [*rows()[2:], successor])
    assert ends(found, "entry_vanished") == dict.fromkeys(
        ("ada-quill--harbour-board--harbour-master", "bo-fenn--harbour-board--pilot"), "passed"
    )
    assert ends(found, "entry_appeared") == {"zora-lorne--harbour-board--pilot": "passed"}
    unverified = judged(before, [*rows()[2:], successor | {"verdict": "unverified"}])
    assert list(ends(unverified, "entry_appeared").values()) == ["failed"]


def test_who_stands_on_the_list_already_is_nobodys_successor() -> None:
    """A name that was copied onto its neighbour's line, while evidence has that person at the body."""
    pulled_down = entry("Ada Quill", "Pilot", "Harbour Board", entry_id="ada-2")
    found = judged(rows(), [rows()[0], pulled_down, *rows()[2:]])
    assert ends(found, "entry_appeared") == {"ada-2": "failed"}
    assert ends(found, "entry_vanished") == {"bo-fenn--harbour-board--pilot": "failed"}


@pytest.mark.parametrize(
    ("verdict", "reasons", "ended", "outcome"),
    [
        ("current", None, (), "failed"),
        ("unverified", None, (), "failed"),
        ("out_of_date", "replaced", (), "failed"),  # somebody else should stand there
        ("out_of_date", "replaced;left", (), "passed"),
        ("leaving", "announced_departure", (), "failed"),
        ("current", None, (("ada-quill", "harbour-master--harbour-board"),), "passed"),
        ("current", None, (("ada-quill", "pilot--harbour-board"),), "failed"),
    ],
)
def test_who_vanishes_together_with_the_post_needs_an_end(
    verdict: str, reasons: str | None, ended: tuple[tuple[str, str], ...], outcome: str
) -> None:
    before = rows(ada=verdict)
    before[0]["reasons"] = reasons
    assert list(ends(judged(before, rows()[1:], ended=ended), "entry_vanished").values()) == [outcome]


def test_without_a_version_of_the_same_list_nothing_is_compared() -> None:
    alone = gates.judge(tables(rows()), None, asked(), suites.thresholds())
    other = [row | {"source_id": "another-list"} for row in rows()]
    for found in (alone, judged(other, rows())):
        states = {check.check_id: check.outcome for check in found}
        assert states.pop("source_age") == "passed"
        assert set(states.values()) == {"not_run"} and len(states) == 7


def test_a_list_that_is_read_for_the_first_time_is_not_what_appeared() -> None:
    added = [*rows(), *(entry(f"New {letter}", f"Cook {letter}", None, source_id="second") for letter in "ABCDE")]
    assert ends(judged(rows(), added), "entries_changed") == {"whole": "passed"}


def test_evidence_that_is_lost_all_at_once_is_told_by_entry_and_held_where_it_is_much() -> None:
    few = judged(rows(), rows(ada="unverified"))
    assert ends(few, "unverified_rise") == {"whole": "passed"}
    some = judged(rows(), rows(ada="unverified", bo="unverified"))
    outcomes = [(check.severity, check.outcome) for check in some if check.check_id == "unverified_rise"]
    assert outcomes == [("critical", "passed"), ("warning", "failed"), ("warning", "failed"), ("warning", "failed")]
    many = judged(rows(), rows(**dict.fromkeys(("ada", "bo", "cyn", "dai", "eve"), "unverified")))
    with pytest.raises(HeldError, match="unverified_rise"):
        checks.gate(many)


@pytest.mark.parametrize(
    ("state", "age", "records", "held"),
    [
        ("carried_forward", 8, 5, True),
        ("carried_forward", 7, 5, False),
        ("failed", None, 0, True),
        ("quarantined", None, 5, False),
    ],
)
def test_a_required_source_that_is_too_old_or_gone_holds(state: str, age: int | None, records: int, held: bool) -> None:
    row = {"source_id": "the-list", "state": state, "age_days": age, "records": records, "reason": "status 503 came"}
    found = gates.judge(tables(rows()), None, asked(read=[row]), suites.thresholds())
    (check,) = (each for each in found if each.subject == "the-list")
    assert (check.holds, check.approvable, check.table, check.notes) == (held, False, "sources", "status 503 came")
    if held:
        with pytest.raises(HeldError) as raised:
            checks.gate(found, "incumbent approve x")
        assert "approve" not in raised.value.do


def test_an_optional_source_only_warns() -> None:
    row = {
        "source_id": "gazette",
        "state": "carried_forward",
        "age_days": 900,
        "records": 1,
        "reason": "status 404 came",
    }
    found = gates.judge(tables(rows()), None, asked(read=[row, row]), suites.thresholds())
    (check,) = (each for each in found if each.subject == "gazette")
    assert (check.severity, check.outcome) == ("warning", "failed")
    assert check.observed == "2 of its pages carried forward, 900 days old"


def said(snapshot: str, *people: str) -> list[dict[str, Any]]:
    return [{"source": "the-list", "snapshot": snapshot, "person": each, "event": "holds"} for each in people]


@pytest.mark.parametrize(
    ("seen", "published", "returned"),
    [
        ("ABA", "B", True),
        ("ABa", "B", True),  # other bytes of the same content
        ("ABC", "B", False),
        ("ABB", "B", False),
        ("AA", "A", False),
        ("ABA", "A", False),  # the page in between was never published
        ("ABCB", "C", True),
    ],
)
def test_a_page_that_undoes_its_last_change_is_held(seen: str, published: str, returned: bool) -> None:
    content = {"A": "Ada", "a": "Ada", "B": "Bo", "C": "Cyn"}
    history = pl.DataFrame(
        [row for each in sorted(set(seen)) for row in said(each, "Eve", content[each])], schema=CLAIMS
    )
    captures = pl.DataFrame(
        [
            {
                "source": "the-list",
                "source_url": "https://port.example/",
                "snapshot": each,
                "stated_at": f"2031-05-0{day}",
            }
            for day, each in enumerate(seen, 1)
        ],
        schema=CAPTURES,
    )
    before = tables(rows()) | {"sources": pl.DataFrame({"source_id": ["the-list"], "snapshot": [published]})}
    found = gates.judge(tables(rows()), before, asked(history=history, captures=captures), suites.thresholds())
    (check,) = (each for each in found if each.check_id == "list_returned")
    assert check.holds is returned and check.approvable
    if returned:
        assert f"says on 2031-05-0{len(seen)} what it said on 2031-05-0{len(seen) - 2}" in check.observed


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda gate: gate.update(held_above=-1), "/held_above"),
        (lambda gate: gate.update(warning_above="none"), "/warning_above"),
        (lambda gate: gate.update(why=" "), "/why"),
        (lambda gate: gate.update(id="entries_chagned"), "/id"),
        (lambda gate: gate.update(limit=3), "/limit"),
        (lambda gate: gate.update(id="cells_mixed"), "/id"),
    ],
)
def test_thresholds_that_would_be_ignored_are_refused(tmp_path: Path, change: Any, pointer: str) -> None:
    told = json.loads((resources.path("expectations") / suites.GATES).read_bytes())
    change(told["gates"][0])
    (tmp_path / suites.GATES).write_text(json.dumps(told))
    with pytest.raises(SchemaError) as refused:
        suites.thresholds(tmp_path)
    assert refused.value.where.endswith(pointer)


def test_a_gate_without_a_threshold_is_refused(tmp_path: Path) -> None:
    (tmp_path / suites.GATES).write_text('{"name": "gates", "gates": []}')
    with pytest.raises(SchemaError, match="a gate has no threshold: entries_changed"):
        suites.thresholds(tmp_path)
