"""`incumbent serve`: the scheduled runs of rosters, until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from incumbent import output
from incumbent.commands import options
from incumbent.commands.verifying import signing_key
from incumbent.errors import InputError


@click.command()
@click.argument("slugs", nargs=-1, metavar="[ROSTER]...")
@click.option(
    "--cron", default=None, metavar="LINE", help="When to run, in UTC, such as '30 5 * * *' (else roster.yaml's)."
)
@options.published
@signing_key
@options.target
@click.option("--archives", default=None, metavar="DIR", help="Each roster's archive is DIR/ROSTER (else its own).")
@options.rosters
@click.option("--contact", default=None, metavar="TEXT", help="Your e-mail or web address (else INCUMBENT_CONTACT).")
@click.option("--base", "bases", multiple=True, metavar="ORIGIN=ORIGIN", help="Reach one origin through another.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="Of the Prefect server that is started where none is configured (default: one that is free).",
)
@options.quiet
def serve(
    slugs: tuple[str, ...],
    cron: str | None,
    published: str,
    target_options: tuple[str, ...],
    archives: str | None,
    rosters: str | None,
    contact: str | None,
    bases: tuple[str, ...],
    port: int,
    quiet: bool,
) -> None:
    """Run the rosters, or all, when they are due: capture with the network, then release. Goes on until SIGTERM.

    One run at a time; what is due meanwhile waits. Where no Prefect server is configured, one is started with it.
    """
    from incumbent import capturing, roster, targets
    from incumbent.operation import schedule, serving

    place = Path(rosters).absolute() if rosters else None
    known = [roster.load(slug, place) for slug in slugs or roster.list_rosters(place)]
    if not known:
        raise InputError("there is no roster to run", where="--rosters", expected="a folder of rosters")
    twice = [each.slug for each in known if [one.slug for one in known].count(each.slug) > 1]
    if twice:
        raise InputError(f"the roster {twice[0]} is named twice", where="ROSTER", expected="each roster once")
    if not targets.is_address(published):
        published = str(Path(published).absolute())
    planned = []
    for each in known:
        capturing.contact_of(each, contact)
        parameters: dict[str, Any] = {"roster": str(each.folder.absolute()), "published": published, "live": True}
        given: dict[str, Any] = {
            "archive": str(Path(archives).absolute() / each.slug) if archives else None,
            "contact": contact,
            "bases": options.origins(bases),
            "cron": cron or (None if each.schedule else schedule.DAILY),
            "target_options": list(target_options),
        }
        parameters |= {name: value for name, value in given.items() if value}
        due = schedule.of(each, parameters.get("cron"))
        assert due is not None  # there is a line, of roster.yaml or ours
        planned.append(serving.Planned(each, due, parameters))
    progress = output.Progress(quiet=quiet)
    serving.serve(planned, progress.say, port=port)
