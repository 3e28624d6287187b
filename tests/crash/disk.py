"""A disk that loses power: what may be on it after the calls of a trace, when only what was flushed is sure.

The rules are harsher than any file system's we know of, and follow POSIX, which promises nothing but fsync:

- a file's content that was not flushed may be as it was, empty, zeros, half there, or whole;
- a name that was made, taken or given to something else, in a folder that was not flushed since, may be old or new,
  each on its own and in any order: of a rename the one half may be there without the other;
- fsync of a file puts its content on disk and not its name; fsync of a folder its names and not what they stand for.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.processes import Call

#: What is under a folder: path -> content; a folder has a / at the end and no content.
Tree = dict[str, bytes]


def read(folder: Path) -> Tree:
    """What is under `folder` on the real disk; nothing when it is not there."""
    tree = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        tree.update({f"{name}/": b""} if path.is_dir() else {name: path.read_bytes()})
    return tree


def write(tree: Tree, folder: Path) -> None:
    """`tree` on the real disk; `folder` is made, and may not be there."""
    folder.mkdir()
    for name, content in sorted(tree.items()):
        if name.endswith("/"):
            (folder / name).mkdir(exist_ok=True)
        else:
            (folder / name).write_bytes(content)


def digest(tree: Tree) -> bytes:
    """The same for trees that hold the same, and for no others."""
    summed = hashlib.sha256()
    for name, content in sorted(tree.items()):
        summed.update(f"{name}\0{len(content)}\0".encode())
        summed.update(content)
    return summed.digest()


class Disk:
    """What is on it for those who run (`now`), and what may be left (`lost`)."""

    def __init__(self, base: Path, tree: Tree) -> None:
        """`tree` is what is under the folder `base`, all of it on disk."""
        self.base, self.root = base, Folder()
        self._known: dict[tuple[int, str], Tree | None] = {}
        for name, content in sorted(tree.items()):
            *above, last = name.rstrip("/").split("/")
            node: Folder | File = Folder() if name.endswith("/") else File([content])
            self._folder_of(above).names[last] = [node]

    def apply(self, call: Call) -> None:
        """What a call that succeeded did. Raises ValueError for one whose effect we do not know."""
        if call.result < 0 or call.name == "flock":
            return
        does = _EFFECTS.get(call.name)
        if does is None:
            raise ValueError(f"the model does not know {call.name}: {call.path()}")
        does(self, call)
        changed = {id(folder) for path in call.paths() for folder in self._down_to(path)}
        self._known = {key: tree for key, tree in self._known.items() if key[0] not in changed}

    def now(self) -> Tree:
        """What whoever runs sees."""
        return self._tree(lambda versions: len(versions) - 1, None)

    def unsure(self) -> list[tuple[str, Names]]:
        """(path, what the name may stand for) of each name that may be old or new, as whoever runs sees the folders."""
        found: list[tuple[str, Names]] = []
        self._seek(self.root, "", found)
        return found

    def lost(self, which: Choice, seed: random.Random) -> Tree:
        """What may be there after the power was lost: names and contents as `which` has them."""
        return self._tree(lambda versions: which.name(versions, seed), lambda file: which.content(file, seed))

    def node(self, path: Path) -> Folder | File:
        node: Folder | File | None = self.root
        for part in path.relative_to(self.base).parts:
            node = node.names.get(part, [None])[-1] if isinstance(node, Folder) else None
        if node is None:
            raise ValueError(f"the model has no {path}: it was made where the trace does not show it")
        return node

    def rename(self, path: Path, node: Folder | File | None) -> None:
        """The name stands for something else from now on, or for nothing; nobody flushed that yet."""
        above = self.node(path.parent)
        assert isinstance(above, Folder)
        above.names.setdefault(path.name, [None]).append(node)

    def external(self, path: Path) -> bytes:
        """The content of a file that is read from: in the model, or elsewhere and then nothing changes it."""
        if not path.is_relative_to(self.base):
            return path.read_bytes()
        node = self.node(path)
        assert isinstance(node, File)
        return node.versions[-1]

    def _folder_of(self, parts: Sequence[str]) -> Folder:
        folder = self.root
        for part in parts:
            node = folder.names[part][-1]
            assert isinstance(node, Folder)
            folder = node
        return folder

    def _tree(self, name: Callable[[Names], int], content: Callable[[File], bytes] | None) -> Tree:
        tree: Tree = {}
        chosen: dict[int, bytes | dict[str, Folder | File | None]] = {}

        def put(folder: Folder, prefix: str) -> None:
            if (sure := self._sure(folder, prefix)) is not None:
                tree.update(sure)
                return
            # a folder that two names stand for is the same under both
            if id(folder) not in chosen:
                chosen[id(folder)] = {each: versions[name(versions)] for each, versions in folder.names.items()}
            names = chosen[id(folder)]
            assert isinstance(names, dict)
            for each, node in sorted(names.items()):
                if isinstance(node, Folder):
                    tree[f"{prefix}{each}/"] = b""
                    put(node, f"{prefix}{each}/")
                elif node is not None:
                    if id(node) not in chosen:
                        chosen[id(node)] = node.versions[-1] if content is None else content(node)
                    held = chosen[id(node)]
                    assert isinstance(held, bytes)
                    tree[f"{prefix}{each}"] = held

        put(self.root, "")
        return tree

    def _down_to(self, path: Path) -> Iterator[Folder]:
        """The folders on the way to a path, as far as it is there, itself included."""
        node: Folder | File | None = self.root
        for part in (*path.relative_to(self.base).parts, ""):
            if not isinstance(node, Folder):
                return
            yield node
            node = node.names.get(part, [None])[-1]

    def _sure(self, folder: Folder, prefix: str) -> Tree | None:
        """What is under a folder, where all of it is on disk; kept until a call changes something there."""
        key = (id(folder), prefix)
        if key in self._known:
            return self._known[key]
        tree: Tree | None = {}
        for each, versions in sorted(folder.names.items()):
            node, path = versions[-1], prefix + each
            below = self._sure(node, f"{path}/") if isinstance(node, Folder) else None
            if tree is None or len(versions) > 1 or (below is None if isinstance(node, Folder) else not _is_sure(node)):
                tree = None
            elif isinstance(node, Folder):
                tree |= {f"{path}/": b"", **(below or {})}
            elif node is not None:
                tree[path] = node.versions[-1]
        self._known[key] = tree
        return tree

    def _seek(self, folder: Folder, prefix: str, found: list[tuple[str, Names]]) -> None:
        for each, versions in sorted(folder.names.items()):
            if len(versions) > 1:
                found.append((prefix + each, versions))
            if isinstance(versions[-1], Folder):
                self._seek(versions[-1], f"{prefix}{each}/", found)


def _is_sure(node: File | None) -> bool:
    return node is None or len(node.versions) == 1


def _open(disk: Disk, call: Call) -> None:
    path, flags = call.path(), str(call.arguments[2])
    try:
        node = disk.node(path)
    except ValueError:
        disk.rename(path, File([b""]))
        return
    assert isinstance(node, File)
    if "O_TRUNC" in flags and node.versions[-1]:
        node.versions.append(b"")


def _write(disk: Disk, call: Call) -> None:
    data = call.arguments[1]
    assert isinstance(data, bytes)
    _append(disk, call, data[: call.result])


def _sendfile(disk: Disk, call: Call) -> None:
    source = call.path(1)
    at = int(str(call.arguments[2]).removeprefix("[").split("]")[0])
    _append(disk, call, disk.external(source)[at : at + call.result])


def _append(disk: Disk, call: Call, data: bytes) -> None:
    """All that we write is written from the beginning to the end."""
    node = disk.node(call.path())
    assert isinstance(node, File)
    if data:
        node.versions.append(node.versions[-1] + data)


def _rename(disk: Disk, call: Call) -> None:
    node = disk.node(call.path())
    disk.rename(call.path(2 if call.name.endswith(("at", "at2")) else 1), node)
    disk.rename(call.path(), None)


def _make_folder(disk: Disk, call: Call) -> None:
    disk.rename(call.path(), Folder())


def _remove(disk: Disk, call: Call) -> None:
    disk.rename(call.path(), None)


def _flush(disk: Disk, call: Call) -> None:
    node = disk.node(call.path())
    if isinstance(node, File):
        del node.versions[:-1]
    else:
        node.names = {name: versions[-1:] for name, versions in node.names.items() if versions[-1] is not None}


_EFFECTS: dict[str, Callable[[Disk, Call], None]] = {
    "openat": _open, "write": _write, "sendfile": _sendfile,
    "rename": _rename, "renameat": _rename, "renameat2": _rename, "mkdir": _make_folder, "mkdirat": _make_folder,
    "rmdir": _remove, "unlink": _remove, "unlinkat": _remove, "fsync": _flush, "fdatasync": _flush,
}  # fmt: skip


def _oldest(versions: Names, seed: random.Random) -> int:
    return 0


def _newest(versions: Names, seed: random.Random) -> int:
    return len(versions) - 1


def _any(versions: Names, seed: random.Random) -> int:
    return seed.randrange(len(versions))


def _taken(versions: Names, seed: random.Random) -> int:
    return len(versions) - 1 if versions[-1] is None else 0


def _given(versions: Names, seed: random.Random) -> int:
    return 0 if versions[-1] is None else len(versions) - 1


def _as_it_was(file: File, seed: random.Random) -> bytes:
    return file.versions[0]


def _whole(file: File, seed: random.Random) -> bytes:
    return file.versions[-1]


def _zeros(file: File, seed: random.Random) -> bytes:
    return file.versions[0] if len(file.versions) == 1 else bytes(len(file.versions[-1]))


def _half(file: File, seed: random.Random) -> bytes:
    content = file.versions[-1]
    return content if len(file.versions) == 1 else content[: len(content) // 2]


def _hole(file: File, seed: random.Random) -> bytes:
    content = file.versions[-1]
    return content if len(file.versions) == 1 else bytes(len(content) // 2) + content[len(content) // 2 :]


def _mixed(file: File, seed: random.Random) -> bytes:
    return seed.choice([_as_it_was, _whole, _zeros, _half, _hole])(file, seed)


@dataclass(frozen=True)
class Choice:
    """What of all that was not flushed is there: for each name which of those that it stood for, for each file what."""

    kind: str
    name: Callable[[Names, random.Random], int]
    content: Callable[[File, random.Random], bytes]

    def but(self, target: Names, name: Callable[[Names, random.Random], int]) -> Choice:
        """The same, but for one name."""
        plain = self.name
        return Choice(
            f"{self.kind} but one",
            lambda versions, seed: (name if versions is target else plain)(versions, seed),
            self.content,
        )


NOTHING = Choice("nothing", _oldest, _as_it_was)
EVERYTHING = Choice("everything", _newest, _whole)
CHOICES = (
    NOTHING,
    Choice("names without content", _newest, _as_it_was),
    Choice("names and zeros", _newest, _zeros),
    Choice("names and half the content", _newest, _half),
    Choice("names and the content's end", _newest, _hole),
    Choice("names taken, none given", _taken, _whole),
    Choice("names given, none taken", _given, _whole),
    Choice("any name, whole content", _any, _whole),
    Choice("anything", _any, _mixed),
    EVERYTHING,
)


def states(disk: Disk, seed: random.Random, names: int | None = None) -> Iterator[tuple[str, Tree]]:
    """What may be there if the power goes now, with what kind of loss: each of CHOICES, and each name by itself, or so
    many `names` that stand outside of scratch."""
    for choice in CHOICES:
        yield choice.kind, disk.lost(choice, seed)
    unsure = disk.unsure()
    if names is not None:
        shown = [(path, versions) for path, versions in unsure if ".publish/" not in path]
        unsure = seed.sample(shown, min(names, len(shown)))
    for _, versions in unsure:
        yield f"{NOTHING.kind} but one", disk.lost(NOTHING.but(versions, _newest), seed)
        yield f"{EVERYTHING.kind} but one", disk.lost(EVERYTHING.but(versions, _oldest), seed)


@dataclass(eq=False)
class File:
    """A file's contents since it was last flushed, that one first."""

    versions: list[bytes] = field(repr=False)


@dataclass(eq=False)
class Folder:
    """What each name has stood for since the folder was last flushed, the oldest first; None: nothing."""

    names: dict[str, Names] = field(default_factory=dict, repr=False)


Names = list[Folder | File | None]
