"""`incumbent withdraw` and `incumbent suppress`: what was published is taken back, who objects is no longer shown."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import asdict
from pathlib import Path

import click

from incumbent import output, targets
from incumbent.commands import options
from incumbent.commands.verifying import signing_key
from incumbent.errors import InputError


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()


@click.command()
@click.argument("roster")
@click.argument("version")
@click.option("--reason", required=True, metavar="CLASS", help="Why, as one of the published classes of reasons.")
@click.option("--note", default=None, metavar="TEXT", help="A line that is published with it, without personal data.")
@click.option("--date", default=None, metavar="DATE", help="The day of the decision (default: today).")
@options.published
@options.target
@signing_key
@options.as_json
def withdraw(
    roster: str,
    version: str,
    reason: str,
    note: str | None,
    date: str | None,
    published: str,
    target_options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take VERSION of ROSTER back: its files go, a tombstone with hash, date and reason stays.

    latest.json and latest/ move to the newest version that is not withdrawn. The number is never given again.
    """
    from incumbent import withdrawal

    with targets.opened(published, target_options) as folder:
        done = withdrawal.withdraw(folder, roster, [version], reason=reason, date=date or _today(), note=note)
    if as_json:
        output.deliver(output.json_text(asdict(done)), None)
        return
    output.print_line(f"withdrawn: {', '.join(done.versions)}")
    output.print_line(f"live now: {done.live}" if done.live else "no version is live now; release again")


@click.command()
@click.argument("roster")
@click.argument("people", metavar="PERSON...", nargs=-1, required=True)
@click.option("--reason", required=True, metavar="CLASS", help="Why, as one of the classes of reasons.")
@click.option("--until", default=None, metavar="DATE", help="The last day on which it counts (default: for good).")
@click.option("--date", default=None, metavar="DATE", help="The day of the decision (default: today).")
@click.option("--yes", is_flag=True, help="Withdraw the versions that show the person without asking.")
@options.published
@options.target
@signing_key
@options.rosters
@options.as_json
def suppress(
    roster: str,
    people: tuple[str, ...],
    reason: str,
    until: str | None,
    date: str | None,
    yes: bool,
    published: str,
    target_options: tuple[str, ...],
    rosters: str | None,
    as_json: bool,
) -> None:
    """Show each PERSON no more: in no later version, feed or rebuild of ROSTER, and withdraw the versions that do.

    PERSON is a person_id of people.csv, or a name with given name and surname. The list in the roster's folder holds
    digests only, under the secret in INCUMBENT_SUPPRESSION_KEY.
    """
    from incumbent import roster as roster_module
    from incumbent import suppressing, suppression

    loaded = roster_module.load(roster, Path(rosters) if rosters else None)
    suppression.required_secret()
    with targets.opened(published, target_options) as folder:
        found = suppressing.look_up(folder, loaded.slug, *people)
        if found.versions and not yes:
            _ask(loaded.slug, found.versions)
        done = suppressing.suppress(
            loaded.folder / "curation",
            folder,
            loaded.slug,
            found,
            reason=reason,
            date=date or _today(),
            expires=until,
        )
    answer = {
        "known": found.published,
        "withdrawn": list(done.versions) if done else [],
        "live": done.live if done else None,
        "list": str(loaded.folder / "curation" / suppression.FILE),
    }
    if as_json:
        output.deliver(output.json_text(answer), None)
        return
    if not found.published:
        output.print_line("somebody is in no version; of them the name alone is on the list")
    output.print_line(f"on the list: {answer['list']}; keep it with the roster, and the secret away from it")
    if done:
        output.print_line(f"withdrawn: {', '.join(done.versions)}")
        live = f"live now: {done.live}" if done.live else "no version is live now"
        output.print_line(f"{live}; release again: incumbent release {loaded.slug}")


def _ask(slug: str, versions: tuple[str, ...]) -> None:
    """Asks a person; a script has to say --yes."""
    what = f"{', '.join(versions)} of {slug} show this and will be withdrawn, their files deleted"
    if not sys.stdin.isatty():
        raise InputError(what, where="--yes", expected="--yes, where nobody can be asked")
    click.confirm(f"{what}. Go on?", abort=True, err=True)
