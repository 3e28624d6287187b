"""Promotion: numbered, immutable, one writer, and whole whenever the machine stops."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from incumbent import durable, manifest, publish, verify
from incumbent.errors import HeldError, InputError, LockedError, VerifyError
from tests import synthetic_package as synthetic

SLUG = "harbour-board"


class Copied:
    """A draft that only copies files."""

    def __init__(self, content: Path, as_of: str, number: str) -> None:
        self.content, self.as_of, self._number = content, as_of, number

    def number(self, previous: Path | None) -> str | None:
        if (
            previous is not None
            and (previous / "roster.csv").read_bytes() == (self.content / "roster.csv").read_bytes()
        ):
            return None
        return self._number

    def write(self, version: str, folder: Path, previous: Path | None) -> None:
        shutil.copytree(self.content, folder)


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Copied, Copied]:
    base = tmp_path_factory.mktemp("versions")
    first = synthetic.write(base / "v1.0.0")
    tables = synthetic.edited(synthetic.tables(synthetic.LATER, extra=True), "roster", "dai-ruan", verdict="current")
    draft = synthetic.package.Draft(tables, synthetic.Roster(), synthetic.LATER)
    second = synthetic.write(base / "v1.1.0", draft, "1.1.0", first)
    return Copied(first, synthetic.AS_OF, "1.0.0"), Copied(second, synthetic.LATER, "1.1.0")


def bytes_of(folder: Path) -> dict[str, str]:
    return {name: manifest.digest(folder / name) for name in manifest.files(folder)}


def test_the_whole_story(tmp_path: Path) -> None:
    done = publish.publish(synthetic.draft(), tmp_path, SLUG)
    assert (done.version, done.path, done.changed) == ("1.0.0", tmp_path / SLUG / "v1.0.0", True)
    before = bytes_of(tmp_path)
    again = publish.publish(synthetic.draft(), tmp_path, SLUG)
    assert (again.version, again.changed) == ("1.0.0", False)
    assert bytes_of(tmp_path) == before

    second = publish.publish(synthetic.draft(synthetic.LATER, extra=True, days=152), tmp_path, SLUG)
    assert (second.version, second.changed) == ("1.1.0", True)
    assert verify.verify(tmp_path) == []
    assert bytes_of(tmp_path / SLUG / "latest") == bytes_of(second.path)
    assert {name: digest for name, digest in before.items() if "v1.0.0/" in name}.items() <= bytes_of(tmp_path).items()

    pointer = json.loads((tmp_path / SLUG / "latest.json").read_bytes())
    assert (pointer["version"], pointer["sequence"], pointer["as_of"]) == ("1.1.0", 2, synthetic.LATER)
    assert pointer["manifest"] == manifest.digest(second.path / manifest.NAME)
    history = publish.history(tmp_path, SLUG)
    assert history["version"].to_list() == ["1.0.0", "1.1.0"]
    assert history.row(1, named=True) | {"manifest": ""} == {
        "version": "1.1.0", "as_of": synthetic.LATER, "sequence": 2, "state": "published",
        "added": 1, "removed": 0, "changed": 5, "manifest": "", "withdrawn": None, "reason": None,
    }  # fmt: skip
    assert not (tmp_path / SLUG / publish.SCRATCH).exists()


def test_a_replay_of_an_earlier_day_publishes_nothing(tmp_path: Path) -> None:
    publish.publish(synthetic.draft(), tmp_path, SLUG)
    publish.publish(synthetic.draft(synthetic.LATER, extra=True), tmp_path, SLUG)
    before = bytes_of(tmp_path)
    replayed = publish.publish(synthetic.draft(), tmp_path, SLUG)
    assert (replayed.version, replayed.changed) == ("1.0.0", False)
    with pytest.raises(InputError, match="would come after the one as of 2031-10-31"):
        publish.publish(synthetic.draft(days=3), tmp_path, SLUG)
    with pytest.raises(InputError, match="as of 2031-01-01"):
        publish.publish(synthetic.draft("2031-01-01"), tmp_path, SLUG)
    assert bytes_of(tmp_path) == before


def test_nothing_changed_touches_only_what_tells_the_status(tmp_path: Path, versions: tuple[Copied, Copied]) -> None:
    publish.publish(versions[0], tmp_path, SLUG)
    before = bytes_of(tmp_path)
    states = [{"source": "post", "state": "fresh"}, {"source": "list", "state": "failed"}]
    publish.publish(
        versions[0], tmp_path, SLUG, checked_at="2031-07-01T06:00:00Z", sources=states, next_run="2031-07-02"
    )
    after = bytes_of(tmp_path)
    assert {name for name in after if after[name] != before.get(name)} == {
        *(f"{SLUG}/{name}" for name in ("status.json", "index.html", manifest.NAME)), "index.html", manifest.NAME,
    }  # fmt: skip
    status = json.loads((tmp_path / SLUG / "status.json").read_bytes())
    assert status == {
        "slug": SLUG, "version": "1.0.0", "as_of": synthetic.AS_OF, "last_checked": "2031-07-01T06:00:00Z",
        "last_changed": synthetic.AS_OF, "next_run": "2031-07-02", "sources": [states[1], states[0]],
    }  # fmt: skip


def test_a_held_release_leaves_what_was_there(tmp_path: Path, versions: tuple[Copied, Copied]) -> None:
    seen: list[tuple[bool, Path | None]] = []

    def hold(staging: Path, previous: Path | None) -> None:
        seen.append(((staging / manifest.NAME).is_file(), previous))
        raise HeldError("held")

    with pytest.raises(HeldError):
        publish.publish(versions[0], tmp_path / "new", SLUG, check=hold)
    assert not (tmp_path / "new" / SLUG).exists()
    done = publish.publish(versions[0], tmp_path, SLUG)
    before = bytes_of(tmp_path)
    with pytest.raises(HeldError):
        publish.publish(versions[1], tmp_path, SLUG, check=hold)
    assert bytes_of(tmp_path) == before
    assert seen == [(True, None), (True, done.path)]


def test_two_rosters_share_one_index(tmp_path: Path, versions: tuple[Copied, Copied]) -> None:
    publish.publish(versions[0], tmp_path, SLUG)
    publish.publish(versions[0], tmp_path, "another-board")
    index = json.loads((tmp_path / "versions.json").read_bytes())
    assert [roster["slug"] for roster in index["rosters"]] == ["another-board", SLUG]
    assert verify.verify(tmp_path) == []


def test_a_second_writer_is_turned_away(tmp_path: Path, versions: tuple[Copied, Copied]) -> None:
    def intrude(staging: Path, previous: Path | None) -> None:
        with pytest.raises(LockedError) as caught:
            publish.publish(versions[0], tmp_path, SLUG)
        assert caught.value.exit_status == 75

    assert publish.publish(versions[0], tmp_path, SLUG, check=intrude).changed
    assert not publish.publish(versions[0], tmp_path, SLUG).changed


def test_a_damaged_base_is_never_built_upon(tmp_path: Path, versions: tuple[Copied, Copied]) -> None:
    done = publish.publish(versions[0], tmp_path, SLUG)
    path = done.path / "people.csv"
    path.write_bytes(path.read_bytes().replace(b"Ada", b"Eda"))
    with pytest.raises(VerifyError, match=r"people\.csv"):
        publish.publish(versions[1], tmp_path, SLUG)
    manifest.write(done.path)
    with pytest.raises(VerifyError, match="not the one that was published"):
        publish.publish(versions[1], tmp_path, SLUG)


def test_a_version_is_never_written_over(tmp_path: Path, versions: tuple[Copied, Copied]) -> None:
    publish.publish(versions[0], tmp_path, SLUG)
    same_number = Copied(versions[1].content, synthetic.LATER, "1.0.0")
    with pytest.raises(VerifyError, match="never changes"):
        publish.publish(same_number, tmp_path, SLUG)
    assert verify.verify(tmp_path) == []


def test_a_torn_folder_that_nobody_announced_is_not_promoted(tmp_path: Path, versions: tuple[Copied, Copied]) -> None:
    publish.publish(versions[0], tmp_path, SLUG)
    torn = tmp_path / SLUG / "v1.1.0"
    shutil.copytree(versions[1].content, torn)
    (torn / "roster.csv").write_bytes(b"")
    with pytest.raises(VerifyError, match=r"roster\.csv"):
        publish.publish(versions[1], tmp_path, SLUG)


def test_a_lost_copy_is_made_again(tmp_path: Path, versions: tuple[Copied, Copied]) -> None:
    publish.publish(versions[0], tmp_path, SLUG)
    shutil.rmtree(tmp_path / SLUG / "latest")
    publish.publish(versions[0], tmp_path, SLUG)
    assert verify.verify(tmp_path) == []


@pytest.mark.parametrize("name", ["latest.json", "versions.json", "status.json"])
def test_a_damaged_index_is_reported_and_not_guessed(
    tmp_path: Path, versions: tuple[Copied, Copied], name: str
) -> None:
    publish.publish(versions[0], tmp_path, SLUG)
    (tmp_path / SLUG / name).write_text("{")
    with pytest.raises(VerifyError, match="damaged") as caught:
        publish.publish(versions[0], tmp_path, SLUG)
    assert name in caught.value.where
    (tmp_path / SLUG / "latest.json").write_text("{}")
    with pytest.raises(VerifyError, match="lacks a key"):
        publish.current(tmp_path / SLUG)


def test_the_history_of_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing is published as 'nobody'"):
        publish.history(tmp_path, "nobody")


def test_a_lock_taken_on_a_folder_that_was_replaced_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, real, seen = tmp_path / "place", os.open, []

    def replaced(path: Any, flags: int, *args: Any) -> int:
        handle: int = real(path, flags, *args)
        if path != folder:  # its name is flushed in the folders above
            return handle
        if not seen:
            folder.rmdir()
            folder.mkdir()
        elif len(seen) == 1:
            os.close(handle)
            seen.append(handle)
            raise FileNotFoundError
        seen.append(handle)
        return handle

    monkeypatch.setattr(os, "open", replaced)
    with durable.locked(folder):
        assert len(seen) == 3
        with pytest.raises(LockedError), durable.locked(folder):
            pass
    assert not folder.exists()
