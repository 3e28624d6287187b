"""The command `incumbent`: its commands, and what happens when one of them fails.

Thin on purpose: a command reads its arguments, calls the rooms, prints. Nothing heavy is imported before a command
needs it, so that `--help` and `check` answer at once.
"""

from __future__ import annotations

import itertools
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TextIO

import click

from incumbent import __version__, machine, output
from incumbent.commands import (
    activity,
    approving,
    archive,
    bench,
    check,
    doctor,
    explain,
    flows,
    parse,
    removal,
    rosters,
    serve,
    site,
    targets,
    verifying,
    versions,
)
from incumbent.errors import EXIT_DONE, EXIT_INPUT, EXIT_OUT_OF_DATE, IncumbentError, InputError, printable

EXIT_DEFECT = 70
EXIT_INTERRUPTED = 130
EXIT_PIPE = 141


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="incumbent")
def cli() -> None:
    """Who holds public office, and which entries of a published list are out of date.

    Exit status: 0 done; 1 done, and something is out of date (check); 2 bad usage or input; 3 a source failed and the
    release was held; 4 verification failed; 75 another run holds the lock.
    """


for command in (
    flows.run,
    flows.capture,
    flows.release,
    serve.serve,
    doctor.doctor,
    archive.archive,
    check.check,
    parse.parse,
    explain.explain,
    versions.diff,
    versions.history,
    verifying.verify,
    verifying.key,
    removal.withdraw,
    removal.suppress,
    targets.pages,
    approving.approve,
    rosters.roster,
    site.site,
    activity.activity,
    bench.bench,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its status; never with a traceback for what a user can cause."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    status = EXIT_DONE
    try:
        status = _status(given)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon(sys.stdout)
        status = EXIT_PIPE
    except OSError as error:
        # Standard output is a full disk, say. The answer is lost, also where it is 1 (out of date).
        _abandon(sys.stdout)
        if status in (EXIT_DONE, EXIT_OUT_OF_DATE):
            status = _unanswered(error)
    sys.exit(status)


def _abandon(stream: TextIO) -> None:
    """Nothing more can be written to `stream`; without this, Python would try again at exit, and end with 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _unanswered(error: OSError) -> int:
    refused = machine.refusal(error, where="standard output")
    return _defect(error, ()) if refused is None else _fail(refused, ())


def _status(arguments: list[str]) -> int:
    # Not cli.main: that turns a broken pipe into exit status 1, which here says that something is out of date.
    try:
        with cli.make_context("incumbent", arguments) as context:
            cli.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return EXIT_INPUT
    except IncumbentError as error:
        return _fail(error, arguments)
    except click.UsageError as error:
        return _fail(usage_error(error), arguments)
    except click.ClickException as error:
        return _fail(InputError(error.format_message()), arguments)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:
        refused = machine.refusal(error)
        return _defect(error, arguments) if refused is None else _fail(refused, arguments)
    except BaseException as error:
        # A panic inside Polars is no Exception, and Python would end with 1: here that says "out of date".
        if type(error).__name__ != "PanicException":
            raise
        return _defect(error, arguments)
    return EXIT_DONE


def usage_error(error: click.UsageError) -> InputError:
    """A usage error of click in our words: what, where, what was expected, what to do."""
    command = error.ctx.command_path if error.ctx else "incumbent"
    expected = " ".join(error.ctx.command.collect_usage_pieces(error.ctx)) if error.ctx else ""
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        expected = ", ".join(sorted(error.possibilities))
    return InputError(
        error.format_message().rstrip("."),
        where=command,
        expected=f"{command} {expected}" if expected and not expected.startswith("-") else expected,
        do=f"{command} --help shows every option",
    )


def _fail(error: IncumbentError, arguments: Sequence[str]) -> int:
    if wants_json(arguments):
        try:
            output.deliver(output.json_text(error.as_dict()), None)
        except BrokenPipeError:
            raise
        except OSError:  # nobody should miss why it failed because standard output fails as well
            _say(error.describe())
    else:
        _say(error.describe())
    return error.exit_status


def _defect(error: BaseException, arguments: Sequence[str]) -> int:
    """Ours to mend: say so, with all that is needed to mend it."""
    _say("".join(traceback.format_exception(error)).rstrip())
    _say(f"this is a defect in incumbent {__version__}; please report the lines above")
    if wants_json(arguments):
        report = {"error": "Defect", "what": printable(f"{type(error).__name__}: {error}"), "exit_status": EXIT_DEFECT}
        output.deliver(output.json_text(report), None)
    return EXIT_DEFECT


def _say(text: str) -> None:
    """Lines on standard error. Where that cannot be written to either, the exit status has to do."""
    try:
        click.echo(text, err=True)
    except OSError:
        _abandon(sys.stderr)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the caller is a machine: --json or --format json, also where the arguments could not be parsed."""
    pairs = itertools.zip_longest(arguments, arguments[1:])
    return any(first in ("--json", "--format=json") or (first, then) == ("--format", "json") for first, then in pairs)


if __name__ == "__main__":
    main()
