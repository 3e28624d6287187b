"""`incumbent withdraw` and `incumbent suppress`: what was published is taken back, who objects is no longer shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path

import click

from incumbent import output
from incumbent.commands import options


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()


@click.command()
@click.argument("roster")
@click.argument("version")
@click.option("--reason", required=True, metavar="CLASS", help="Why, as one of the published classes of reasons.")
@click.option("--note", default=None, metavar="TEXT", help="A line that is published with it, without personal data.")
@click.option("--date", default=None, metavar="DATE", help="The day of the decision (default: today).")
@options.published
@options.as_json
def withdraw(
    roster: str, version: str, reason: str, note: str | None, date: str | None, published: str, as_json: bool
) -> None:
    """Take VERSION of ROSTER back: its files go, a tombstone with hash, date and reason stays.

    latest.json and latest/ move to the newest version that is not withdrawn. The number is never given again.
    """
    from incumbent import withdrawal

    done = withdrawal.withdraw(Path(published), roster, [version], reason=reason, date=date or _today(), note=note)
    if as_json:
        output.deliver(output.json_text(asdict(done)), None)
        return
    output.print_line(f"withdrawn: {', '.join(done.versions)}")
    output.print_line(f"live now: {done.live}" if done.live else "no version is live now; release again")
