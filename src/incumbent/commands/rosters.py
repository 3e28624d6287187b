"""`incumbent roster`: the rosters that there are, whether their folders hold what they must, and a new one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from incumbent import output
from incumbent.commands import options
from incumbent.errors import EXIT_INPUT, InputError, RosterError

if TYPE_CHECKING:
    from incumbent.roster import Roster


@click.group()
def roster() -> None:
    """The rosters: make, list, and validate them."""


@roster.command()
@click.argument("slug")
@options.rosters
@click.option("--title", metavar="TEXT", help="What the list is called. Default: SLUG, as words.")
def new(slug: str, rosters: str | None, title: str | None) -> None:
    """Make the folder of a roster SLUG: an invented list that runs, to be replaced by yours."""
    from incumbent.scaffold import scaffold

    words = title or slug.replace("-", " ").capitalize()
    made = scaffold(slug, Path(rosters or "rosters"), words, dt.datetime.now(dt.UTC).date())
    output.print_line(f"made {made}: its list and its facts are invented, in pages/; README.md there says what is what")
    output.print_line(f"next: incumbent run {slug} --rosters {made.parent}")


@roster.command()
@click.argument("names", metavar="ROSTER...", nargs=-1, required=True)
@options.rosters
def transcribe(names: tuple[str, ...], rosters: str | None) -> None:
    """Bring the pages of each ROSTER that were written by hand (pages/) into its archive, for releases to read."""
    from incumbent import transcribe as transcribing

    for name in names:
        for path in transcribing.rebuild(_load(name, rosters).folder):
            output.print_line(f"{path} ({path.stat().st_size} bytes)")


@roster.command("list")
@options.rosters
@options.as_json
def list_(rosters: str | None, as_json: bool) -> None:
    """Every roster, with its title and how many sources it has."""
    loaded = [_load(slug, rosters) for slug in _slugs(rosters)]
    rows = [(one.slug, one.title, one.as_of, len(one.sources)) for one in loaded]
    columns = ("slug", "title", "as_of", "sources")
    if as_json:
        output.deliver(output.json_text([dict(zip(columns, row, strict=True)) for row in rows]), None)
    else:
        output.print_table(columns, rows, flexible="title")


@roster.command()
@click.argument("names", metavar="[ROSTER]...", nargs=-1)
@options.rosters
@options.as_json
@click.pass_context
def validate(ctx: click.Context, names: tuple[str, ...], rosters: str | None, as_json: bool) -> None:
    """Check roster.yaml and the curation of each ROSTER (default: of all); exit status 2 when one is wrong."""
    faults: dict[str, RosterError] = {}
    checked = list(names) or _slugs(rosters)
    for name in checked:
        try:
            _load(name, rosters)
        except RosterError as error:
            faults[name] = error
    if as_json:
        answer = [
            {"roster": name, "valid": name not in faults} | (faults[name].as_dict() if name in faults else {})
            for name in checked
        ]
        output.deliver(output.json_text(answer), None)
    else:
        for name in checked:
            output.print_line(f"{name}: {'not valid' if name in faults else 'valid'}")
        for fault in faults.values():
            click.echo(fault.describe(), err=True)
    ctx.exit(EXIT_INPUT if faults else 0)


def _slugs(rosters: str | None) -> list[str]:
    """The slugs of all rosters. Raises InputError when there is no such folder."""
    from incumbent import roster as roster_module

    if rosters and not Path(rosters).is_dir():
        raise InputError("there is no such folder", where=rosters, do="check --rosters")
    return roster_module.list_rosters(Path(rosters) if rosters else None)


def _load(name: str, rosters: str | None) -> Roster:
    """The roster, its curation checked as well."""
    from incumbent import curation
    from incumbent import roster as roster_module

    loaded = roster_module.load(name, Path(rosters) if rosters else None)
    curation.load(loaded.folder / "curation")
    return loaded
