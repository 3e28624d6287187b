"""`incumbent approve`: a person has looked at what a gate holds, and lets just that through."""

from __future__ import annotations

import datetime as dt
import getpass
import os
from pathlib import Path
from typing import Any

import click

from incumbent import output
from incumbent.commands import options
from incumbent.errors import InputError

_SHOWN = 20


@click.command()
@click.argument("roster")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is right as it is: published with the version.")
@click.option(
    "--digest", default=None, metavar="DIGEST", help="What is approved, as the held run named it (default: the last)."
)
@click.option("--by", default=None, metavar="NAME", help="Who approves (default: the user's name); not published.")
@click.option("--date", default=None, metavar="DATE", help="The day of the decision (default: today).")
@options.archive
@options.rosters
@options.as_json
def approve(
    roster: str,
    reason: str,
    digest: str | None,
    by: str | None,
    date: str | None,
    archive: str | None,
    rosters: str | None,
    as_json: bool,
) -> None:
    """Approve what the last release of ROSTER was held for, and only that: another difference is held again.

    The approval goes into approvals.csv in the roster's folder, to be kept with it; then release again.
    """
    from incumbent import approvals
    from incumbent import roster as roster_module

    known = roster_module.load(roster, Path(rosters) if rosters else None)
    waiting = approvals.held(Path(archive) if archive else known.folder / "archive")
    wanted = _wanted(known.slug, waiting, digest)
    held = waiting if waiting and waiting["digest"] == wanted else {}
    approval = approvals.Approval(
        digest=wanted,
        date=date or dt.datetime.now(dt.UTC).date().isoformat(),
        by=by or _user(),
        reason=reason.strip(),
        after=held.get("after") or "",
        checks=";".join(each["name"] for each in held.get("checks", [])),
    )
    approvals.record(known.folder, approval)
    answer = {"approved": approval._asdict(), "file": str(known.folder / approvals.FILE), "held": held}
    if as_json:
        output.deliver(output.json_text(answer), None)
        return
    _print(known.slug, answer)


def _wanted(slug: str, waiting: dict[str, Any] | None, digest: str | None) -> str:
    """The digest that is approved. Raises InputError where nothing is held, or what is held is something else."""
    if waiting is None:
        if digest is None:
            raise InputError(
                f"no release of {slug} is held here",
                where="--digest",
                expected="the digest that the held run named, where it ran elsewhere",
                do=f"incumbent release {slug} says whether anything is held",
            )
        return digest
    if digest is not None and digest != waiting["digest"]:
        raise InputError(
            f"what is held has another digest: {waiting['digest']}",
            where=f"--digest {digest}",
            expected="the difference that is held now",
            do="look at it again: it is not the one that you meant to approve",
        )
    if not waiting.get("approvable"):
        raise InputError(
            "what is held cannot be approved: " + "; ".join(each["name"] for each in waiting["checks"]),
            where=slug,
            expected="tables that are what their schemas say, and required sources that can be used",
            do="mend the source or its settings, and release again",
        )
    return str(waiting["digest"])


def _user() -> str:
    """The name of whoever runs this; a container may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _print(slug: str, answer: dict[str, Any]) -> None:
    held = answer["held"]
    for check in held.get("checks", []):
        output.print_line(f"approved: {check['name']}: {check['observed']}")
    entries = held.get("entries", [])
    for entry in entries[:_SHOWN]:
        output.print_line(f"  {entry}")
    if len(entries) > _SHOWN:
        output.print_line(f"  and {len(entries) - _SHOWN} more")
    output.print_line(f"written to {answer['file']}; release again: incumbent release {slug}")
