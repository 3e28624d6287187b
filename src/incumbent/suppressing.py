"""Puts a person on the list of those who are not to be shown, and takes back the versions that show them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from incumbent import difference, durable, ledger, suppression, withdrawal, withholding
from incumbent.errors import InputError
from incumbent.mentions import Mentions
from incumbent.suppression import Person, Suppressed


def look_up(published: Path, slug: str, text: str) -> Found:
    """The person whom `text` names (a person_id, or a name), by what every published version knows of them, and the
    versions that show them.

    Somebody whom no version shows is known by the name alone, which must then be a whole one. Raises InputError when
    it could be several people, or is no name.
    """
    folder = published / slug
    versions = [(each.version, difference.read_version(each.path)) for each in ledger.releases(folder)]
    names: set[str] = set()
    person_ids: set[str] = set()
    identifiers: set[str] = set()
    accounts: set[str] = set()
    for _, version in versions:
        for person_id in _matching(version, text):
            known = withholding.known_of(version.tables, person_id)
            names |= known.names
            person_ids.add(person_id)
            identifiers |= known.identifiers
            accounts |= known.accounts
    if len(person_ids) > 1:
        raise InputError(
            f"{text!r} could be {len(person_ids)} people", where="PERSON", expected=", ".join(sorted(person_ids)[:10])
        )
    if not person_ids:
        names = {text}
    person = Person(frozenset(names), frozenset(person_ids), frozenset(identifiers), frozenset(accounts))
    if not any(kind == "name" for kind, _ in person.known_by()) and not person_ids:
        raise InputError(
            f"{text!r} is nobody's whole name, and no version has a person of that id",
            where="PERSON",
            expected="a person_id of people.csv, or a name with given name and surname",
        )
    listed = Suppressed.only(person)
    showing = [number for number, version in versions if _shows(folder, number, version, listed)]
    return Found(person, bool(person_ids), tuple(showing))


def suppress(
    curation: Path, published: Path, slug: str, found: Found, *, reason: str, date: str, expires: str | None = None
) -> withdrawal.Withdrawn | None:
    """Writes the list (suppressed.csv in `curation`), then withdraws the versions that show the person; None when none
    does. Done again it gives the same.

    The list comes first: a release that runs in between already leaves the person out. Raises what
    suppression.added and withdrawal.withdraw raise.
    """
    content = suppression.added(curation, found.person, date=date, reason=reason, expires=expires)
    curation.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".suppress-", dir=curation.parent) as scratch:
        durable.write(content, curation / suppression.FILE, Path(scratch))
    if not found.versions:
        return None
    return withdrawal.withdraw(published, slug, found.versions, reason="suppressed", date=date)


def _matching(version: difference.Version, text: str) -> list[str]:
    """The ids of the people of a version whom `text` names: by id, else by the whole name in any of its forms."""
    people = version.tables["people"]
    ids: list[str] = people["person_id"].to_list()
    if text in ids:
        return [text]
    asked = suppression.plain_forms([text])
    spelt = {
        person_id: [name, *(others or "").split(";")]
        for person_id, name, others in people.select("person_id", "name", "other_names").rows()
    }
    forms = suppression.forms_by_spelling(each for given in spelt.values() for each in given)
    return [person_id for person_id, given in spelt.items() if any(asked & forms.get(each, set()) for each in given)]


def _shows(folder: Path, number: str, version: difference.Version, listed: Suppressed) -> bool:
    """Whether a version shows somebody of the list, in its tables or in the words around them."""
    if withholding.holds(version.tables, version.schemas, listed):
        return True
    words = [path.read_text(encoding="utf-8") for path in sorted((folder / f"v{number}").glob("*.md"))]
    return any(Mentions(listed).found(each) for each in words)


@dataclass(frozen=True)
class Found:
    """`person`: by what they are known; `published`: whether a version has them; `versions`: those that show them."""

    person: Person
    published: bool
    versions: tuple[str, ...]
