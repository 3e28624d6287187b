"""What durable does where the disk, the lock or a folder's rights refuse; tests/crash has the rest."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from incumbent import durable, ledger
from incumbent.errors import LockedError


def flushed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders and files that are flushed from now on, in order."""
    seen: list[Path] = []
    real = durable.flush

    def flush(path: Path) -> None:
        seen.append(path)
        real(path)

    monkeypatch.setattr(durable, "flush", flush)
    return seen


def test_the_folders_above_are_flushed_as_far_as_they_are_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, real = flushed(monkeypatch), os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path and real(path, mode))
    with durable.locked(tmp_path / "srv" / "published" / "board"):
        (tmp_path / "srv" / "published" / "board" / "kept").touch()
    assert seen == [tmp_path / "srv" / "published", tmp_path / "srv"]


def test_another_file_system_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, real, folder = flushed(monkeypatch), Path.stat, tmp_path / "published" / "board"

    class Elsewhere:
        st_dev = -1

    monkeypatch.setattr(Path, "stat", lambda path, **more: Elsewhere() if path == tmp_path else real(path, **more))
    with durable.locked(folder):
        pass
    assert seen == [tmp_path / "published"]


def test_a_lock_that_cannot_be_had_says_where_and_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int, operation: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = len(list(Path("/proc/self/fd").iterdir()))
    with monkeypatch.context() as patch:
        patch.setattr(durable.fcntl, "flock", refuse)
        with pytest.raises(OSError, match="Input/output error") as raised, durable.locked(tmp_path / "board"):
            pass
    assert (raised.value.errno, raised.value.filename) == (errno.EIO, str(tmp_path / "board"))
    with durable.locked(tmp_path / "board"), pytest.raises(LockedError), durable.locked(tmp_path / "board"):
        pass
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_an_error_is_told_with_the_file_that_it_is_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"a\.json\.new") as raised:
        durable.write(b"{}", tmp_path / "a.json", tmp_path)
    assert raised.value.filename == str(tmp_path / "a.json.new")
    with pytest.raises(OSError, match="other"), durable.naming(tmp_path):
        raise OSError(errno.EIO, "told", "other")
    with pytest.raises(OSError, match=r"^words alone$"), durable.naming(tmp_path):
        raise OSError("words alone")


def test_what_is_set_aside_goes_with_the_scratch_folder_under_names_of_its_own(tmp_path: Path) -> None:
    with ledger.scratch(tmp_path) as scratch:
        for content in ("first", "second"):
            (tmp_path / "latest").mkdir()
            (tmp_path / "latest" / "file").write_text(content)
            ledger.set_aside(tmp_path / "latest")
            assert not (tmp_path / "latest").exists()
        kept = sorted(path.read_text() for path in scratch.glob("*/file"))
        assert kept == ["first", "second"]
    assert list(tmp_path.iterdir()) == []


def test_scratch_that_a_dead_run_left_is_removed_first(tmp_path: Path) -> None:
    (tmp_path / ledger.SCRATCH / "v1.0.0").mkdir(parents=True)
    with ledger.scratch(tmp_path) as scratch:
        assert list(scratch.iterdir()) == []
    assert not scratch.exists()
