"""`incumbent diff` and `history`: what is published, and what changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from incumbent import output, targets
from incumbent.commands import options
from incumbent.errors import InputError

if TYPE_CHECKING:  # Polars is loaded by the command that needs it
    from incumbent.entry_history import EntryHistory

_MOST_SHOWN = 200


@click.command()
@click.argument("roster")
@click.argument("old")
@click.argument("new")
@click.option("--format", "format_", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@options.published
@options.target
@options.as_json
def diff(
    roster: str, old: str, new: str, format_: str, published: str, target_options: tuple[str, ...], as_json: bool
) -> None:
    """What changed in ROSTER between the versions OLD and NEW, cell by cell.

    A version is written 1.0.0 or v1.0.0; the word latest is the last one.
    """
    from incumbent import difference

    with targets.opened(published, target_options, write=False) as folder:
        changes = difference.diff(*(version_folder(folder, roster, each) for each in (old, new)))
    format_ = "json" if as_json else format_
    if format_ != "table":
        output.deliver(output.frame_text(changes, format_), None)
        return
    if changes.is_empty():
        output.print_line("Nothing differs.")
        return
    columns = ("table", "key", "field", "old", "new", "cause")
    output.print_table(columns, changes.head(_MOST_SHOWN).select(columns).rows(), flexible="new")
    if changes.height > _MOST_SHOWN:
        output.print_line(f"and {changes.height - _MOST_SHOWN} more: --format csv has them all")
    counts = dict(changes.get_column("change").value_counts().sort("change").rows())
    output.print_line(f"{changes.height} differences: {output.summary(counts)}")


@click.command()
@click.argument("roster")
@click.argument("entry", required=False)
@options.published
@options.target
@options.as_json
def history(roster: str, entry: str | None, published: str, target_options: tuple[str, ...], as_json: bool) -> None:
    """The versions of ROSTER, oldest first, each with how much changed; or one ENTRY of its list over time.

    Of an entry: when the list had it, how long the list stayed wrong about it, and the verdict of each version. ENTRY
    is an entry_id, now or earlier, or a part of a name; entries that are long gone from the list are found too.
    """
    from incumbent.entry_history import entry_history

    with targets.opened(published, target_options, write=False) as folder:
        if entry is None:
            _print_versions(folder, roster, as_json=as_json)
            return
        found = entry_history(folder, roster, entry)
    if as_json:
        output.deliver(output.json_text(found.as_dict()), None)
    else:
        _print_entry(found)


def version_folder(published: Path, roster: str, version: str) -> Path:
    """The folder of one version of a roster. Raises InputError that names the versions that there are, or says when and
    why the version was withdrawn."""
    folder = published / roster
    if not folder.is_dir():
        raise InputError(f"nothing is published as {roster!r}", where=str(published), do="run it first: incumbent run")
    from incumbent import ledger

    listed, live = ledger.versions(folder), ledger.current(folder)
    if version == "latest" and live is not None:
        return live.path
    withdrawn = {each["path"]: each for each in listed if each["state"] == "withdrawn"}
    named = [path for path in ledger.version_folders(folder) if path.name not in withdrawn]
    wanted = f"v{version.removeprefix('v')}"
    for path in named:
        if path.name == wanted:
            return path
    what = f"there is no version {version!r}"
    if wanted in withdrawn:
        what = ledger.told(withdrawn[wanted]).rstrip(".")
    elif version == "latest" and withdrawn:
        what = "every version was withdrawn"
    raise InputError(
        what,
        where=str(folder),
        expected=", ".join(path.name[1:] for path in named) or "a published version",
        do=f"incumbent history {roster} lists them",
    )


def _print_versions(published: Path, roster: str, *, as_json: bool) -> None:
    from incumbent import ledger, publish

    versions = publish.history(published, roster)
    if as_json:
        output.deliver(output.json_text(output.rows_of(versions)), None)
        return
    columns = ("version", "as_of", "state", "added", "removed", "changed")
    output.print_table(columns, versions.select(columns).rows())
    for withdrawn in ledger.versions(published / roster):
        if withdrawn["state"] == "withdrawn":
            output.print_line(ledger.told(withdrawn))


def _print_entry(found: EntryHistory) -> None:
    row = found.listing
    listed = (row["listed_person"], row["listed_post"], row["listed_organisation"])
    output.print_line(", ".join(filter(None, listed)))
    output.print_line(f"entry {row['entry_id']}, as version {found.version} has it")
    if row["earlier_entry_ids"]:
        output.print_line(f"earlier {row['earlier_entry_ids'].replace(';', ', ')}")
    for sentence in found.sentences():
        output.print_line(sentence)
    output.print_line()
    columns = ("version", "as_of", "verdict", "reasons", "explanation")
    said = ({**each, "verdict": each["verdict"] or "not listed"} for each in found.versions.to_dicts())
    output.print_table(columns, [[each[name] for name in columns] for each in said], flexible="explanation")
