"""`incumbent doctor`: what works on this machine."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from incumbent import output
from incumbent.commands import options
from incumbent.errors import EXIT_DONE, EXIT_INPUT


@click.command()
@click.argument("slugs", nargs=-1, metavar="[ROSTER]...")
@options.published
@click.option("--archives", default=None, metavar="DIR", help="Each roster's archive is DIR/ROSTER (else its own).")
@options.rosters
@click.option("--live", is_flag=True, help="Ask each source's host for its robots.txt, once.")
@click.option("--contact", default=None, metavar="TEXT", help="Your e-mail or web address (else INCUMBENT_CONTACT).")
@options.as_json
@options.quiet
@click.pass_context
def doctor(
    ctx: click.Context,
    slugs: tuple[str, ...],
    published: str,
    archives: str | None,
    rosters: str | None,
    live: bool,
    contact: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """What works on this machine, and what to do about the rest, for a run of the rosters, or of all.

    Nothing is captured or published. Exit status 2 when a run could not go well here.
    """
    from incumbent import roster
    from incumbent.operation import doctor as doctors
    from incumbent.operation.doctor import machine
    from incumbent.operation.doctor import rosters as of_rosters

    place = Path(rosters) if rosters else None
    known = [roster.load(slug, place) for slug in slugs or roster.list_rosters(place)]
    looked_at = doctors.Place(
        tuple((each, Path(archives) / each.slug if archives else each.folder / "archive") for each in known),
        Path(published),
        contact,
        live,
    )
    checks: list[tuple[str, doctors.Check]] = [
        ("python", machine.python),
        ("prefect", machine.prefect),
        ("disks", machine.disks),
        ("clock", machine.clock),
        ("charts", machine.charts),
        ("browser", machine.browser),
        ("contact", of_rosters.contact),
        ("tokens", of_rosters.tokens),
        ("schedules", of_rosters.schedules),
        ("notifications", of_rosters.notifications),
        ("reports", of_rosters.reports),
        ("archives", of_rosters.archives),
        ("published", of_rosters.published),
        ("sources", of_rosters.sources),
    ]
    with output.Progress(quiet=quiet).step("looking at this machine"):
        found = list(doctors.examine(looked_at, checks))
    failed = any(each.outcome == doctors.FAIL for each in found)
    if as_json:
        output.deliver(output.json_text({"works": not failed, "checks": [asdict(each) for each in found]}), None)
    else:
        for each in found:
            output.print_line(f"{each.outcome:4}  {each.name}: {each.seen}")
            if each.outcome != doctors.OK:
                for label, text in (("expected", each.expected), ("do", each.do)):
                    if text:
                        output.print_line(f"{label}: {text}", indent=6)
        output.print_line("this machine is fit for it" if not failed else "a run could not go well here")
    ctx.exit(EXIT_INPUT if failed else EXIT_DONE)
