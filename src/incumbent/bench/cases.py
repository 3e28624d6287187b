"""A labelled case: a folder with roster.csv, evidence.csv, truth.csv and case.json, and what is contested about it.

roster.csv: entry_id, person, post, organisation. evidence.csv: what `incumbent check --evidence` reads. truth.csv:
entry_id, verdict, holder. case.json: as_of (a day), about. contested.csv (optional): entry_id, verdict, proof: the
labels that are wrong, what they should be, and the proof in a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from incumbent import edtf
from incumbent.errors import InputError, printable
from incumbent.verdicts import VERDICTS

_TRUTH = ("entry_id", "verdict", "holder")
_CONTESTED = ("entry_id", "verdict", "proof")


def read_case(folder: str | Path, contested: str | Path | None = None) -> Case:
    """The case in `folder`. `contested`: a folder that may hold contested-<case>.csv, for a case that is not ours to
    add a contested.csv to. Raises InputError for a file that is missing or does not fit the others.
    """
    path = Path(folder)
    if not path.is_dir():
        raise InputError(
            "there is no such case",
            where=str(folder),
            expected="a folder with roster.csv, evidence.csv, truth.csv and case.json",
            do="check the path",
        )
    name = path.resolve().name
    as_of, about = _settings(path / "case.json")
    roster = _table(path / "roster.csv", ("entry_id", "person", "post", "organisation"))
    truth = _labels(path / "truth.csv", _TRUTH)
    _same_entries(roster, truth, path / "truth.csv")
    return Case(
        name=name,
        as_of=as_of,
        about=about,
        frames=Frames(roster, (_table(path / "evidence.csv", ("person", "post", "organisation")),)),
        truth=truth,
        contested=_contested(path, name, Path(contested) if contested is not None else None, roster),
    )


def _settings(path: Path) -> tuple[str, str]:
    text = _text(path)
    try:
        settings = json.loads(text)
    except ValueError as error:
        raise InputError(f"not JSON: {error}", where=str(path), expected='{"as_of": "2012-06-28"}') from None
    if not isinstance(settings, dict) or not isinstance(settings.get("as_of"), str):
        raise InputError("the case has no as_of", where=str(path), expected='{"as_of": "2012-06-28"}')
    as_of = settings["as_of"]
    edtf.parse_day(as_of, what=f"{path}, as_of")
    return as_of, str(settings.get("about", ""))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise InputError(
            f"a file of the case cannot be read: {reason}", where=str(path), do="complete the case's folder"
        ) from None


def _table(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    """The file's cells as text, as they are written: what they mean is for lists.read_list to say."""
    text = _text(path)
    try:
        frame = pl.read_csv(text.encode(), infer_schema=False).fill_null("")
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"not a CSV table: {printable(error)}", where=str(path), expected=f"the columns {', '.join(columns)}"
        ) from None
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError(
            f"the table lacks {', '.join(missing)}", where=str(path), expected=f"the columns {', '.join(columns)}"
        )
    return frame


def _labels(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    """`columns` of the file, an entry once, each verdict a known one."""
    frame = _table(path, columns).select(columns)
    unknown = frame.filter(~pl.col("verdict").is_in(VERDICTS))
    if unknown.height:
        entry, verdict = unknown.row(0)[:2]
        raise InputError(f"{verdict!r} is no verdict", where=f"{path}, entry {entry}", expected=" | ".join(VERDICTS))
    twice = frame.filter(pl.col("entry_id").is_duplicated())
    if twice.height:
        raise InputError("an entry is labelled twice", where=f"{path}, entry {twice.row(0)[0]}", expected="each once")
    return frame


def _same_entries(roster: pl.DataFrame, truth: pl.DataFrame, path: Path) -> None:
    different = sorted(set(roster["entry_id"]) ^ set(truth["entry_id"]))
    if different:
        raise InputError(
            "roster.csv and truth.csv are about different entries",
            where=f"{path}, entry {different[0]}",
            expected="a label for every entry, and no other",
        )


def _contested(folder: Path, name: str, elsewhere: Path | None, roster: pl.DataFrame) -> pl.DataFrame:
    files = [folder / "contested.csv"]
    if elsewhere is not None:
        if not elsewhere.is_dir():
            raise InputError("there is no such folder", where=str(elsewhere), do="check --contested")
        files.append(elsewhere / f"contested-{name}.csv")
    found = [_labels(file, _CONTESTED) for file in files if file.is_file()]
    if not found:
        return pl.DataFrame(schema=dict.fromkeys(_CONTESTED, pl.String))
    labels = pl.concat(found).unique("entry_id", keep="last", maintain_order=True).sort("entry_id")
    strange = sorted(set(labels["entry_id"]) - set(roster["entry_id"]))
    if strange:
        raise InputError(
            "a contested label is about an entry that the case lacks",
            where=f"{name}, entry {strange[0]}",
            expected="entries of its roster.csv",
        )
    unproved = labels.filter(pl.col("proof").str.strip_chars() == "")
    if unproved.height:
        raise InputError(
            "a label is contested without a proof", where=f"{name}, entry {unproved.row(0)[0]}", expected="a sentence"
        )
    return labels


@dataclass(frozen=True)
class Frames:
    """What is judged: `roster` and each evidence file, all cells text, in the order of the files' rows."""

    roster: pl.DataFrame
    evidence: tuple[pl.DataFrame, ...]


@dataclass(frozen=True)
class Case:
    """`truth`: entry_id, verdict, holder. `contested`: entry_id, verdict (what is right), proof."""

    name: str
    as_of: str
    about: str
    frames: Frames
    truth: pl.DataFrame
    contested: pl.DataFrame
