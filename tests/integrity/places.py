"""What the integrity tests tamper with: two rosters, three versions of the first, one of them withdrawn; sealed.

Also the whole forgery: everything written anew so that it agrees with itself, as a forger with our code would do it.
"""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from incumbent import durable, ledger, living, manifest, package, publish, sealing, signing, site, withdrawal
from incumbent.corrections import Correction
from tests import synthetic_package as synthetic

SLUG = "harbour-board"
OTHER = "lights-board"
LAST = "2031-12-24"


def make(published: Path) -> Path:
    """Two rosters. Of the first, 1.0.0 and the live 1.2.0 hold, 1.1.0 was withdrawn; a correction was logged."""
    with pytest.MonkeyPatch.context() as patch:
        few_pages(patch)
        return _make(published)


def few_pages(patch: pytest.MonkeyPatch) -> None:
    """In place of the site's pages, whose charts take long: to a seal a page is a file like any other."""

    def pages(published: Path, slug: str) -> Iterator[tuple[str, bytes]]:
        status = (published / slug / "status.json").read_bytes()
        yield "index.html", b"<title>front</title>" + status
        for name in ("findings.html", "entries/ada-quill.html", "charts/reasons.svg", "embed/table.html"):
            yield name, f"<title>{slug}: {name}</title>".encode()

    patch.setattr(site, "pages", pages)
    patch.setattr(site, "front_page", lambda published, slug: next(pages(published, slug)))


def _make(published: Path) -> Path:
    publish.publish(synthetic.draft(), published, SLUG)
    publish.publish(synthetic.draft(synthetic.LATER, extra=True), published, SLUG)
    withdrawal.withdraw(published, SLUG, ["1.1.0"], reason="defective", date="2031-11-02", note="rows were lost")
    log = [Correction("2031-11-20", "1.0.0", "source", "a date that the source had wrong")]
    last = synthetic.draft(LAST, extra=True, days=179)
    publish.publish(last, published, SLUG, corrections=log, next_run="2031-12-25")
    roster = synthetic.Roster(slug=OTHER, title="The Lights Board")
    publish.publish(package.Draft(synthetic.tables(), roster, synthetic.AS_OF), published, OTHER)
    for slug in (SLUG, OTHER):
        seal(published / slug)
    return published


def seal(folder: Path) -> None:
    """Seals a roster as a run does at its end; with the key that the environment names, signs it."""
    with durable.locked(folder), ledger.scratch(folder) as scratch:
        sealing.seal(folder, scratch)


def key_in(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str = "signing.pem") -> signing.PublicKey:
    """A new key that the environment names from now on."""
    made = signing.new_pair(folder / name)
    monkeypatch.setenv(signing.VARIABLE, str(folder / name))
    return made


def proven(published: Path) -> frozenset[str]:
    """The manifests of the versions, which are whole: their tables need not be read again by every test."""
    return frozenset(manifest.digest(path) for path in published.glob(f"*/v*/{manifest.NAME}"))


def forge(published: Path, slug: str, edit: Callable[[Path], object], version: str = "v1.0.0") -> None:
    """`edit` changes a version's folder; then all that speaks of it is written anew, seals and all: the manifest, the
    indexes, latest/, the feeds. What is signed is signed with the key of the environment, or keeps its old signature.
    """
    folder = published / slug
    edit(folder / version)
    reseal(folder / version)
    content = json.loads((folder / "versions.json").read_bytes())
    for each in content["versions"]:
        if each["path"] == version:
            each["manifest"] = manifest.digest(folder / version / manifest.NAME)
    rewrite(folder, content["versions"])


def rewrite(folder: Path, listed: list[dict[str, Any]]) -> None:
    """Everything that follows from `listed`, entries of versions.json, and the seals, by our own code. Without a key,
    signatures stay as they are: a forger does not mind that they are wrong then."""
    signer, status = signing.configured(), json.loads((folder / "status.json").read_bytes())
    if signer is not None:
        for each in folder.glob(f"*/{manifest.SIGNATURE}"):
            each.unlink()
    shutil.rmtree(folder / "latest")
    title = json.loads((folder / "versions.json").read_bytes())["title"]
    with pytest.MonkeyPatch.context() as patch, durable.locked(folder), ledger.scratch(folder) as scratch:
        few_pages(patch)
        if signer is None:
            patch.setattr(sealing, "signer_of", lambda _: None)
        living.settle(folder, title, listed, {"last_checked": status["last_checked"]})
        sealing.seal(folder, scratch)


def reseal(version: Path) -> None:
    """Makes the descriptor's hashes and the manifest agree again with files that were changed."""
    described = json.loads((version / "datapackage.json").read_bytes())
    for resource in described["resources"]:
        resource["hash"] = f"sha256:{manifest.digest(version / resource['path'])}"
        if "bytes" in resource:
            resource["bytes"] = (version / resource["path"]).stat().st_size
    (version / "datapackage.json").write_text(json.dumps(described))
    manifest.write(version)


def _state(path: Path) -> tuple[int, ...] | None:
    found = path.lstat()
    return None if stat.S_ISDIR(found.st_mode) else (found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class Workbench:
    """One copy of a published folder, and `restore`, which makes it what it was: a copy for each tampering would cost
    more than all else."""

    def __init__(self, original: Path, folder: Path) -> None:
        self.published = Path(shutil.copytree(original, folder / "published"))
        self._held = {name: (self.published / name).read_bytes() for name in manifest.files(self.published)}
        self._state = self._states()

    def restore(self) -> None:
        """Whatever lies beside the copy goes, what is not as it was in it is written again."""
        for path in self.published.parent.iterdir():
            if path != self.published:
                _remove(path)
        if self.published.is_symlink() or not self.published.is_dir():
            _remove(self.published)
            self.published.mkdir()
        now = self._states()
        for name in sorted(set(now) - set(self._state), key=len, reverse=True):
            _remove(self.published / name)
        for name in sorted(self._state):
            path = self.published / name
            if self._state[name] is None:
                if path.is_symlink() or not path.is_dir():
                    _remove(path)
                    path.mkdir()
            elif now.get(name) != self._state[name]:
                _remove(path)
                path.write_bytes(self._held[name])
                self._state[name] = _state(path)

    def _states(self) -> dict[str, tuple[int, ...] | None]:
        """Of each file what tells whether it was touched; None for a folder."""
        return {path.relative_to(self.published).as_posix(): _state(path) for path in self.published.rglob("*")}
