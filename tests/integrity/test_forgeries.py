"""A forger who writes everything anew, so that it agrees with itself: what a folder cannot tell, and who can.

Nothing but a key or a memory catches these; docs/integrity.md says so.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from incumbent import manifest, remembered, schemas, sealing, signing, tablefiles, verify
from incumbent.signing import PublicKey
from tests.integrity import places
from tests.integrity.conftest import NOW, Signed, known

Forgery = Callable[[Path], None]


def whats(problems: list[verify.Problem]) -> str:
    return "\n".join(f"{problem.path} {problem.what}" for problem in problems)


def _another_name(version: Path) -> None:
    """One cell, in CSV and Parquet alike."""
    schema = schemas.load()["people"]
    frame = tablefiles.read_parquet(version / "people.parquet", schema)
    changed = frame.with_columns(pl.col("name").str.replace("Fay Ulm", "Fay Elm"))
    assert not changed.equals(frame)
    tablefiles.write_csv(changed, version / "people.csv")
    tablefiles.write_parquet(changed, schema, version / "people.parquet")


def _a_file_more(version: Path) -> None:
    (version / "NOTES.md").write_text("send money\n")


def _another_readme(version: Path) -> None:
    (version / "README.md").write_text("all is well\n")


def edited(published: Path) -> None:
    places.forge(published, places.SLUG, _another_name)


def filled(published: Path) -> None:
    places.forge(published, places.SLUG, _a_file_more, version="v1.2.0")


def reworded(published: Path) -> None:
    places.forge(published, places.SLUG, _another_readme, version="v1.2.0")


def forgotten(published: Path) -> None:
    """The first version was never there."""
    folder = published / places.SLUG
    shutil.rmtree(folder / "v1.0.0")
    places.rewrite(folder, json.loads((folder / "versions.json").read_bytes())["versions"][1:])


FORGERIES: tuple[Forgery, ...] = (edited, filled, reworded, forgotten)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_agrees_with_itself_is_found_by_memory_alone(sealed: Path, memory: Path, forgery: Forgery) -> None:
    known(sealed, memory)
    forgery(sealed)
    assert verify.verify(sealed, proven=places.proven(sealed)) == []
    problems = whats(remembered.verified(sealed, str(sealed), memory, NOW))
    assert ("has lost version 1.0.0" if forgery is forgotten else "than was seen") in problems


@pytest.mark.parametrize("forgery", FORGERIES)
def test_who_has_no_key_is_found_by_the_signatures(signed: Signed, forgery: Forgery) -> None:
    forgery(signed.published)
    for keys in (None, [signed.public]):
        problems = whats(verify.verify(signed.published, keys=keys, proven=places.proven(signed.published)))
        assert "is no signature of it by a key that is known" in problems
        if forgery is not forgotten:
            assert f"/SHA256SUMS{signing.SUFFIX} is no signature" in problems


@pytest.mark.parametrize("forgery", FORGERIES)
def test_who_brings_a_key_of_his_own_is_found_by_whoever_knows_the_right_one(
    signed: Signed, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgery: Forgery
) -> None:
    known(signed.published, memory)
    for path in signed.published.rglob(signing.LIST):
        path.unlink()
    places.key_in(tmp_path, monkeypatch, "forger.pem")
    forgery(signed.published)
    for version in signed.published.glob("*/*/SHA256SUMS.sig"):
        version.unlink()
    for slug in (places.SLUG, places.OTHER):
        places.seal(signed.published / slug)
    proven = places.proven(signed.published)
    assert verify.verify(signed.published, proven=proven) == []
    assert "by a key that is known" in whats(verify.verify(signed.published, keys=[signed.public], proven=proven))
    problems = whats(remembered.verified(signed.published, str(signed.published), memory, NOW))
    assert f"{sealing.POINTER} is signed by key" in problems and "which nobody announced" in problems


def test_who_takes_all_signatures_away_is_found_by_a_key_and_by_memory(signed: Signed, memory: Path) -> None:
    known(signed.published, memory)
    for path in [*signed.published.rglob("*.sig"), *signed.published.rglob(signing.LIST)]:
        path.unlink()
    for slug in (places.SLUG, places.OTHER):
        places.seal(signed.published / slug)
    proven = places.proven(signed.published)
    assert verify.verify(signed.published, proven=proven) == []
    problems = whats(verify.verify(signed.published, keys=[signed.public], proven=proven))
    for name in ("SHA256SUMS.sig", "latest.json.sig", "v1.0.0/SHA256SUMS.sig"):
        assert f"{places.SLUG}/{name} is missing" in problems
    assert "is not signed, and was signed" in whats(
        remembered.verified(signed.published, str(signed.published), memory, NOW)
    )


def test_a_whole_publication_of_yesterday_is_found_by_memory(
    signed: Signed, memory: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All that was published with the first version, signatures and all, comes back."""
    yesterday = Path(shutil.copytree(signed.published, tmp_path / "yesterday"))
    monkeypatch.setenv(signing.VARIABLE, str(signed.private))
    folder = yesterday / places.SLUG
    shutil.rmtree(folder / "v1.2.0")
    shutil.rmtree(folder / "withdrawn")
    first = json.loads((folder / "versions.json").read_bytes())["versions"][:1]
    places.rewrite(folder, first)
    known(signed.published, memory)
    shutil.rmtree(signed.published)
    shutil.copytree(yesterday, signed.published)
    proven = places.proven(signed.published)
    assert verify.verify(signed.published, keys=[signed.public], proven=proven) == []
    problems = whats(remembered.verified(signed.published, str(signed.published), memory, NOW, keys=[signed.public]))
    assert "was rolled back: its sequence is 1, and 4 was seen" in problems
    assert "has lost version 1.2.0" in problems and "has lost version 1.1.0" in problems


def test_the_pointer_of_yesterday_with_its_signature_is_found_by_the_index(
    signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signed pointer stays well signed; that it is old, the signed seal and the index tell."""
    folder = signed.published / places.SLUG
    pointer = folder / sealing.POINTER
    old = {key: json.loads((folder / "versions.json").read_bytes())["versions"][0][key] for key in
           ("version", "path", "as_of", "manifest", "sequence")}  # fmt: skip
    pointer.write_text(json.dumps(old, indent=2) + "\n")
    signer = signing.Signer.load(signed.private)
    (folder / sealing.POINTER_SIGNATURE).write_bytes(signer.sign(pointer.read_bytes()))
    problems = whats(verify.verify(signed.published, keys=[signed.public], proven=places.proven(signed.published)))
    assert "does not name the newest version" in problems
    assert "latest.json is not what the seal says" in problems


@pytest.mark.parametrize("what", ["flipped", "of another file", "cut", "longer", "empty", "a folder", "a link"])
@pytest.mark.parametrize("name", ["SHA256SUMS.sig", "latest.json.sig", "v1.0.0/SHA256SUMS.sig", "../SHA256SUMS.sig"])
def test_a_signature_that_is_there_and_wrong_is_a_problem(signed: Signed, name: str, what: str) -> None:
    path = signed.published / places.SLUG / name
    content = path.read_bytes()
    other = signed.published / places.OTHER / "latest.json.sig"
    changed = {
        "flipped": bytes([content[0] ^ 1, *content[1:]]), "of another file": other.read_bytes(), "cut": content[:-1],
        "longer": content + b"\n", "empty": b"",
    }  # fmt: skip
    path.unlink()
    if what == "a folder":
        path.mkdir()
    elif what == "a link":
        (signed.private.parent / "aside.sig").write_bytes(content)
        path.symlink_to(signed.private.parent / "aside.sig")
    else:
        path.write_bytes(changed[what])
    problems = verify.verify(signed.published, proven=places.proven(signed.published))
    expected = "is no plain file" if what in ("a folder", "a link") else "is no signature of it"
    assert any(each.path.endswith(name.removeprefix("../")) and expected in each.what for each in problems)


def rotated(signed: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[PublicKey, PublicKey]:
    """From 2031-11-01 on another key signs: the old one is listed until the day before."""
    old = PublicKey(signed.public.raw, None, "2031-10-31")
    new = PublicKey(places.key_in(tmp_path, monkeypatch, "second.pem").raw, "2031-11-01", None)
    (tmp_path / "keys.json").write_bytes(signing.list_bytes([old, new]))
    monkeypatch.setenv(signing.LIST_VARIABLE, str(tmp_path / "keys.json"))
    folder = signed.published / places.SLUG
    for path in (folder / "v1.2.0", folder / "latest"):
        (path / manifest.SIGNATURE).unlink()
    places.seal(folder)
    return old, new


def test_keys_follow_one_another(signed: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = rotated(signed, tmp_path, monkeypatch)
    folder = signed.published / places.SLUG
    proven = places.proven(signed.published)
    assert verify.verify(folder, proven=proven) == []
    assert verify.verify(folder, keys=[old, new], proven=proven) == []
    only_new = whats(verify.verify(folder, keys=[new], proven=proven))
    assert "v1.0.0/SHA256SUMS.sig is no signature" in only_new and "v1.2.0" not in only_new
    only_old = whats(verify.verify(folder, keys=[old], proven=proven))
    assert "v1.2.0/SHA256SUMS.sig is no signature" in only_old and "v1.0.0" not in only_old


def test_a_key_whose_days_are_over_signs_nothing_new(
    signed: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thief of the old key cannot speak of what came after it."""
    old, new = rotated(signed, tmp_path, monkeypatch)
    folder = signed.published / places.SLUG
    thief = signing.Signer.load(signed.private)
    for path in (folder / "v1.2.0" / manifest.NAME, folder / sealing.POINTER):
        path.with_name(f"{path.name}.sig").write_bytes(thief.sign(path.read_bytes()))
    problems = whats(verify.verify(folder, keys=[old, new], proven=places.proven(signed.published)))
    assert f"v1.2.0/SHA256SUMS.sig is by key {old.id}, which is for days until 2031-10-31" in problems
    assert f"latest.json.sig is by key {old.id}" in problems


def test_a_new_key_is_believed_once_it_was_announced(
    signed: Signed, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = signed.published / places.SLUG
    known(signed.published, memory)
    before = remembered.load(memory)
    rotated(signed, tmp_path, monkeypatch)
    seen = remembered.observe(folder, NOW)
    at = f"{signed.published}/{places.SLUG}"
    assert seen is not None
    assert "which nobody announced" in whats(list(remembered.changed(folder, before[at], seen)))
    assert list(remembered.changed(folder, before[at], seen, keys_given=True)) == []
    announced = remembered.Seen(**{**vars(before[at]), "keys": seen.keys})
    assert list(remembered.changed(folder, announced, seen)) == []


def test_a_signature_without_any_key_is_not_passed_over(signed: Signed) -> None:
    folder = signed.published / places.SLUG
    alone = Path(shutil.copytree(folder / "v1.0.0", signed.private.parent / "alone" / "v1.0.0"))
    try:
        assert "cannot be checked: no key is known" in whats(verify.verify(alone))
        assert verify.verify(alone, keys=[signed.public]) == []
    finally:
        shutil.rmtree(alone.parent)
    assert verify.verify(folder / "v1.0.0") == []  # the list of keys is beside the versions


def test_a_list_of_keys_that_is_none_is_a_problem(signed: Signed) -> None:
    folder = signed.published / places.SLUG
    (folder / signing.LIST).write_text("{}")
    assert "keys.json this is no list of public keys" in whats(
        verify.verify(folder, proven=places.proven(signed.published))
    )
