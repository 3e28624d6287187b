"""Withdrawal: the files go, a tombstone stays, the pointer moves, and a crash at any step is completed."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incumbent import cli, durable, ledger, manifest, publish, verify, withdrawal
from incumbent.errors import InputError, LockedError, VerifyError
from tests import synthetic_package as synthetic
from tests.test_publish import SLUG, bytes_of

DAY = "2031-12-01"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    published = tmp_path_factory.mktemp("withdrawal") / "published"
    publish.publish(synthetic.draft(), published, SLUG)
    publish.publish(synthetic.draft(synthetic.LATER, extra=True, days=152), published, SLUG)
    return published


@pytest.fixture
def published(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "published"))


def withdraw(published: Path, *versions: str, reason: str = "wrong_data", **more: Any) -> withdrawal.Withdrawn:
    return withdrawal.withdraw(published, SLUG, versions, reason=reason, date=DAY, **more)


def pointer(published: Path) -> Any:
    return json.loads((published / SLUG / "latest.json").read_bytes())


def test_the_newest_version_gives_way_to_the_one_before(published: Path) -> None:
    sealed = manifest.digest(published / SLUG / "v1.1.0" / manifest.NAME)
    done = withdraw(published, "v1.1.0", note="wrong roster")
    assert (done.versions, done.live) == (("1.1.0",), "1.0.0")
    folder = published / SLUG
    assert not (folder / "v1.1.0").exists()
    assert not (folder / ledger.SCRATCH).exists()
    assert bytes_of(folder / "latest") == bytes_of(folder / "v1.0.0")
    assert (pointer(published)["version"], pointer(published)["sequence"]) == ("1.0.0", 3)
    stone = json.loads((folder / "withdrawn/v1.1.0.json").read_bytes())
    assert stone == {
        "slug": SLUG, "version": "1.1.0", "as_of": synthetic.LATER, "manifest": sealed, "date": DAY,
        "reason": "wrong_data", "note": "wrong roster", "sequence": 3,
    }  # fmt: skip
    status = json.loads((folder / "status.json").read_bytes())
    assert (status["version"], status["as_of"], status["last_changed"]) == ("1.0.0", synthetic.AS_OF, DAY)
    assert b"2031-12-01,1.1.0,withdrawn,wrong_data\r\n" in (folder / "corrections.csv").read_bytes()
    assert verify.verify(published) == []
    history = publish.history(published, SLUG)
    assert history.select("state", "withdrawn", "reason", "added").rows() == [
        ("published", None, None, 0),
        ("withdrawn", DAY, "wrong_data", None),
    ]
    assert [each.version for each in publish.releases(folder)] == ["1.0.0"]


def test_an_older_version_goes_and_the_newest_stays(published: Path) -> None:
    assert withdraw(published, "1.0.0").live == "1.1.0"
    assert (pointer(published)["version"], pointer(published)["sequence"]) == ("1.1.0", 3)
    assert verify.verify(published) == []


def test_all_versions_can_go_and_no_number_is_given_twice(published: Path) -> None:
    assert withdraw(published, "1.0.0", "latest").live is None
    assert pointer(published) == dict.fromkeys(ledger.KEYS) | {"sequence": 4}
    assert not (published / SLUG / "latest").exists()
    assert publish.current(published / SLUG) is None
    assert verify.verify(published) == []
    again = publish.publish(synthetic.draft(), published, SLUG)
    assert (again.version, pointer(published)["sequence"]) == ("2.0.0", 5)
    assert verify.verify(published) == []


def test_the_next_version_is_compared_with_what_is_left_and_numbered_after_all(published: Path) -> None:
    withdraw(published, "1.1.0")
    again = publish.publish(synthetic.draft(synthetic.LATER, extra=True, days=152), published, SLUG)
    assert again.version == "1.2.0"
    assert publish.history(published, SLUG)["added"].to_list() == [0, None, 1]
    unchanged = publish.publish(synthetic.draft(synthetic.LATER, extra=True, days=152), published, SLUG)
    assert not unchanged.changed
    assert verify.verify(published) == []


def test_a_second_withdrawal_changes_nothing(published: Path) -> None:
    withdraw(published, "1.1.0")
    before = bytes_of(published)
    assert withdraw(published, "1.1.0", reason="licence").live == "1.0.0"
    assert bytes_of(published) == before


@pytest.mark.parametrize(
    ("version", "more", "said"),
    [
        ("9.0.0", {}, "there is no version '9.0.0'"),
        ("1.1.0", {"reason": "whim"}, "no class of reasons"),
        ("1.1.0", {"note": "two\nlines"}, "no short line"),
        ("1.1.0", {"note": "x" * 501}, "no short line"),
    ],
)
def test_what_cannot_be_withdrawn_is_named_and_nothing_is_touched(
    published: Path, version: str, more: dict[str, Any], said: str
) -> None:
    before = bytes_of(published)
    with pytest.raises(InputError, match=said):
        withdraw(published, version, **more)
    assert bytes_of(published) == before


def test_a_withdrawal_that_ends_before_its_tombstone_leaves_nothing_of_it(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the empty folder: the next run may be another one, which would not know what it is for."""

    def refused(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = {path.relative_to(published) for path in published.rglob("*")}
    with monkeypatch.context() as patch:
        patch.setattr(durable, "write_json", refused)
        with pytest.raises(OSError, match="No space left"):
            withdraw(published, "1.0.0")
    assert {path.relative_to(published) for path in published.rglob("*")} == before
    publish.note_check(published, SLUG, checked_at="2031-11-03")
    assert verify.verify(published) == []


def test_only_one_writer(published: Path) -> None:
    with durable.locked(published / SLUG), pytest.raises(LockedError):
        withdraw(published, "1.1.0")
    with pytest.raises(InputError, match="nothing is published"):
        withdrawal.withdraw(published, "nobody", ["1.0.0"], reason="licence", date=DAY)


def forged(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes, indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"manifest": "0" * 64}, "another manifest than versions.json"),
        ({"reason": "licence"}, "another reason than versions.json"),
        ({"reason": "whim"}, "no class of reasons"),
        ({"date": "2031-12-02"}, "another date"),
        ({"more": 1}, "its SHA-256 differs"),
    ],
)
def test_a_tombstone_that_is_not_the_one_that_was_set_is_refused(
    published: Path, changes: dict[str, Any], said: str
) -> None:
    withdraw(published, "1.1.0")
    forged(published / SLUG / "withdrawn/v1.1.0.json", **changes)
    problems = " ".join(problem.what for problem in verify.verify(published))
    assert said in problems


def test_a_tombstone_of_other_bytes_is_never_carried_out(published: Path) -> None:
    stone = published / SLUG / "withdrawn/v1.0.0.json"
    stone.parent.mkdir()
    stone.write_text(json.dumps({"manifest": "0" * 64}))
    with pytest.raises(VerifyError, match="of another version"):
        publish.publish(synthetic.draft(), published, SLUG)
    stone.rename(stone.with_name("v7.0.0.json"))
    with pytest.raises(VerifyError, match=r"v7\.0\.0 has a tombstone and is not listed"):
        publish.publish(synthetic.draft(), published, SLUG)
    assert (published / SLUG / "v1.0.0").is_dir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "withdrawn/v1.1.0.json").unlink(), "has no tombstone"),
        (lambda folder: (folder / "withdrawn/v1.1.0.json").write_text("["), "index is damaged"),
        (lambda folder: (folder / "withdrawn/v1.1.0.json").write_text("[]"), "says nothing"),
        (lambda folder: (folder / "withdrawn/v3.0.0.json").write_text("{}"), "of no withdrawn version"),
        (lambda folder: shutil.copytree(folder / "v1.0.0", folder / "v1.1.0"), "its files are still there"),
        (lambda folder: (folder / "feed.xml").unlink(), "feed.xml is missing"),
        (lambda folder: (folder / "feed.xml").write_bytes(b""), "is not what the versions say"),
        (lambda folder: (folder / "corrections.csv").write_bytes(b"date\r\n"), "news that cannot be read"),
        (lambda folder: (folder.parent / "feed.xml").unlink(), "is missing"),
        (lambda folder: (folder.parent / "catalog.jsonld").write_bytes(b"{}"), "is not what the versions say"),
        (lambda folder: forged(folder / "latest.json", sequence=2), "does not name the newest"),
        (lambda folder: forged(folder / "versions.json", versions=[]), "is not in versions.json"),
    ],
)
def test_verify_finds_what_is_not_as_the_withdrawal_left_it(
    published: Path, spoil: Callable[[Path], object], said: str
) -> None:
    withdraw(published, "1.1.0")
    spoil(published / SLUG)
    assert said in " ".join(f"{problem.path} {problem.what}" for problem in verify.verify(published))


def test_a_copy_that_outlives_its_withdrawal_is_found(published: Path) -> None:
    withdraw(published, "1.0.0", "1.1.0")
    shutil.copytree(published / SLUG / "withdrawn", published / SLUG / "latest")
    assert "although every version was withdrawn" in " ".join(each.what for each in verify.verify(published))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out, written.err


def test_the_commands_say_what_was_withdrawn(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--published", str(published))
    told = "Version 1.1.0 was withdrawn on 2031-12-01: what it said was wrong"
    status, out, _ = run(capsys, "withdraw", SLUG, "1.1.0", "--reason", "wrong_data", "--date", DAY, "--json", *place)
    assert (status, json.loads(out)) == (0, {"versions": ["1.1.0"], "live": "1.0.0"})
    assert told in run(capsys, "history", SLUG, *place)[1]
    status, _, err = run(capsys, "diff", SLUG, "1.0.0", "1.1.0", *place)
    assert status == 2 and told in err
    status, out, _ = run(capsys, "withdraw", SLUG, "1.0.0", "--reason", "licence", *place)
    assert (status, out) == (0, "withdrawn: 1.0.0\nno version is live now; release again\n")
    assert "every version was withdrawn" in run(capsys, "diff", SLUG, "latest", "1.0.0", *place)[2]
    assert "was withdrawn" in run(capsys, "history", SLUG, "ada-quill", *place)[2]
    assert run(capsys, "verify", str(published))[0] == 0
