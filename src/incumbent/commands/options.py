"""Options that several commands share, defined once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from incumbent import targets
from incumbent.errors import InputError

Command = TypeVar("Command", bound=Callable[..., Any])

PUBLISHED = "published"
DEFAULT_ROSTER = "uk-civil-service-leadership"

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?")


def published(command: Command) -> Command:
    """--published DIR; an address too, for a command that has --target-option."""
    return click.option(
        "--published",
        default=PUBLISHED,
        show_default=True,
        metavar="DIR",
        callback=_place,
        help="Where the versions are published.",
    )(command)


def target(command: Command) -> Command:
    """--target-option KEY=VALUE: the command takes an address in --published, by targets.opened."""
    return click.option(
        "--target-option",
        "target_options",
        multiple=True,
        metavar="KEY=VALUE",
        help="With an address in --published: how to reach it, such as endpoint_url=URL. No credentials.",
    )(command)


def archive(command: Command) -> Command:
    """--archive DIR."""
    return click.option(
        "--archive", default=None, metavar="DIR", help="The archive of snapshots (default: the roster's own)."
    )(command)


def rosters(command: Command) -> Command:
    """--rosters DIR."""
    return click.option(
        "--rosters", default=None, metavar="DIR", help="The folder of rosters (default: the bundled ones)."
    )(command)


def as_json(command: Command) -> Command:
    """--json."""
    return click.option("--json", "as_json", is_flag=True, help="Answer and errors as JSON, for machines.")(command)


def quiet(command: Command) -> Command:
    """--quiet."""
    return click.option("--quiet", "-q", is_flag=True, help="No progress and no remarks.")(command)


def as_of(command: Command) -> Command:
    """--as-of DATE."""
    return click.option(
        "--as-of", default=None, metavar="DATE", help="Use only what was known on this day, such as 2012-06-28."
    )(command)


def live(command: Command) -> Command:
    """--live, and what only a capture with a network needs: --history, --contact, --base."""
    for option in reversed(
        (
            click.option(
                "--live", is_flag=True, help="Ask the sources themselves; without it the archive is replayed."
            ),
            click.option("--history", is_flag=True, help="With --live: also what web archives keep of the sources."),
            click.option(
                "--contact",
                default=None,
                metavar="TEXT",
                help="With --live: your e-mail or web address, which each source is told (else INCUMBENT_CONTACT).",
            ),
            click.option(
                "--base",
                "bases",
                multiple=True,
                metavar="ORIGIN=ORIGIN",
                help="With --live: reach one origin through another, such as a mirror; * stands for every origin.",
            ),
        )
    ):
        command = option(command)
    return command


def origins(bases: Sequence[str]) -> dict[str, str]:
    """What --base gives: each origin (* for all), and the one through which it is reached. Raises InputError."""
    found = {}
    for text in bases:
        named, _, reached = text.partition("=")
        if not (_ORIGIN.fullmatch(named) or named == "*") or not _ORIGIN.fullmatch(reached):
            raise InputError(
                "this is no pair of origins",
                where=f"--base {text}",
                expected="ORIGIN=ORIGIN, such as https://www.gov.uk=http://127.0.0.1:8000, or *=ORIGIN",
            )
        found[named] = reached
    return found


def _place(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Where the versions are published. A command that only knows folders would make one named like an address."""
    if targets.is_address(value) and not any(each.name == "target_options" for each in context.command.params):
        raise InputError(
            "this command reads and writes a folder",
            where="--published",
            expected="a folder",
            do="fetch what is published there into a folder first",
        )
    return value
