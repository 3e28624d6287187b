"""Every tampering is found, by `verify` of a folder and of an address; 2,000 of them when INCUMBENT_TAMPERINGS says so.

The figure in docs/integrity.md: INCUMBENT_TAMPERINGS=2000 pytest tests/integrity/test_tamperings.py
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from incumbent import manifest, verify
from tests.integrity import places, serving, tamperings
from tests.integrity.conftest import Signed
from tests.integrity.tamperings import KINDS, SEEN_FROM_OUTSIDE

COUNT = int(os.environ.get("INCUMBENT_TAMPERINGS", "100"))
FIRST = int(os.environ.get("INCUMBENT_TAMPERINGS_FROM", "0"))
#: One in so many is looked at over HTTP too: that asks for every file.
OUTSIDE = max(5, COUNT // 20)


@pytest.fixture(scope="module")
def originals(sealed_original: Path, signed_original: Signed) -> dict[str, Path]:
    """Two publications of the same: sealed, and signed as well."""
    return {"sealed": sealed_original, "signed": signed_original.published}


def test_nothing_is_wrong_before(originals: dict[str, Path]) -> None:
    assert verify.verify(originals["signed"]) == []
    assert verify.verify(originals["sealed"], proven=places.proven(originals["sealed"])) == []


@pytest.mark.parametrize("kind", ["sealed", "signed"])
def test_every_tampering_is_found(originals: dict[str, Path], tmp_path: Path, kind: str) -> None:
    proven = places.proven(originals[kind])
    bench, missed = places.Workbench(originals[kind], tmp_path), []
    for seed in range(FIRST, FIRST + COUNT // 2):
        done = tamperings.tampered(bench.published, seed)
        if not _found(bench.published, proven):
            missed.append(f"{seed}: {done}")
        bench.restore()
    assert verify.verify(bench.published, proven=proven) == []
    assert not missed, f"{len(missed)} of {COUNT // 2} not found:\n" + "\n".join(missed)


def test_every_kind_is_among_them(originals: dict[str, Path], tmp_path: Path) -> None:
    """Each kind does something, whatever the seed: none of the counted tamperings is none."""
    bench = places.Workbench(originals["sealed"], tmp_path)
    for number in range(len(KINDS)):
        assert tamperings.tampered(bench.published, number).startswith(KINDS[number].__name__)
        bench.restore()


def test_every_tampering_that_shows_is_found_from_outside(originals: dict[str, Path], tmp_path: Path) -> None:
    proven = places.proven(originals["signed"])
    bench, missed = places.Workbench(originals["signed"], tmp_path), []
    with serving.Host(tmp_path) as host:
        for seed in range(FIRST, FIRST + OUTSIDE):
            chance = random.Random(f"outside {seed}")
            kind = SEEN_FROM_OUTSIDE[chance.randrange(len(SEEN_FROM_OUTSIDE))]
            done = next(filter(None, (kind(bench.published, chance) for _ in range(100))))
            if not serving.problems(f"{host.origin}/published", proven=proven):
                missed.append(f"{seed}: {kind.__name__} {done}")
            bench.restore()
    assert not missed, "\n".join(missed)


def test_in_a_version_by_itself_too(originals: dict[str, Path], tmp_path: Path) -> None:
    """Whoever has nothing but a version's folder finds what was done to its files."""
    proven, missed = places.proven(originals["sealed"]), []
    bench = places.Workbench(originals["sealed"] / places.SLUG / "v1.2.0", tmp_path)
    version = bench.published
    for seed in range(FIRST, FIRST + COUNT // 6):
        chance = random.Random(f"version {seed}")
        names = [name for name in manifest.files(version) if (version / name).stat().st_size]
        path = version / chance.choice(names)
        match seed % 6:
            case 0:
                content = bytearray(path.read_bytes())
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
                path.write_bytes(bytes(content))
            case 1:
                path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size)])
            case 2:
                path.unlink()
            case 3:
                path.rename(path.with_name(f"x{path.name}"))
            case 4:
                (path.parent / "unlisted.csv").write_bytes(b"a,b\r\n")
            case _:
                (tmp_path / "aside").write_bytes(path.read_bytes())
                path.unlink()
                path.symlink_to(tmp_path / "aside")
        if not verify.verify(version, proven=proven):
            missed.append(f"{seed}: {path.name}")
        bench.restore()
    assert not missed, "\n".join(missed)


def _found(published: Path, proven: frozenset[str]) -> bool:
    """Whether verify says that something is wrong. Nothing published any more says so too, as an error."""
    if not any(published.iterdir()):
        return True
    return bool(verify.verify(published, proven=proven))


@pytest.mark.parametrize("never_ends", ["a pipe", "a link to a device"])
def test_nothing_that_never_ends_is_opened(originals: dict[str, Path], tmp_path: Path, never_ends: str) -> None:
    """Every file that verify reads, one after another, as a pipe that nobody writes to; some, or all, as /dev/zero."""
    proven = places.proven(originals["signed"])
    bench = places.Workbench(originals["signed"], tmp_path)
    of_version = ("datapackage.json", "news.json", "people.csv", manifest.NAME, manifest.SIGNATURE)
    names = [name for name in manifest.files(bench.published) if name.count("/") < 2 or "withdrawn" in name]
    names += [f"{places.SLUG}/{at}/{each}" for at in ("v1.2.0", "latest") for each in of_version]
    for name in names if never_ends == "a pipe" or COUNT >= 1000 else names[::3]:
        path = bench.published / name
        path.unlink()
        if never_ends == "a pipe":
            os.mkfifo(path)
        else:
            path.symlink_to("/dev/zero")
        assert verify.verify(bench.published, proven=proven), name
        bench.restore()
