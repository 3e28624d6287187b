"""verify finds one changed byte anywhere, and whatever else is not as it was published."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import manifest, publish, schemas, tablefiles, verify
from incumbent.errors import InputError, VerifyError
from tests import synthetic_package as synthetic

SLUG = "harbour-board"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    published = tmp_path_factory.mktemp("verify") / "published"
    publish.publish(synthetic.draft(), published, SLUG)
    publish.publish(synthetic.draft(synthetic.LATER, extra=True), published, SLUG)
    return published


@pytest.fixture
def published(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "published"))


def whats(problems: list[verify.Problem]) -> str:
    return "\n".join(f"{problem.path} {problem.what}" for problem in problems)


def test_nothing_is_wrong_at_any_level(original: Path) -> None:
    for path in (original, original / SLUG / "latest"):
        assert verify.verify(path) == []
    verify.require([])


def test_one_flipped_byte_in_any_file_is_found(original: Path) -> None:
    version = original / SLUG / "v1.1.0"
    for name in manifest.files(version):
        path = version / name
        content = path.read_bytes()
        for at in sorted({0, len(content) // 2, len(content) - 1}):
            flipped = bytearray(content)
            flipped[at] ^= 0x01
            path.write_bytes(bytes(flipped))
            problems = verify.verify(version)
            assert problems, f"byte {at} of {name}"
            assert name in whats(problems) or name == manifest.NAME
        path.write_bytes(content)
    assert verify.verify(version) == []


def test_every_byte_of_the_manifest_counts(original: Path, tmp_path: Path) -> None:
    version = Path(shutil.copytree(original / SLUG / "v1.0.0", tmp_path / "v1.0.0"))
    content = (version / manifest.NAME).read_bytes()
    for at in range(0, len(content), 7):
        for mask in (0x01, 0x20, 0x80):
            flipped = bytearray(content)
            flipped[at] ^= mask
            (version / manifest.NAME).write_bytes(bytes(flipped))
            assert list(manifest.faults(version)), f"byte {at}, mask {mask}"


def test_a_file_too_many_and_one_too_few(published: Path) -> None:
    version = published / SLUG / "v1.0.0"
    (version / "extra.txt").write_text("x")
    (version / "excel" / "posts.csv").unlink()
    problems = whats(verify.verify(version))
    assert "extra.txt is not in the manifest" in problems
    assert "excel/posts.csv is missing" in problems


def reseal(version: Path) -> None:
    """Makes the manifest and the descriptor's hashes agree again with files that a test has changed."""
    described = json.loads((version / "datapackage.json").read_bytes())
    for resource in described["resources"]:
        path = version / resource["path"]
        if path.is_file():
            resource["hash"] = f"sha256:{manifest.digest(path)}"
            if "bytes" in resource:
                resource["bytes"] = path.stat().st_size
    (version / "datapackage.json").write_text(json.dumps(described))
    manifest.write(version)


def replace(version: Path, name: str, old: bytes, new: bytes) -> None:
    content = (version / name).read_bytes()
    assert old in content
    (version / name).write_bytes(content.replace(old, new, 1))


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("people.csv", b"Ada Quill", b"Eda Quill", "'Eda Quill' and in people.parquet 'Ada Quill'"),
        ("roster.csv", b"2031-05-01", b"2031-5-1", "cannot be '2031-5-1'"),
        ("roster.csv", b"2031-05-01", b"2031-02-30", "cannot be '2031-02-30'"),
        ("appointments.csv", b",false,", b",FALSE,", "cannot be 'FALSE'"),
        ("accounts.csv", b",2,2031-05", b",two,2031-05", "cannot be 'two'"),
        ("people.csv", b"person_id", b"id", "other columns than its schema"),
        ("people.csv", b"person_id", b"\xef\xbb\xbfperson_id", "byte order mark"),
        ("people.csv", b"fay-ulm,Fay Ulm,,\r\n", b"", "has 7 rows"),
        ("people.csv", b"fay-ulm,Fay Ulm,,", b"fay-ulm,Fay Ulm,,,,", "not readable as CSV"),
        ("people.csv", b"Fay Ulm", b"Fay \xff\xfe", "not readable as CSV"),
    ],
)
def test_a_forger_who_mends_the_hashes_is_found_by_the_cells(
    published: Path, name: str, old: bytes, new: bytes, found: str
) -> None:
    version = published / SLUG / "v1.0.0"
    replace(version, name, old, new)
    reseal(version)
    assert found in whats(verify.verify(version))


def test_a_forger_who_mends_the_manifest_too_is_found_by_the_index(published: Path) -> None:
    version = published / SLUG / "v1.0.0"
    replace(version, "README.md", b"Harbour", b"Barbour")
    manifest.write(version)
    assert verify.verify(version) == []
    assert "is not the manifest that versions.json knows" in whats(verify.verify(published / SLUG))


def test_a_torn_parquet_is_found(published: Path) -> None:
    version = published / SLUG / "v1.0.0"
    path = version / "people.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    reseal(version)
    assert f"{path} is not readable as Parquet" in whats(verify.verify(version))


def test_frictionless_judges_what_both_files_agree_on(published: Path) -> None:
    version = published / SLUG / "v1.0.0"
    schema = schemas.load()["accounts"]
    frame = tablefiles.read_parquet(version / "accounts.parquet", schema)
    wrong = frame.with_columns(pl.lit("asleep").alias("state"), pl.lit("nobody").alias("person_id"))
    tablefiles.write_csv(wrong, version / "accounts.csv")
    tablefiles.write_parquet(wrong, schema, version / "accounts.parquet")
    reseal(version)
    problems = whats(verify.verify(version))
    assert "asleep" in problems and "foreign" in problems.lower()


def test_rows_out_of_order_are_found(published: Path) -> None:
    version = published / SLUG / "v1.0.0"
    schema = schemas.load()["people"]
    frame = tablefiles.read_parquet(version / "people.parquet", schema).reverse()
    tablefiles.write_csv(frame, version / "people.csv")
    tablefiles.write_parquet(frame, schema, version / "people.parquet")
    reseal(version)
    assert "not sorted" in whats(verify.verify(version))


def test_parquet_of_other_types_is_found(published: Path) -> None:
    version = published / SLUG / "v1.0.0"
    pl.read_parquet(version / "accounts.parquet").with_columns(pl.col("posts").cast(pl.Float64)).write_parquet(
        version / "accounts.parquet"
    )
    reseal(version)
    assert "other columns or types" in whats(verify.verify(version))


DESCRIPTOR_FAULTS: dict[str, tuple[Callable[[Any], object], str]] = {
    "outside": (lambda d: d["resources"][0].update(path="../v1.0.0/roster.csv"), "no plain file name"),
    "an address": (lambda d: d["resources"][0].update(path="https://port.example/roster.csv"), "no plain file name"),
    "a database": (lambda d: d["resources"][0].update(path="sqlite:///roster"), "no plain file name"),
    "another hash": (lambda d: d["resources"][0].update(hash="sha256:" + "0" * 64), "another hash"),
    "another size": (lambda d: d["resources"][0].update(bytes=1), "another size"),
    "another schema": (lambda d: d["resources"][0]["schema"].update(title="Another"), "another schema than its sister"),
    "schema elsewhere": (lambda d: d["resources"][0].update(schema="https://port.example/s.json"), "not an object"),
    "misspelt constraint": (
        lambda d: [each["schema"]["fields"][0]["constraints"].update(requird=True) for each in d["resources"][:2]],
        "unknown constraint",
    ),
    "another version": (lambda d: d.update(version="1.0.9"), "says version 1.0.9"),
    "no version": (lambda d: d.pop("version"), "has no version"),
    "a table less": (lambda d: d["resources"].__delitem__(slice(2, 4)), "is not in the descriptor"),
    "no resources": (lambda d: d.update(resources={}), "no data package"),
    "no file": (lambda d: d["resources"][2].update(path="none.csv"), "another hash for none.csv"),
    "more than a file": (lambda d: d["resources"][0].update(dialect={"delimiter": ";"}), "more than a file"),
    "created": (lambda d: d.update(created="yesterday"), "created"),
}


@pytest.mark.parametrize("fault", DESCRIPTOR_FAULTS)
def test_a_descriptor_that_says_something_else_is_found(published: Path, fault: str) -> None:
    version = published / SLUG / "v1.0.0"
    edit, found = DESCRIPTOR_FAULTS[fault]
    described = json.loads((version / "datapackage.json").read_bytes())
    edit(described)
    (version / "datapackage.json").write_text(json.dumps(described))
    manifest.write(version)
    assert found in whats(verify.verify(version))


@pytest.mark.parametrize("name", ["datapackage.json", manifest.NAME])
def test_a_version_without_its_papers(published: Path, name: str) -> None:
    version = published / SLUG / "v1.0.0"
    (version / name).unlink()
    assert name in whats(verify.verify(version))


def edit_json(path: Path, edit: Callable[[Any], object]) -> None:
    content = json.loads(path.read_bytes())
    edit(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("name", "edit", "found"),
    [
        ("latest.json", lambda c: c.update(version="1.0.0"), "does not name the newest"),
        ("latest.json", lambda c: c.update(path="../elsewhere"), "does not name the newest"),
        ("versions.json", lambda c: c["versions"].pop(0), "v1.0.0 is not in versions.json"),
        ("versions.json", lambda c: c["versions"][0].update(manifest="0" * 64), "that versions.json knows"),
        ("versions.json", lambda c: c["versions"][0].update(path="v9.9.9"), "v9.9.9 is listed"),
        ("versions.json", lambda c: c["versions"][0].update(path="../x"), "no list of versions"),
        ("versions.json", lambda c: c["versions"][0].pop("state"), "no list of versions"),
        ("versions.json", lambda c: c["versions"].append(1), "no list of versions"),
        ("versions.json", lambda c: c.update(versions={}), "no list of versions"),
        ("../versions.json", lambda c: c["rosters"].clear(), "rosters' own versions.json"),
    ],
)
def test_indexes_that_disagree_are_found(published: Path, name: str, edit: Callable[[Any], object], found: str) -> None:
    edit_json(published / SLUG / name, edit)
    assert found in whats(verify.verify(published))


@pytest.mark.parametrize("name", ["versions.json", "status.json", "../versions.json"])
@pytest.mark.parametrize("content", [None, b"{"])
def test_indexes_that_are_gone_or_torn_are_found(published: Path, name: str, content: bytes | None) -> None:
    path = published / SLUG / name
    path.unlink() if content is None else path.write_bytes(content)
    assert ("is missing" if content is None else "not readable as JSON") in whats(verify.verify(published))


def test_a_copy_that_differs_is_found(published: Path) -> None:
    latest = published / SLUG / "latest"
    (latest / "README.md").write_text("other")
    (latest / "more.txt").write_text("more")
    (latest / "posts.csv").unlink()
    problems = whats(verify.verify(published / SLUG))
    assert (
        "README.md is not what" in problems and "more.txt is not in" in problems and "posts.csv is missing" in problems
    )
    shutil.rmtree(latest)
    assert "latest is not there" in whats(verify.verify(published / SLUG))


def test_what_a_crash_left_is_found(published: Path) -> None:
    (published / SLUG / publish.SCRATCH).mkdir()
    assert "left over" in whats(verify.verify(published))


def test_nothing_to_verify_is_bad_input(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="nothing is published here"):
            verify.verify(path)


def test_problems_are_an_error_with_exit_4() -> None:
    problems = [verify.Problem(f"file{number}", "is missing") for number in range(5)]
    with pytest.raises(VerifyError, match=r"5 problems: file0 is missing;.* and 2 more") as caught:
        verify.require(problems)
    assert caught.value.exit_status == 4
    with pytest.raises(VerifyError, match="1 problem: file0"):
        verify.require(problems[:1])


@pytest.mark.parametrize(
    "content",
    [b"no line end", b"\n", b"x  a\n", b"0" * 64 + b"  ../a\n", b"0" * 64 + b" a\n", b"\xff\n",
     b"0" * 64 + b"  b\n" + b"0" * 64 + b"  a\n", b"0" * 64 + b"  a\n" + b"0" * 64 + b"  a\n"],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / manifest.NAME).write_bytes(content)
    with pytest.raises(VerifyError):
        manifest.read(tmp_path)
