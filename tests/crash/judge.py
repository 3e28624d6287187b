"""Judges what is published: could a reader meet anything but a whole version, and does verify find fault?"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incumbent import difference, frictionless_report, manifest, verify
from tests.crash.disk import Tree

#: verify's answers: they follow from the bytes.
_KNOWN: dict[tuple[frozenset[tuple[str, bytes]], bool], list[str]] = {}
_POINTER = {"version", "path", "as_of", "manifest", "sequence"}


def pointer(tree: Tree, slug: str) -> dict[str, Any] | None:
    """latest.json of a roster in what is published; None where there is none. Raises ValueError when it is torn."""
    content = tree.get(f"{slug}/latest.json")
    if content is None:
        return None
    read = json.loads(content)
    if not isinstance(read, dict) or set(read) != _POINTER:
        raise ValueError("latest.json is no pointer")
    return read


def torn(tree: Tree, slug: str, *, least: int = 0) -> list[str]:
    """What a reader would meet that is not whole. `least`: the sequence that a run has said it reached.

    latest.json names a whole version, or none; each version that is there is whole, and so is latest/; no index is
    half written.
    """
    found, folders, indexes = [], _folders(tree, slug), _indexes(tree, slug)
    try:
        told = pointer(tree, slug)
    except ValueError as error:
        return [f"latest.json: {error}"]
    if (told["sequence"] if told else 0) < least:
        found.append(f"latest.json is at {told}, and a run has said that it reached {least}")
    if told and told["path"] is not None:
        version = folders.get(told["path"], {})
        if version.get(manifest.NAME) is None:
            found.append(f"latest.json names {told['path']}, which is not there")
        elif hashlib.sha256(version[manifest.NAME]).hexdigest() != told["manifest"]:
            found.append(f"{told['path']} is not the version that latest.json names")
    for name, files in sorted(folders.items()):
        if name == "latest" or difference.VERSION.fullmatch(name.removeprefix("v")):
            found += [f"{name}: {fault}" for fault in _faults(frozenset(files.items()))]
    return found + [f"{name} is half written" for name in indexes if not _is_json(tree[name])]


def _folders(tree: Tree, slug: str) -> dict[str, Tree]:
    """The files of each folder of a roster; of those that hold none, none."""
    folders: dict[str, Tree] = {}
    start = len(slug) + 1
    for name, content in tree.items():
        if name.startswith(slug) and (end := name.find("/", start)) > 0:
            files = folders.setdefault(name[start:end], {})
            if not name.endswith("/"):
                files[name[end + 1 :]] = content
    return folders


def _indexes(tree: Tree, slug: str) -> list[str]:
    passed = (f"{slug}/v", f"{slug}/latest/", f"{slug}/.")
    return [
        name
        for name in tree
        if name.endswith((".json", ".jsonld"))
        and (name.count("/") < 2 or not name.startswith(passed))
        and not name.startswith(f"{slug}/.")
    ]


@functools.lru_cache(maxsize=4096)
def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def part(tree: Tree, prefix: str) -> Tree:
    """What is under a folder of the tree (`prefix` ends with a /)."""
    return {name.removeprefix(prefix): content for name, content in tree.items() if name.startswith(prefix)}


def different(tree: Tree, expected: Tree) -> list[str]:
    """The files in which two trees differ."""
    return sorted(name for name in tree.keys() | expected.keys() if tree.get(name) != expected.get(name))


def listed(tree: Tree, slug: str) -> list[dict[str, Any]]:
    """The entries of a roster's versions.json."""
    found: list[dict[str, Any]] = json.loads(tree[f"{slug}/versions.json"])["versions"]
    return found


def changed_versions(earlier: Tree, later: Tree) -> list[str]:
    """The versions that latest.json named in the one tree of a disk and that have other files in the other."""
    found = []
    for name, content in earlier.items():
        if name.endswith("/latest.json"):
            version = f"{name.removesuffix('latest.json')}{json.loads(content)['path']}/"
            if part(later, version) not in ({}, part(earlier, version)):
                found.append(version)
    return found


def problems(published: Path, tree: Tree, *, tables: bool = False) -> list[str]:
    """What `verify` finds in a folder, which holds `tree`. `tables`: also frictionless' opinion of every table, which
    takes seconds and follows from the bytes of a version alone."""
    key = (frozenset(tree.items()), tables)
    if key not in _KNOWN:
        with pytest.MonkeyPatch.context() as patch:
            if not tables:
                patch.setattr(frictionless_report, "report_errors", lambda folder, descriptor: [])
            _KNOWN[key] = [f"{problem.path} {problem.what}" for problem in verify.verify(published)]
    return _KNOWN[key]


@functools.lru_cache(maxsize=4096)
def _faults(version: frozenset[tuple[str, bytes]]) -> tuple[str, ...]:
    return tuple(_version_faults(dict(version)))


def _version_faults(files: Tree) -> Iterator[str]:
    lines = files.get(manifest.NAME, b"").decode("ascii", "replace").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    if not sums:
        yield "no manifest"
    for name in sorted(sums.keys() | files.keys() - {manifest.NAME}):
        if name not in files:
            yield f"{name} is missing"
        elif hashlib.sha256(files[name]).hexdigest() != sums.get(name):
            yield f"{name} is torn"
