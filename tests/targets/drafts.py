"""Drafts of two versions, and a third that contradicts the second: files made once, then only copied.

Most tests need no more of a version than a few of its files: the fewer there are, the more can be tested in a minute.
"""

from __future__ import annotations

import functools
import json
import shutil
import tempfile
from pathlib import Path

from incumbent import ledger, manifest, package, publish, targets
from tests import synthetic_package as synthetic

SLUG = "harbour-board"
FIRST, SECOND, RIVAL = "2031-06-28", "2031-10-31", "2031-11-30"
_TABLES = ("roster.csv", "roster.parquet", "changes.csv", "changes.parquet")
_KEPT = (*_TABLES, "README.md", "datapackage.json", "excel/roster.csv", "news.json")


class Copied:
    """A draft that only copies files."""

    def __init__(self, content: Path, as_of: str, number: str) -> None:
        self.content, self.as_of, self._number = content, as_of, number

    def number(self, previous: Path | None) -> str | None:
        same = previous is not None and (previous / "SHA256SUMS").read_bytes() == self.sums()
        return None if same else self._number

    def sums(self) -> bytes:
        return (self.content / "SHA256SUMS").read_bytes()

    def write(self, version: str, folder: Path, previous: Path | None) -> None:
        assert version == self._number
        shutil.copytree(self.content, folder)


@functools.cache
def drafts(slug: str = SLUG, whole: bool = False) -> dict[str, Copied]:
    """as_of -> draft: 1.0.0, then two that each would be 1.1.0. `whole`: with all their files."""
    place = Path(tempfile.mkdtemp(prefix="drafts-"))
    about = synthetic.Roster(slug=slug, title=f"The {slug}")
    first = package.Draft(synthetic.tables(FIRST), about, FIRST)
    synthetic.write(place / "first", first)
    made = {FIRST: Copied(place / "first", FIRST, "1.0.0")}
    for as_of, verdict in ((SECOND, "out_of_date"), (RIVAL, "unverified")):
        tables = synthetic.edited(synthetic.tables(as_of, extra=True), "roster", "dai-ruan", verdict=verdict)
        later = package.Draft(tables, about, as_of)
        synthetic.write(place / as_of, later, "1.1.0", place / "first")
        made[as_of] = Copied(place / as_of, as_of, "1.1.0")
    for draft in () if whole else made.values():
        for name in set(manifest.files(draft.content)).difference(_KEPT):
            (draft.content / name).unlink()
        descriptor = json.loads((draft.content / "datapackage.json").read_bytes())
        descriptor["resources"] = [each for each in descriptor["resources"] if each["path"] in _TABLES]
        (draft.content / "datapackage.json").write_text(json.dumps(descriptor))
        manifest.write(draft.content)
    return made


def release(
    address: str, as_of: str, options: list[str], slug: str = SLUG, *, whole: bool = False
) -> publish.Published:
    """What a run does: open the target, publish in the working copy, push."""
    with targets.opened(address, options) as folder:
        return publish.publish(drafts(slug, whole)[as_of], folder, slug)


def content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in manifest.files(folder)}


def live(folder: Path, slug: str = SLUG) -> str:
    """The as_of of the version that latest.json names, after a look at all that a reader may rely on."""
    named = ledger.current(folder / slug)
    assert named is not None
    assert manifest.digest(named.path / manifest.NAME) == named.manifest
    assert list(manifest.faults(named.path)) == []
    return named.as_of


def settled(folder: Path, slug: str = SLUG) -> str:
    """The same, where nothing is under way: every version is listed and whole, and every file says the same."""
    roster = folder / slug
    listed = ledger.versions(roster)
    assert ledger.read(roster / "latest.json") == ledger.pointer_to(listed)
    published = {each["path"]: each for each in listed if each["state"] == "published"}
    assert {path.name for path in ledger.version_folders(roster)} == set(published)
    for path, each in published.items():
        assert list(manifest.faults(roster / path)) == []
        assert manifest.digest(roster / path / manifest.NAME) == each["manifest"]
    assert ledger.read(roster / "status.json")["version"] == listed[-1]["version"]
    as_of = live(folder, slug)
    named = ledger.current(roster)
    assert named is not None
    assert content(roster / "latest") == content(named.path)
    (indexed,) = (each for each in ledger.read(folder / "versions.json")["rosters"] if each["slug"] == slug)
    assert indexed["versions"] == listed
    return as_of
