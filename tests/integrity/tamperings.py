"""Ways to tamper with a published folder, each drawn from a seed. A tampering changes something, or it is drawn again.

Each takes the folder and a source of chance, does one thing, and says what; None where it found nothing to do.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from incumbent import ledger, manifest, sealing
from tests.integrity.places import OTHER, SLUG

Tampering = Callable[[Path, random.Random], str | None]


def tampered(published: Path, seed: int) -> str:
    """Tampers once with `published`; what was done. Every kind comes once in as many seeds as there are kinds."""
    chance = random.Random(f"tampering {seed}")
    kind = KINDS[seed % len(KINDS)]
    for _ in range(100):
        done = kind(published, chance)
        if done is not None:
            return f"{kind.__name__.strip('_')}: {done}"
    raise AssertionError(f"nothing to do for {kind.__name__}")


def _any_file(published: Path, chance: random.Random) -> Path:
    """A file: as often one of a version as one of the living ones."""
    files = [published / name for name in manifest.files(published)]
    of_version = chance.random() < 0.5
    return chance.choice([path for path in files if (path.parts[-2][0] == "v") == of_version])


def _said(path: Path, published: Path) -> str:
    return path.relative_to(published).as_posix()


def _change(path: Path, published: Path, content: bytes, what: str) -> str | None:
    """Writes the bytes; None where they are those that were there."""
    if path.read_bytes() == content:
        return None
    path.write_bytes(content)
    return f"{_said(path, published)}, {what}"


def flip_bit(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    content = bytearray(path.read_bytes())
    at, bit = chance.randrange(len(content) or 1), chance.randrange(8)
    if not content:
        return None
    content[at] ^= 1 << bit
    return _change(path, published, bytes(content), f"bit {bit} of byte {at}")


def set_byte(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    content = path.read_bytes()
    at = chance.randrange(len(content) + 1)
    return _change(path, published, content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :], f"byte {at}")


def insert_bytes(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    content = path.read_bytes()
    at = chance.randrange(len(content) + 1)
    added = chance.choice([b" ", b"\n", b"\r\n", b"\x00", b"\xef\xbb\xbf", chance.randbytes(9)])
    return _change(path, published, content[:at] + added + content[at:], f"{added!r} at {at}")


def cut_out(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    content = path.read_bytes()
    at = chance.randrange(len(content) + 1)
    return _change(path, published, content[:at] + content[at + chance.randint(1, 40) :], f"bytes gone at {at}")


def truncate(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    content = path.read_bytes()
    return _change(path, published, content[: chance.randrange(len(content) or 1)], "truncated")


def line_ends(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    content = path.read_bytes()
    changed = content.replace(b"\r\n", b"\n") if b"\r\n" in content else content.replace(b"\n", b"\r\n")
    return _change(path, published, changed, "other line ends")


def remove(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    path.unlink()
    return _said(path, published)


def rename(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    name = chance.choice([f"{path.name}.bak", path.name.upper(), f".{path.name}", f"x{path.name}"])
    if (path.parent / name).exists():
        return None
    path.rename(path.parent / name)
    return f"{_said(path, published)} -> {name}"


def move(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    target = _any_file(published, chance).parent / path.name
    if target.exists():
        return None
    path.rename(target)
    return f"{_said(path, published)} -> {_said(target, published)}"


def swap(published: Path, chance: random.Random) -> str | None:
    one, other = _any_file(published, chance), _any_file(published, chance)
    contents = one.read_bytes(), other.read_bytes()
    if contents[0] == contents[1]:
        return None
    one.write_bytes(contents[1])
    other.write_bytes(contents[0])
    return f"{_said(one, published)} and {_said(other, published)}"


def add_file(published: Path, chance: random.Random) -> str | None:
    folder = _any_file(published, chance).parent
    name = chance.choice(["extra.csv", "notes.txt", ".hidden", "index.htm", "roster.csv.gz", "a b.txt", "ä.txt", "~"])
    if (folder / name).exists():
        return None
    (folder / name).write_bytes(chance.choice([b"", b"x", chance.randbytes(50)]))
    return f"{_said(folder, published)}/{name}"


def add_copy(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    target = path.with_name(f"copy-{path.name}")
    shutil.copyfile(path, target)
    return _said(target, published)


def add_folder(published: Path, chance: random.Random) -> str | None:
    folder = _any_file(published, chance).parent / chance.choice(["more", "v9.9.9", "withdrawn2", ".x"])
    if folder.exists():
        return None
    folder.mkdir()
    if chance.random() < 0.5:
        (folder / "SHA256SUMS").write_bytes(b"")
    return _said(folder, published)


def link(published: Path, chance: random.Random) -> str | None:
    """The very bytes, but through a link to a place where they can change tomorrow."""
    path = _any_file(published, chance)
    target = published.parent / f"elsewhere-{path.name}"
    path.rename(target)
    path.symlink_to(target)
    return _said(path, published)


def dangling(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    path.unlink()
    path.symlink_to("nowhere")
    return _said(path, published)


def link_folder(published: Path, chance: random.Random) -> str | None:
    folder = _any_file(published, chance).parent
    if folder == published:
        return None
    target = published.parent / f"elsewhere-{folder.name}"
    folder.rename(target)
    folder.symlink_to(target, target_is_directory=True)
    return _said(folder, published)


def folder_for_file(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    content = path.read_bytes()
    path.unlink()
    path.mkdir()
    if chance.random() < 0.5:
        (path / path.name).write_bytes(content)
    return _said(path, published)


def special_file(published: Path, chance: random.Random) -> str | None:
    path = _any_file(published, chance)
    path.unlink()
    os.mkfifo(path)
    return _said(path, published)


def file_of_other_version(published: Path, chance: random.Random) -> str | None:
    """One file of a version as another version has it."""
    folder = published / SLUG
    one, other = chance.sample(["v1.0.0", "v1.2.0", "latest"], 2)
    name = chance.choice(manifest.files(folder / one))
    if not (folder / other / name).is_file():
        return None
    return _change(folder / other / name, published, (folder / one / name).read_bytes(), f"as in {one}")


def version_as_other(published: Path, chance: random.Random) -> str | None:
    """A version's files, every one, as another version has them."""
    folder = published / SLUG
    one, other = chance.sample(["v1.0.0", "v1.2.0"], 2)
    other = chance.choice([other, "latest"]) if one == "v1.0.0" else other
    shutil.rmtree(folder / other)
    shutil.copytree(folder / one, folder / other)
    return f"{other} as {one}"


def remove_folder(published: Path, chance: random.Random) -> str | None:
    folder = chance.choice([path for path in published.rglob("*") if path.is_dir()])
    shutil.rmtree(folder)
    return _said(folder, published)


def rename_folder(published: Path, chance: random.Random) -> str | None:
    folder = chance.choice([path for path in published.rglob("*") if path.is_dir()])
    name = chance.choice(["v1.3.0", "v0.9.0", "older", "harbour"])
    if (folder.parent / name).exists():
        return None
    folder.rename(folder.parent / name)
    return f"{_said(folder, published)} -> {name}"


def double_version(published: Path, chance: random.Random) -> str | None:
    name = chance.choice(["v1.1.0", "v1.3.0", "v9.9.9", "vanished"])
    shutil.copytree(published / SLUG / "v1.2.0", published / SLUG / name)
    return name


def swap_rosters(published: Path, chance: random.Random) -> str | None:
    one, other, aside = published / SLUG, published / OTHER, published / "aside"
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    return "each under the other's name"


def roll_pointer_back(published: Path, chance: random.Random) -> str | None:
    folder = published / SLUG
    first = ledger.versions(folder)[0]
    pointer = {key: first[key] for key in ledger.KEYS}
    pointer["sequence"] = chance.choice([1, 2, 4, 5])
    return _change(folder / sealing.POINTER, published, (json.dumps(pointer, indent=2) + "\n").encode(), str(pointer))


def edit_json(published: Path, chance: random.Random) -> str | None:
    """One value of one JSON file becomes another; or a key goes, or comes, or a list is turned around."""
    files = [path for path in published.rglob("*") if path.suffix in (".json", ".jsonld") and path.is_file()]
    living = [path for path in files if path.parts[-2] in (SLUG, OTHER, "published", "withdrawn")]
    path = chance.choice(living if chance.random() < 0.8 else files)
    content = json.loads(path.read_bytes())
    places = list(_containers(content))
    if not places:
        return None
    what = _edited(chance.choice(places), chance)
    return _change(path, published, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode(), what)


def edit_text(published: Path, chance: random.Random) -> str | None:
    """A digit or a word of a feed, a log, a citation becomes another."""
    living = [published / SLUG / name for name in ("feed.xml", "changes-feed.xml", "corrections.csv")]
    path = chance.choice([*living, published / "feed.xml", published / SLUG / "v1.0.0" / "CITATION.cff"])
    content = path.read_bytes()
    at = chance.choice([place for place, byte in enumerate(content) if chr(byte).isalnum()])
    return _change(path, published, content[:at] + chance.choice([b"7", b"Q", b""]) + content[at + 1 :], f"at {at}")


def edit_seal(published: Path, chance: random.Random) -> str | None:
    """A line of a manifest goes, comes twice, or says another file's digest."""
    path = chance.choice(list(published.rglob(manifest.NAME)))
    lines = path.read_text().splitlines(keepends=True)
    at = chance.randrange(len(lines))
    done = chance.choice(["gone", "twice", "swapped", "to another file"])
    if done == "gone":
        del lines[at]
    elif done == "twice":
        lines.insert(at, lines[at])
    elif done == "swapped":
        other = chance.randrange(len(lines))
        one, two = lines[at], lines[other]
        lines[at], lines[other] = two[:64] + one[64:], one[:64] + two[64:]
    else:
        lines[at] = f"{lines[at][:66]}../{lines[at][66:]}"
    return _change(path, published, "".join(lines).encode(), f"line {at + 1} {done}")


def _containers(value: Any) -> list[Any]:
    if not isinstance(value, dict | list):
        return []
    inner = list(value.values()) if isinstance(value, dict) else value
    return [*([value] if value else []), *(found for each in inner for found in _containers(each))]


def _edited(value: Any, chance: random.Random) -> str:
    if isinstance(value, list):
        if len(value) > 1 and chance.random() < 0.3:
            value.reverse()
            return "a list turned around"
        at: Any = chance.randrange(len(value))
    else:
        at = chance.choice(sorted(value))
        if chance.random() < 0.1:
            value["more"] = 1
            return "a key added"
    if chance.random() < 0.2:
        del value[at]
        return f"{at!r} removed"
    before = value[at]
    others: list[Any] = [None, "", 0, -1, 10**30, True, [], {}, "../../etc", "2031-01-01", "v1.0.0", "1.0.0", "0" * 64]
    if isinstance(before, str) and before:
        others += [before[:-1], before + " ", before.upper(), before[::-1]]
    if isinstance(before, int) and not isinstance(before, bool):
        others += [before + 1, before - 1, str(before)]
    value[at] = chance.choice(others)
    return f"{at!r}: {str(before)[:40]!r} -> {str(value[at])[:40]!r}"


KINDS: tuple[Tampering, ...] = (
    flip_bit, set_byte, insert_bytes, cut_out, truncate, line_ends, remove, rename, move, swap, add_file, add_copy,
    add_folder, link, dangling, link_folder, folder_for_file, special_file, file_of_other_version, version_as_other,
    remove_folder, rename_folder, double_version, swap_rosters, roll_pointer_back, edit_json, edit_text, edit_seal,
    edit_json, flip_bit, roll_pointer_back, edit_json,
)  # fmt: skip

#: What can be seen from outside, over HTTP: not a file too many, nor that a file is a link.
SEEN_FROM_OUTSIDE: tuple[Tampering, ...] = (
    flip_bit, set_byte, cut_out, truncate, remove, rename, swap, file_of_other_version, version_as_other, edit_json,
    edit_text, edit_seal, roll_pointer_back, dangling,
)  # fmt: skip
