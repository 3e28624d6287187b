"""Puts people on the list of those who are not to be shown, and takes back the versions that show them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from incumbent import difference, durable, ledger, suppression, withdrawal, withholding
from incumbent.errors import InputError
from incumbent.mentions import Mentions
from incumbent.suppression import Person, Suppressed


def look_up(published: Path, slug: str, *texts: str) -> Found:
    """The people whom `texts` name (each a person_id, or a name), by what every published version knows of them, and
    the versions that show one of them.

    Somebody whom no version shows is known by the name alone, which must then be a whole one. Raises InputError when
    a text could be several people, or is no name.
    """
    folder = published / slug
    versions = {each.version: difference.read_version(each.path) for each in ledger.releases(folder)}
    people = [_person(list(versions.values()), text) for text in texts]
    listed = [Suppressed.only(person) for person in people]
    showing = [
        number for number, version in versions.items() if any(_shows(folder, number, version, one) for one in listed)
    ]
    return Found(tuple(people), all(person.person_ids for person in people), tuple(showing))


def _person(versions: list[difference.Version], text: str) -> Person:
    found = [
        withholding.known_of(version.tables, person_id)
        for version in versions
        for person_id in _matching(version, text)
    ]
    ids = sorted({person_id for known in found for person_id in known.person_ids})
    if len(ids) > 1:
        raise InputError(f"{text!r} could be {len(ids)} people", where="PERSON", expected=", ".join(ids[:10]))
    person = Person(
        frozenset[str]().union(*(known.names for known in found)) if found else frozenset({text}),
        frozenset(ids),
        frozenset[str]().union(*(known.identifiers for known in found)),
        frozenset[str]().union(*(known.accounts for known in found)),
    )
    if not ids and not person.known_by():
        raise InputError(
            f"{text!r} is nobody's whole name, and no version has a person of that id",
            where="PERSON",
            expected="a person_id of people.csv, or a name with given name and surname",
        )
    return person


def suppress(
    curation: Path, published: Path, slug: str, found: Found, *, reason: str, date: str, expires: str | None = None
) -> withdrawal.Withdrawn | None:
    """Writes the list (suppressed.csv in `curation`), then withdraws the versions that show the people; None when none
    does. Done again it gives the same.

    The list comes first: a release that runs in between already leaves the person out. Raises what
    suppression.added and withdrawal.withdraw raise.
    """
    content = suppression.added(curation, found.people, date=date, reason=reason, expires=expires)
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
    """`people`: by what each is known; `published`: whether versions have them all; `versions`: those that show one."""

    people: tuple[Person, ...]
    published: bool
    versions: tuple[str, ...]
