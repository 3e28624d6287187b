"""`incumbent verify` and `incumbent key`: whether what is published is whole, and the keys that it is signed with."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from incumbent import output
from incumbent.commands import options
from incumbent.errors import EXIT_VERIFY, InputError

if TYPE_CHECKING:  # loaded by the command that needs it
    from incumbent.verify import Problem

#: The variable that names the memory for those who always want one.
REMEMBER = "INCUMBENT_REMEMBER"


@click.command()
@click.argument("path", default=options.PUBLISHED, metavar="[PATH|URL]")
@click.option("--key", "keys", multiple=True, metavar="FILE", help="All must be signed by a public key of FILE.")
@click.option(
    "--remember",
    envvar=REMEMBER,
    default=None,
    metavar="FILE",
    help="Remember in FILE what was seen, and say what went back or stopped since.",
)
@click.option("--contact", default=None, metavar="TEXT", help="For an URL: your e-mail or web address, for its host.")
@click.option(
    "--base", "bases", multiple=True, metavar="ORIGIN=ORIGIN", help="For an URL: reach one origin through another."
)
@click.option(
    "--delay",
    type=click.FloatRange(0, 60),
    default=0.1,
    show_default=True,
    metavar="SECONDS",
    help="For an URL: from one request to the next.",
)
@options.as_json
@options.quiet
@click.pass_context
def verify(
    ctx: click.Context,
    path: str,
    keys: tuple[str, ...],
    remember: str | None,
    contact: str | None,
    bases: tuple[str, ...],
    delay: float,
    as_json: bool,
    quiet: bool,
) -> None:
    """Whether everything published under PATH, or at an URL, is what it was.

    PATH is one version, a roster's folder, or all that is published; an URL is the address of one of these. Exit status
    4 when anything is not what its manifests, its signatures or your memory say; 3 when it could not be brought.
    """
    from incumbent import remembered, signing
    from incumbent import verify as verifying

    given = tuple(key for name in keys for key in signing.read_keys(Path(name))) if keys else None
    progress = output.Progress(quiet=quiet)
    with _place(path, contact, options.origins(bases), delay, progress) as place, progress.step(f"verifying {path}"):
        if remember and not place.problems:
            now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            problems = remembered.verified(place.folder, place.name, Path(remember), now, keys=given)
        else:
            problems = verifying.verify(place.folder, keys=given)
        problems = [*place.problems, *map(place.shown, problems)]
    if as_json:
        output.deliver(output.json_text({"path": path, "problems": [asdict(problem) for problem in problems]}), None)
    elif problems:
        for problem in problems:
            expected = f" (expected: {problem.expected})" if problem.expected else ""
            output.print_line(f"{problem.path}: {problem.what}{expected}")
        output.print_line(f"{len(problems)} problems")
    elif not quiet:
        signed = f", signed by {' or '.join(key.id for key in given)}" if given else ""
        output.print_line(f"{path} is what its manifests say{signed}")
    ctx.exit(EXIT_VERIFY if problems else 0)


@click.group()
def key() -> None:
    """Make the keys with which what is published is signed, and list the public ones."""


@key.command()
@click.argument("file")
@options.as_json
def new(file: str, as_json: bool) -> None:
    """Make a pair of keys: the private one in FILE, which only you can read, the public one in FILE.pub.

    Name FILE to a release with --signing-key, or in the environment variable INCUMBENT_SIGNING_KEY.
    """
    from incumbent import signing

    made = signing.new_pair(Path(file))
    if as_json:
        output.deliver(output.json_text({"id": made.id, "private": file, "public": f"{file}.pub"}), None)
        return
    output.print_line(f"key {made.id}")
    output.print_line(f"private: {file}; keep it out of every repository, and keep a copy where only you can get at it")
    output.print_line(f"public: {file}.pub; publish it where your readers trust you, besides the published folder")


@key.command("list")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--from", "start", default=None, metavar="DATE", help="The first day that the last FILE's key is for.")
@click.option("--until", default=None, metavar="DATE", help="The last day that the keys before it are for.")
@click.option("--output", "target", default=None, metavar="FILE", help="Write the list to FILE, whole or not at all.")
def list_keys(files: tuple[str, ...], start: str | None, until: str | None, target: str | None) -> None:
    """Make the list of public keys, keys.json, from each FILE: a public key (PEM), or such a list.

    To rotate keys: `incumbent key list keys.json new.pub --until 2027-01-31 --from 2027-02-01 --output keys.json`.
    """
    from dataclasses import replace

    from incumbent import edtf, signing

    for day, option in ((start, "--from"), (until, "--until")):
        if day is not None:
            edtf.parse_day(day, what=option)
    read = [signing.read_keys(Path(file)) for file in files]
    earlier = [replace(each, until=each.until or until) for group in read[:-1] for each in group]
    last = [replace(each, start=each.start or start) for each in read[-1]]
    listed = {each.raw: each for each in (*earlier, *last)}
    output.deliver(signing.list_bytes(list(listed.values())).decode(), target)


def signing_key(command: options.Command) -> options.Command:
    """--signing-key FILE, for the commands that publish. It is the environment variable, said on the command line, so
    that every step of a run finds it there."""

    def set_variable(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
        from incumbent import signing

        if value is not None:
            os.environ[signing.VARIABLE] = value
            signing.configured()  # what cannot be used is refused before the run begins

    return click.option(
        "--signing-key",
        default=None,
        metavar="FILE",
        expose_value=False,
        callback=set_variable,
        help="Sign what is published with the private key in FILE (else INCUMBENT_SIGNING_KEY).",
    )(command)


@contextmanager
def _place(
    path: str, contact: str | None, bases: dict[str, str], delay: float, progress: output.Progress
) -> Iterator[_Place]:
    """The folder to verify: the path itself, or a copy of what is at the URL, which is gone at the end."""
    from incumbent import remote

    if not remote.is_address(path):
        for option, value in (("--contact", contact), ("--base", bases)):
            if value:
                raise InputError(f"{option} is for an URL", where=path, expected="http:// or https://")
        if not Path(path).exists():
            raise InputError(
                "there is nothing to verify", where=path, expected="a folder of published versions", do="check the path"
            )
        yield _Place(Path(path), str(Path(path).resolve()), [], lambda problem: problem)
        return
    from incumbent.fetch import Fetcher
    from incumbent.roster import Politeness

    url = remote.folder_of(path)
    asking = contact or os.environ.get("INCUMBENT_CONTACT", "").strip() or f"{url}/index.html"
    politeness = {"*": Politeness(delay_seconds=delay, concurrency=4)}
    with (
        tempfile.TemporaryDirectory(prefix="incumbent-verify-") as scratch,
        Fetcher(asking, bases={**remote.own_base(url), **bases}, politeness=politeness) as fetcher,
    ):
        with progress.step(f"bringing {url}"):
            copy = remote.mirror(url, fetcher, Path(scratch))
        yield _Place(copy.folder, url, list(copy.problems), copy.shown)


@dataclass(frozen=True)
class _Place:
    """A folder to verify, what it is called in the memory, and how its problems are told."""

    folder: Path
    name: str
    problems: Sequence[Problem]
    shown: Callable[[Problem], Problem]
