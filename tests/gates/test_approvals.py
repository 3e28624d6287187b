"""An approval lets one difference through and no other; the file of approvals is data that is read strictly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from incumbent import approvals, checks
from incumbent.approvals import Approval
from incumbent.commands.approving import approve
from incumbent.errors import HeldError, InputError, RosterError
from incumbent.quality import Check

HELD = Check(
    "roster: entries_changed", "critical", False, "3 vanished: A", "entries_changed", "roster", observed="3 of 9",
    approvable=True,
)  # fmt: skip
NAMED = Check("roster: entry_vanished(a)", "warning", False, "A is gone", "entry_vanished", "roster", "a", "A, Clerk")
PASSED = Check("roster: other", "critical", True, "", "other", "roster")
BROKEN = Check("roster: schema", "critical", False, "not a date", "schema", "roster")
GIVEN = Approval("0" * 20, "2031-05-02", "M. Keeper", "Checked by telephone", "v1.0.0", "roster: entries_changed")


def test_the_digest_is_of_the_difference_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text("")
    known = approvals.digest("board", tmp_path, [HELD, NAMED, PASSED])
    assert known == approvals.digest("board", tmp_path, [NAMED, HELD]) and len(known) == 20
    others = [
        approvals.digest("other", tmp_path, [HELD, NAMED]),
        approvals.digest("board", None, [HELD, NAMED]),
        approvals.digest("board", tmp_path, [HELD]),
        approvals.digest("board", tmp_path, [HELD, replace(NAMED, subject="b")]),
        approvals.digest("board", tmp_path, [replace(HELD, observed="4 of 9"), NAMED]),
        approvals.digest("board", tmp_path, [HELD, NAMED, BROKEN]),
    ]
    (tmp_path / "SHA256SUMS").write_text("another version")
    others.append(approvals.digest("board", tmp_path, [HELD, NAMED]))
    assert len({known, *others}) == len(others) + 1


def test_what_is_approved_passes_and_says_so_and_what_cannot_be_is_still_held() -> None:
    ran = approvals.settle([HELD, NAMED, PASSED], GIVEN)
    checks.gate(ran)
    assert [check.outcome for check in ran] == ["approved", "failed", "passed"]
    assert ran[0].notes == "3 vanished: A Approved on 2031-05-02: Checked by telephone"
    assert "M. Keeper" not in str(ran)
    with pytest.raises(HeldError, match="schema"):
        checks.gate(approvals.settle([HELD, BROKEN], GIVEN))
    with pytest.raises(HeldError, match="entries_changed"):
        checks.gate(approvals.settle([HELD], None))


def test_approvals_are_kept_and_found_by_their_digest(tmp_path: Path) -> None:
    assert approvals.load(tmp_path) == [] and approvals.find(tmp_path, GIVEN.digest) is None
    approvals.record(tmp_path, GIVEN)
    approvals.record(tmp_path, GIVEN._replace(digest="1" * 20, reason='Said "yes", twice'))
    approvals.record(tmp_path, GIVEN)
    assert [each.digest for each in approvals.load(tmp_path)] == ["1" * 20, "0" * 20]
    found = approvals.find(tmp_path, "1" * 20)
    assert found is not None and found.reason == 'Said "yes", twice'
    assert [path.name for path in tmp_path.iterdir()] == [approvals.FILE]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("digest", "12"),
        ("digest", "G" * 20),
        ("date", "2031-5-2"),
        ("by", " "),
        ("reason", ""),
        ("reason", "two\nlines"),
    ],
)
def test_what_is_no_approval_is_refused(tmp_path: Path, field: str, value: str) -> None:
    with pytest.raises(InputError) as refused:
        approvals.record(tmp_path, GIVEN._replace(**{field: value}))
    assert refused.value.expected.startswith(field)
    assert not (tmp_path / approvals.FILE).exists()


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"digest,date\n", ":1"),
        (b"digest,date,by,reason,after,checks\n0,2031-05-02,a,b,c,d\n", ":2"),
        (b"digest,date,by,reason,after,checks\n1,2\n", ":2"),
        (b"\xff", ""),
    ],
)
def test_a_file_that_was_edited_into_something_else_is_refused(tmp_path: Path, content: bytes, where: str) -> None:
    (tmp_path / approvals.FILE).write_bytes(content)
    with pytest.raises(RosterError) as refused:
        approvals.load(tmp_path)
    assert refused.value.where == f"{tmp_path / approvals.FILE}{where}"


def call(home: Path, *arguments: str) -> Any:
    given = ["board", "--rosters", str(home.parent), "--date", "2031-05-02", "--by", "M. Keeper", *arguments]
    return CliRunner().invoke(approve, given, catch_exceptions=True)


def test_the_command_approves_what_is_held(home: Path) -> None:
    assert isinstance(call(home, "--reason", "why").exception, InputError)
    approvals.note_held(home / "archive", "a" * 20, "2031-05-01", "v1.0.0", [HELD, NAMED, PASSED])
    wrong = call(home, "--reason", "why", "--digest", "b" * 20)
    assert isinstance(wrong.exception, InputError) and "a" * 20 in str(wrong.exception)
    done = call(home, "--reason", " Checked by telephone ")
    assert (
        done.exit_code == 0
        and "approved: roster: entries_changed: 3 of 9" in done.output
        and "A is gone" in done.output
    )
    (known,) = approvals.load(home)
    assert known == GIVEN._replace(digest="a" * 20)
    shown = json.loads(call(home, "--reason", "Again", "--json").output)
    assert shown["approved"]["digest"] == "a" * 20 and len(approvals.load(home)) == 2
    approvals.forget_held(home / "archive")
    assert approvals.held(home / "archive") is None
    elsewhere = call(home, "--reason", "held on another machine", "--digest", "c" * 20)
    assert elsewhere.exit_code == 0 and approvals.load(home)[-1].after == ""


def test_the_command_refuses_what_nobody_can_approve(home: Path) -> None:
    assert call(home).exit_code == 2  # no reason
    approvals.note_held(home / "archive", "a" * 20, "2031-05-01", None, [HELD, BROKEN])
    refused = call(home, "--reason", "please").exception
    assert isinstance(refused, InputError) and "cannot be approved" in refused.what
    (home / "archive" / approvals.HELD).write_text('{"digest": 1}')
    damaged = call(home, "--reason", "please").exception
    assert isinstance(damaged, InputError) and "damaged" in damaged.what
    assert approvals.load(home) == []


def test_many_entries_are_summed_up(home: Path) -> None:
    many = [replace(NAMED, subject=str(number), notes=f"Person {number} is gone") for number in range(30)]
    approvals.note_held(home / "archive", "a" * 20, "2031-05-01", None, [HELD, *many])
    assert "and 10 more" in call(home, "--reason", "why").output
