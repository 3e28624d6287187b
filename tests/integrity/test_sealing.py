"""Seals: only what a run wrote is sealed; pages stay as they were sealed until they are made again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from incumbent import durable, ledger, manifest, sealing, signing, verify
from incumbent.site import writing
from tests.integrity import places
from tests.integrity.conftest import Signed


def write_pages(folder: Path, *names: str, whole: bool = False) -> None:
    """Pages as the site makes them, and the seal after that."""
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"<title>{name}</title>\n")
    with durable.locked(folder), ledger.scratch(folder) as scratch:
        pages = {*names, *(writing.of_the_site(folder) if whole else ())}
        sealing.seal(folder, scratch, pages=pages, whole=whole)


def faults(folder: Path) -> str:
    return "\n".join(f"{name} {what}" for name, what in sealing.faults(folder, sealing.OF_RUN))


def test_pages_are_sealed_and_stay_so(sealed: Path) -> None:
    folder = sealed / places.SLUG
    write_pages(folder, "index.html", "entries/ada-quill.html", "entries/gone.html", whole=True)
    assert verify.verify(sealed, proven=places.proven(sealed)) == []
    (folder / "entries" / "ada-quill.html").write_text("<title>changed</title>")
    assert faults(folder) == "entries/ada-quill.html is not what the seal says: its SHA-256 differs"
    write_pages(folder, "index.html")
    assert faults(folder) == "entries/ada-quill.html is not what the seal says: its SHA-256 differs"
    (folder / "entries" / "gone.html").unlink()
    write_pages(folder, "index.html", "entries/ada-quill.html", whole=True)
    assert verify.verify(sealed, proven=places.proven(sealed)) == []


@pytest.mark.parametrize("name", ["evil.html", "entries/evil.html", "v9.9.9/roster.csv", "withdrawn/note.txt", ".x"])
def test_what_somebody_put_into_the_folder_is_never_sealed(sealed: Path, name: str) -> None:
    folder = sealed / places.SLUG
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("<script>")
    places.seal(folder)
    assert f"{name} is not in the seal" in faults(folder)


def test_a_page_that_is_gone_is_sealed_no_more(sealed: Path) -> None:
    folder = sealed / places.SLUG
    write_pages(folder, "index.html", "more.html", whole=True)
    (folder / "more.html").unlink()
    assert faults(folder) == "more.html is missing"
    places.seal(folder)
    assert faults(folder) == ""


def test_the_pages_above_the_rosters(sealed: Path) -> None:
    """What the site shares is sealed by name; the host's own files may be there."""
    assert (sealed / "assets" / "site.css").is_file()
    for name in ("CNAME", ".nojekyll", "robots.txt"):
        (sealed / name).write_text("the host's own\n")
    assert verify.verify(sealed, proven=places.proven(sealed)) == []
    places.seal(sealed / places.OTHER)
    assert verify.verify(sealed, proven=places.proven(sealed)) == []
    (sealed / "assets" / "site.css").write_text("* { display: none }")
    (sealed / "assets" / "more.js").write_text("alert()")
    found = "\n".join(each.path for each in verify.verify(sealed, proven=places.proven(sealed)))
    assert "site.css" in found and "more.js" in found


def test_a_run_that_was_stopped_before_the_seal_is_seen(sealed: Path) -> None:
    folder = sealed / places.SLUG
    assert not sealing.is_behind(folder)
    status = json.loads((folder / "status.json").read_bytes())
    (folder / "status.json").write_text(json.dumps(status | {"last_checked": "2031-12-26"}))
    assert sealing.is_behind(folder)
    assert "status.json is not what the seal says" in faults(folder)
    places.seal(folder)
    assert not sealing.is_behind(folder)
    (folder / manifest.NAME).write_bytes(b"damaged")
    assert sealing.is_behind(folder)


@pytest.mark.parametrize(
    "stopped_before",
    ["SHA256SUMS", f"{places.SLUG}/SHA256SUMS", "SHA256SUMS.sig", f"{places.SLUG}/latest.json.sig", "catalog.jsonld"],
)
def test_a_run_that_was_stopped_between_the_seals_is_seen(
    signed: Signed, monkeypatch: pytest.MonkeyPatch, stopped_before: str
) -> None:
    """Whatever the last run did not come to write, the next one sees, and sealing again mends."""
    monkeypatch.setenv(signing.VARIABLE, str(signed.private))
    folder, path = signed.published / places.SLUG, signed.published / stopped_before
    assert not sealing.is_behind(folder)
    path.write_bytes(b"0" * 64 if path.suffix == ".sig" else b"{}")
    assert sealing.is_behind(folder)
    places.seal(folder)
    assert not sealing.is_behind(folder)


def test_a_folder_without_a_seal(sealed: Path) -> None:
    for path in (sealed, sealed / places.SLUG, sealed / places.OTHER):
        (path / manifest.NAME).unlink()
    proven = places.proven(sealed)
    assert [each.path for each in verify.verify(sealed, proven=proven)] == [
        str(path / manifest.NAME) for path in (sealed / places.SLUG, sealed / places.OTHER, sealed)
    ]


def test_a_name_that_no_manifest_can_hold_is_told(sealed: Path) -> None:
    folder = sealed / places.SLUG
    write_pages(folder, "index.html", "a page.html", whole=True)
    assert faults(folder) == "a page.html is not in the seal"
    assert not manifest.can_name("a/../b") and not manifest.can_name("/a") and manifest.can_name("a/b.c")


def test_a_name_that_is_no_text_is_told(sealed: Path) -> None:
    folder = sealed / places.SLUG
    (folder / os.fsdecode(b"\xff\xfe.txt")).write_bytes(b"x")
    assert faults(folder) == "\\xff\\xfe.txt is not in the seal"


def test_an_empty_folder_is_told(sealed: Path) -> None:
    folder = sealed / places.SLUG
    (folder / "empty").mkdir()
    (folder / "v1.0.0" / "excel" / "empty").mkdir()
    assert faults(folder) == "empty is not in the seal"
    assert list(manifest.faults(folder / "v1.0.0")) == [("excel/empty", "is not in the manifest")]
