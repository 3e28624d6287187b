"""The command line as its users meet it: help, errors, exit statuses, what is imported when."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from incumbent import __version__, cli
from incumbent.errors import HeldError, LockedError

DOCUMENTATION = Path(__file__).resolve().parent.parent / "docs" / "commands.md"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command in this process: (exit status, stdout, stderr)."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return int(ended.value.code or 0), written.out, written.err

    return run


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name."""
    stack: list[tuple[str, click.Command]] = [("incumbent", cli.cli)]
    while stack:
        name, command = stack.pop()
        if isinstance(command, click.Group):
            stack += [(f"{name} {child}", one) for child, one in command.commands.items()]
        else:
            yield name, command


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)\n", DOCUMENTATION.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize(("name", "command"), sorted(commands()), ids=lambda value: str(value))
def test_every_command_and_option_is_documented_and_nothing_else(name: str, command: click.Command) -> None:
    section = sections().get(name)
    assert section is not None, f"docs/commands.md lacks a section `## {name}`"
    documented = set(re.findall(r"^\| `(--[a-z-]+)", section, flags=re.MULTILINE))
    options = {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    }
    assert documented == options
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            shown = (parameter.metavar or parameter.name or "").strip("[].").upper()
            assert shown in section, f"{name}: the argument {shown} is not documented"


def test_no_section_documents_a_command_that_is_not_there() -> None:
    assert {name for name in sections() if name.startswith("incumbent ")} == {name for name, _ in commands()}


def test_every_exit_status_is_documented() -> None:
    from incumbent import errors

    documented = {
        int(number)
        for row in re.findall(r"^\| ([0-9, ]+) \|", sections()["Everywhere"], flags=re.MULTILINE)
        for number in row.split(",")
    }
    constants = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert documented == constants | {cli.EXIT_DEFECT, cli.EXIT_INTERRUPTED, cli.EXIT_PIPE}


def imported_by(*arguments: str) -> set[str]:
    """The modules that a command leaves imported, in a process of its own."""
    script = (
        "import sys\nfrom incumbent.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print('IMPORTED', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True, timeout=120
    )
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), ("--version",), ("run", "--nonsense")])
def test_help_and_usage_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    heavy = {"polars", "prefect", "great_expectations", "pandas", "pyarrow", "rich", "pydantic", "yaml"}
    assert imported_by(*arguments) & heavy == set()


def test_check_imports_neither_prefect_nor_great_expectations(tmp_path: Path) -> None:
    rows = "person,post,organisation,stated_at\nAnn Archer,Chief Clerk,Harbour Office,2012-06-01\n"
    (tmp_path / "list.csv").write_text(rows)
    imported = imported_by("check", str(tmp_path / "list.csv"), "--evidence", str(tmp_path / "list.csv"))
    assert "polars" in imported
    assert imported & {"prefect", "great_expectations", "pandas", "fastapi", "requests", "frictionless"} == set()


def test_version_and_help(run: Any) -> None:
    assert run("--version")[:2] == (0, f"incumbent, version {__version__}\n")
    for option in ("-h", "--help"):
        status, out, _ = run("check", option)
        assert status == 0
        assert "--evidence FILE" in out


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("chek",), "chek"),
        (("check",), "LIST"),
        (("check", "list.csv"), "--evidence"),
        (("check", "list.csv", "--evidence", "e.csv", "--format", "xml"), "xml"),
        (("check", "list.csv", "--evidence", "e.csv", "--max-age", "soon"), "soon"),
        (("check", "list.csv", "--evidnce", "e.csv"), "--evidnce"),
        (("verify", "a", "b"), "b"),
        (("roster", "lst"), "lst"),
    ],
)
def test_a_usage_error_says_what_where_and_what_to_do(run: Any, arguments: tuple[str, ...], what: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert what in err.splitlines()[0]
    assert "  where: incumbent" in err
    assert "  do: " in err


def test_without_a_command_the_help_is_shown(run: Any) -> None:
    status, out, err = run()
    assert (status, out) == (2, "")
    assert "Usage: incumbent" in err
    assert "check" in err


def test_with_json_an_error_is_an_object_on_stdout(run: Any) -> None:
    for arguments in (
        ("check", "none.csv", "--evidence", "none.csv", "--json"),
        ("check", "none.csv", "--evidence", "none.csv", "--format", "json"),
        ("check", "none.csv", "--evidence", "none.csv", "--format=json", "--quiet"),
        ("history", "nothing", "--json", "--published", "none"),
        ("check", "--json"),
    ):
        status, out, _ = run(*arguments)
        answer = json.loads(out)
        assert status == answer["exit_status"] == 2
        assert set(answer) == {"error", "what", "where", "expected", "do", "exit_status"}
        assert answer["what"]


@pytest.mark.parametrize(("error", "status"), [(HeldError, 3), (LockedError, 75)])
def test_an_error_has_its_own_exit_status(
    run: Any, monkeypatch: pytest.MonkeyPatch, error: type[Exception], status: int
) -> None:
    def fail(*_: object) -> None:
        raise error("it cannot be")

    monkeypatch.setattr("incumbent.publish.history", fail)
    code, _, err = run("history", "x")
    assert code == status
    assert err == "it cannot be\n"


def test_a_defect_is_called_one_with_its_traceback(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("incumbent.publish.history", fail)
    status, out, err = run("history", "x")
    assert (status, out) == (70, "")
    assert "Traceback" in err
    assert err.rstrip().endswith(f"this is a defect in incumbent {__version__}; please report the lines above")
    status, out, _ = run("history", "x", "--json")
    assert json.loads(out)["exit_status"] == status == 70


def test_an_interrupted_command_ends_with_130(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("incumbent.publish.history", interrupt)
    status, out, err = run("history", "x")
    assert (status, out.strip()) == (130, "")
    assert "Traceback" not in err


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    rows = "".join(f"{name} Archer,Clerk of {name} {'x' * 9000},Harbour Office\n" for name in ("Ann", "Ben", "Cid") * 5)
    (tmp_path / "list.csv").write_text("person,post,organisation\n" + rows)
    command = [sys.executable, "-m", "incumbent.cli", "parse", "csv", "list.csv", "--format", "csv", "--quiet"]
    for name in ("person", "post", "organisation"):
        command += ["--set", f"columns.{name}={name}"]
    whole = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=120)
    assert len(whole.stdout) > 1 << 16, "more than a pipe holds"
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read().decode()
        assert process.wait(timeout=120) == cli.EXIT_PIPE
    assert err == ""


REPORT: dict[str, Any] = {
    "roster": "harbour-leaders", "title": "Leaders of the harbour", "as_of": "2012-06-28", "entries": 3,
    "verdicts": {"current": 2, "out_of_date": 1}, "reasons": {"replaced": 1}, "with_account": 1, "of": 3,
    "wrong": [{"entry_id": "ann", "person": "Ann Archer", "post": "Clerk", "organisation": "Harbour Office",
               "verdict": "out_of_date", "reasons": "replaced", "explanation": "Dot Dyer has been Chief Clerk."}],
    "version": "1.0.0", "changed": True, "path": "published/harbour-leaders/v1.0.0", "checks": [],
    "list_changes": ["Eve Eider has appeared."], "news": [],
    "sources": [
        {"source_id": "leaders", "state": "fresh", "snapshots": 1, "fetched_at": None, "note": None, "next": None}
    ],
}  # fmt: skip


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The flows replaced by their report; what they were called with."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def run_flow(name: str, **parameters: Any) -> dict[str, Any]:
        calls.append((name, parameters))
        return REPORT

    monkeypatch.setattr("incumbent.engine.run", run_flow)
    return calls


def test_run_is_the_bundled_roster_and_ends_with_the_short_report(run: Any, engine: list[Any]) -> None:
    status, out, err = run("run")
    assert status == 0
    assert engine == [("watch", {
        "roster": "uk-civil-service-leadership", "as_of": None, "published": "published",
        "archive": None, "rosters": None,
    })]  # fmt: skip
    assert "Dot Dyer has been Chief Clerk." in out
    assert "out of date" in out
    assert out.splitlines()[-7:] == [
        "Leaders of the harbour, as of 2012-06-28",
        "3 entries: 2 current, 1 out of date",
        "why: 1 replaced",
        "1 of 3 with an account",
        "version 1.0.0 is new",
        "Eve Eider has appeared.",
        "files: published/harbour-leaders/v1.0.0",
    ]
    assert err == "capturing and releasing uk-civil-service-leadership\n"
    assert run("run", "--quiet")[2] == ""


def test_run_says_when_nothing_has_changed(run: Any, engine: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REPORT, "changed", False)
    monkeypatch.setitem(REPORT, "wrong", [])
    monkeypatch.setitem(REPORT, "reasons", {})
    assert "version 1.0.0 still holds, for nothing has changed" in run("run")[1]


def test_release_and_capture_pass_their_options_on(run: Any, engine: list[Any], tmp_path: Path) -> None:
    from tests import harbour

    harbour.write_roster(tmp_path)
    status, out, _ = run(
        "release", harbour.SLUG, "--as-of", "2012-06-28", "--published", "out", "--archive", "kept",
        "--rosters", tmp_path, "--json",
    )  # fmt: skip
    assert status == 0
    assert json.loads(out) == REPORT
    status, out, _ = run("capture", harbour.SLUG, "--rosters", tmp_path)
    assert status == 0
    assert "leaders" in out
    assert "fresh" in out
    assert json.loads(run("capture", harbour.SLUG, "--rosters", tmp_path, "--json")[1]) == REPORT
    assert [name for name, _ in engine] == ["release", "capture", "capture"]
    assert engine[0][1] == {
        "roster": harbour.SLUG, "as_of": "2012-06-28", "published": "out", "archive": "kept", "rosters": str(tmp_path),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("run", "no-such-roster"), "no roster 'no-such-roster'"),
        (("run", "--as-of", "2012-06"), "'2012-06' is not a day"),
    ],
)
def test_what_prefect_is_not_needed_for_is_refused_before_it(
    run: Any, engine: list[Any], arguments: tuple[str, ...], what: str
) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert what in err
    assert engine == []


def test_where_the_home_folder_cannot_be_written_to_prefect_gets_another(
    run: Any, engine: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    homes: list[str | None] = []
    monkeypatch.setenv("PREFECT_HOME", "/nowhere/prefect")
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(
        "incumbent.engine.run", lambda *_, **__: homes.append(os.environ["PREFECT_HOME"]) or REPORT
    )  # fmt: skip
    assert run("run")[0] == 0
    assert homes[0] is not None
    assert "incumbent-prefect-" in homes[0]
    assert not Path(homes[0]).exists()
