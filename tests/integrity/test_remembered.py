"""The memory: what went back, what froze, what vanished, and that the memory itself is whole or not there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from incumbent import remembered, verify, withdrawal
from incumbent.errors import InputError
from incumbent.remembered import Seen
from tests.integrity import places
from tests.integrity.conftest import NOW, known

SEEN = Seen(
    sequence=3, version="1.1.0", manifest="b" * 64, versions={"1.0.0": "a" * 64, "1.1.0": "b" * 64},
    last_checked="2031-07-01T06:00:00Z", next_run="2031-07-02T06:00:00Z", seen_at="2031-07-01T08:00:00Z",
)  # fmt: skip
HERE = Path("published/harbour-board")


def whats(problems: Any) -> str:
    return "\n".join(f"{problem.path} {problem.what}" for problem in problems)


def changed(**cells: Any) -> str:
    return whats(remembered.changed(HERE, SEEN, replace(SEEN, **cells)))


def test_what_goes_on_is_no_problem() -> None:
    assert changed() == ""
    grown = {**SEEN.versions, "1.2.0": "c" * 64}
    later = {"last_checked": "2031-07-02T06:00:00Z", "withdrawn": ["1.1.0"]}
    assert changed(sequence=5, version="1.2.0", manifest="c" * 64, versions=grown, **later) == ""


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"sequence": 2}, "latest.json was rolled back: its sequence is 2, and 3 was seen on 2031-07-01T08:00:00Z"),
        ({"manifest": "d" * 64}, "latest.json names another version under sequence 3"),
        ({"version": None, "manifest": None}, "latest.json names another version under sequence 3"),
        ({"sequence": 4, "versions": {"1.1.0": "b" * 64}}, "versions.json has lost version 1.0.0"),
        ({"sequence": 4, "versions": {"1.0.0": "d" * 64, "1.1.0": "b" * 64}}, "has another version 1.0.0 than"),
        ({"last_checked": "2031-06-30"}, "status.json was last checked at 2031-06-30, and 2031-07-01T06"),
        ({"last_checked": "2031-07-01T05:59:59Z"}, "status.json was last checked at 2031-07-01T05"),
    ],
)  # fmt: skip
def test_what_goes_back_is_named(cells: dict[str, Any], found: str) -> None:
    assert found in changed(**cells)


def test_a_day_that_may_be_later_did_not_go_back() -> None:
    assert changed(last_checked="2031-07-01") == ""


def test_a_withdrawn_version_stays_withdrawn() -> None:
    before = replace(SEEN, withdrawn=["1.0.0"])
    assert "shows version 1.0.0 again, which was withdrawn" in whats(remembered.changed(HERE, before, SEEN))
    assert whats(remembered.changed(HERE, before, before)) == ""


@pytest.mark.parametrize(
    ("now", "status", "before", "found"),
    [
        ("2031-07-03T05:00:00Z", {}, None, ""),
        ("2031-07-03T06:00:01Z", {}, None, "is frozen: it was to be checked again by 2031-07-02T06:00:00Z"),
        ("2031-07-04T23:00:00Z", {"next_run": "2031-07-03"}, None, ""),
        ("2031-07-05T01:00:00Z", {"next_run": "2031-07-03"}, None, "is frozen"),
        ("2041-01-01T00:00:00Z", {"next_run": None}, None, ""),
        ("2041-01-01T00:00:00Z", {"next_run": None}, {}, "is frozen: it was to be checked again by 2031-07-02"),
        ("2041-01-01T00:00:00Z", {"next_run": None, "last_checked": "2031-07-09T06:00:00Z"}, {}, ""),
        ("2031-06-29T05:00:00Z", {}, None, "was last checked at 2031-07-01T06:00:00Z, which is to come"),
        ("2031-06-30T12:00:00Z", {}, None, ""),
        (NOW, {"next_run": "soon"}, None, "has a next_run that is no time: 'soon'"),
        (NOW, {"last_checked": None}, None, "does not tell when it was last checked"),
        (NOW, {"last_checked": "2031-02-30"}, None, "does not tell when it was last checked"),
        (NOW, {"last_checked": "2031-07-01T06:00:00"}, None, "does not tell when it was last checked"),
    ],
)
def test_a_promise_that_was_not_kept_is_a_freeze(
    now: str, status: dict[str, Any], before: dict[str, Any] | None, found: str
) -> None:
    problems = whats(
        remembered.frozen(HERE, None if before is None else replace(SEEN, **before), replace(SEEN, **status), now)
    )
    assert found in problems
    assert bool(found) == bool(problems)


def test_the_memory_grows_with_what_is_published(sealed: Path, memory: Path) -> None:
    """First seen, seen again, seen with another version, all without a problem; each is remembered."""
    known(sealed, memory)
    at = f"{sealed}/{places.SLUG}"
    assert remembered.load(memory)[at].withdrawn == ["1.1.0"]
    assert remembered.verified(sealed, str(sealed), memory, NOW) == []
    withdrawal.withdraw(sealed, places.SLUG, ["1.0.0"], reason="licence", date="2031-12-24")
    places.seal(sealed / places.SLUG)
    assert remembered.verified(sealed / places.SLUG, at, memory, NOW) == []
    seen = remembered.load(memory)[at]
    assert seen.withdrawn == ["1.0.0", "1.1.0"] and seen.sequence == 5 and seen.seen_at == NOW
    assert remembered.load(memory)[f"{sealed}/{places.OTHER}"].sequence == 1


def test_the_first_look_is_a_whole_one(sealed: Path, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of versions that are known to be whole are not read again; those of others are."""
    read: list[str] = []
    real = verify.verify_version._descriptor
    monkeypatch.setattr(
        verify.verify_version, "_descriptor", lambda folder, said: read.append(folder.name) or real(folder, said)
    )
    other = sealed / places.OTHER
    assert remembered.verified(other, str(other), memory, NOW) == []
    assert read == ["v1.0.0"]
    assert remembered.verified(other, str(other), memory, NOW) == []
    assert remembered.verified(other / "v1.0.0", f"{other}/v1.0.0", memory, NOW) == []
    assert read == ["v1.0.0"]


def test_a_version_by_itself_is_the_one_that_was_seen(sealed: Path, memory: Path) -> None:
    known(sealed, memory)
    folder = sealed / places.SLUG
    places.forge(sealed, places.SLUG, lambda version: (version / "README.md").write_text("other"), "v1.2.0")
    assert "is of another version 1.2.0 than was seen" in whats(
        remembered.verified(folder / "v1.2.0", f"{folder}/v1.2.0", memory, NOW)
    )
    before = remembered.load(memory)
    remembered.keep(memory, {str(folder): replace(before[str(folder)], withdrawn=["1.0.0", "1.1.0"])})
    assert "is version 1.0.0, which was withdrawn" in whats(
        remembered.verified(folder / "v1.0.0", f"{folder}/v1.0.0", memory, NOW)
    )


def test_a_roster_that_is_gone_is_named(sealed: Path, memory: Path) -> None:
    known(sealed, memory)
    before = remembered.load(memory)
    assert "lights-board was published here" in whats(
        remembered.missing(str(sealed), before, [f"{sealed}/{places.SLUG}"])
    )
    assert whats(remembered.missing(str(sealed.parent), before, [])) == ""


def test_a_problem_leaves_the_memory_as_it_was(sealed: Path, memory: Path) -> None:
    known(sealed, memory)
    content = memory.read_bytes()
    folder = sealed / places.SLUG
    (folder / "latest.json").write_bytes(
        (folder / "latest.json").read_bytes().replace(b'"sequence": 4', b'"sequence": 3')
    )
    assert "rolled back" in whats(remembered.verified(sealed, str(sealed), memory, NOW))
    (folder / "status.json").write_text("{")
    assert "not readable as JSON" in whats(remembered.verified(sealed, str(sealed), memory, NOW))
    assert memory.read_bytes() == content


def test_of_two_runs_the_one_that_saw_more_is_kept(memory: Path) -> None:
    remembered.keep(memory, {"a": replace(SEEN, sequence=5), "b": SEEN})
    remembered.keep(memory, {"a": SEEN, "c": SEEN})
    kept = remembered.load(memory)
    assert sorted(kept) == ["a", "b", "c"] and kept["a"].sequence == 5
    assert list(memory.parent.iterdir()) == [memory]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"format": 2, "rosters": {}}', b'{"format": 1, "rosters": []}',
     b'{"format": 1, "rosters": {"a": {"sequence": 1}}}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_memory_is_never_taken_for_an_empty_one(memory: Path, content: bytes) -> None:
    memory.write_bytes(content)
    with pytest.raises(InputError, match="this is no memory"):
        remembered.load(memory)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("sequence", True), ("sequence", "3"), ("versions", {"1.0.0": 3}), ("withdrawn", [1]), ("keys", ["zz"]),
     ("signer", "0"), ("seen_at", None), ("more", 1)],
)  # fmt: skip
def test_a_memory_of_other_types_is_refused(memory: Path, cell: str, value: object) -> None:
    remembered.keep(memory, {"a": SEEN})
    content = json.loads(memory.read_bytes())
    content["rosters"]["a"][cell] = value
    memory.write_text(json.dumps(content))
    with pytest.raises(InputError, match="this is no memory"):
        remembered.load(memory)


def test_a_memory_that_cannot_be_is_bad_input(tmp_path: Path) -> None:
    assert remembered.load(tmp_path / "none.json") == {}
    with pytest.raises(InputError, match="cannot be read"):
        remembered.load(tmp_path)
    with pytest.raises(InputError, match="no folder for the memory"):
        remembered.keep(tmp_path / "none" / "memory.json", {})


@pytest.mark.parametrize("content", ["[]", "{}", '{"sequence": 1}'])
def test_indexes_that_say_nothing_are_not_observed(sealed: Path, content: str) -> None:
    (sealed / places.OTHER / "latest.json").write_text(content)
    assert remembered.observe(sealed / places.OTHER, NOW) is None
