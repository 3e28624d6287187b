"""`incumbent verify` and `incumbent key`, as they are typed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from incumbent import signing
from incumbent.commands import verifying
from tests.integrity import places, serving
from tests.integrity.conftest import NOW, known
from tests.test_cli import run

__all__ = ["run"]


@pytest.fixture
def host() -> Iterator[serving.Host]:
    with serving.Host() as host:
        yield host


def test_an_address_with_a_memory(run: Any, slim: Path, host: serving.Host, memory: Path) -> None:
    host.folder = slim.parent
    known(slim, memory)
    content = memory.read_text().replace(str(slim), f"{host.origin}/published").replace("2031-12-25", "2999-12-25")
    memory.write_text(content)
    status = slim / places.SLUG / "status.json"
    address = f"{host.origin}/published/"
    arguments = ("verify", address, "--remember", memory, "--delay", "0")
    assert "which is to come" in run(*arguments)[1]  # the invented day is later than today's
    pointer = slim / places.SLUG / "latest.json"
    pointer.write_bytes(pointer.read_bytes().replace(b'"sequence": 4', b'"sequence": 2'))
    exit_status, out, err = run(*arguments)
    assert exit_status == 4
    assert f"{host.origin}/published/{places.SLUG}/latest.json: was rolled back: its sequence is 2" in out
    assert str(slim.parent) not in out and "incumbent-verify-" not in out
    assert f"bringing {host.origin}/published" in err
    answer = json.loads(run(*arguments, "--json", "--quiet")[1])
    assert answer["path"] == address and len(answer["problems"]) >= 3
    assert status.is_file()


def test_an_address_that_cannot_be_brought(run: Any, host: serving.Host, tmp_path: Path) -> None:
    host.folder = tmp_path
    assert run("verify", f"{host.origin}/none", "--delay", "0")[0] == 2
    host.answers["/robots.txt"] = lambda handler: handler.send_error(403)
    host.answers["/latest.json"] = lambda handler: handler.send_error(403)
    status, out, err = run("verify", host.origin, "--delay", "0")
    assert status == 3 and "the server answers 403" in err and out == ""
    answer = json.loads(run("verify", host.origin, "--delay", "0", "--json", "--quiet")[1])
    assert answer["exit_status"] == 3 and answer["fault"] == "status"


def test_an_origin_through_another(run: Any, slim: Path, host: serving.Host, tmp_path: Path) -> None:
    host.folder = slim
    arguments = ("verify", f"https://data.example.org/{places.OTHER}", "--delay", "0", "--quiet")
    status, out, _ = run(*arguments, "--base", f"https://data.example.org={host.origin}", "--contact", "me@example.org")
    assert status == 4 and f"https://data.example.org/{places.OTHER}/v1.0.0" in out  # a slim version lacks its tables
    assert run(*arguments, "--base", "data.example.org")[0] == 2
    assert run("verify", slim, "--contact", "me@example.org")[0] == 2
    assert run("verify", "ftp://data.example.org/")[0] == 2


def test_keys_are_made_listed_and_asked_for(run: Any, slim: Path, tmp_path: Path) -> None:
    key = tmp_path / "keys" / "signing.pem"
    key.parent.mkdir()
    status, out, _ = run("key", "new", key)
    assert status == 0 and f"private: {key}" in out
    made = json.loads(run("key", "new", f"{key}2", "--json")[1])
    assert made["public"] == f"{key}2.pub"
    assert run("key", "new", key)[0] == 2
    listed = tmp_path / "keys.json"
    days = ("--until", "2027-01-31", "--from", "2027-02-01")
    assert run("key", "list", f"{key}.pub", made["public"], *days, "--output", listed)[0] == 0
    old, new = signing.read_keys(listed)
    assert (old.start, old.until, new.start, new.until) == (None, "2027-01-31", "2027-02-01", None)
    assert run("key", "list", listed)[1] == listed.read_text()
    assert run("key", "list", listed, "--from", "soon")[0] == 2
    assert run("key", "list", key)[0] == 2
    status, out, _ = run("verify", slim / places.OTHER, "--key", listed)
    assert status == 4 and "latest.json.sig: is missing" in out and new.id in out
    assert run("verify", slim, "--key", key)[0] == 2


def test_a_signing_key_on_the_command_line_is_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(signing.VARIABLE, "")
    public = signing.new_pair(tmp_path / "signing.pem")

    @click.command()
    @verifying.signing_key
    def publishes() -> None:
        signer = signing.configured()
        click.echo(signer.public.id if signer else "no key")

    runner = CliRunner()
    assert runner.invoke(publishes, []).output == "no key\n"
    assert runner.invoke(publishes, ["--signing-key", str(tmp_path / "signing.pem")]).output == f"{public.id}\n"
    assert os.environ[signing.VARIABLE] == str(tmp_path / "signing.pem")
    refused = runner.invoke(publishes, ["--signing-key", str(tmp_path / "none")])
    assert "cannot be read" in str(refused.exception)


def test_the_success_names_who_signed(run: Any, slim: Path, memory: Path, tmp_path: Path, monkeypatch: Any) -> None:
    public = places.key_in(tmp_path, monkeypatch)
    for slug in (places.SLUG, places.OTHER):
        places.seal(slim / slug)
    known(slim, memory)
    monkeypatch.setattr("incumbent.remembered.frozen", lambda *_: iter(()))  # the invented days are not today's
    arguments = ("verify", slim, "--remember", memory, "--key", tmp_path / "signing.pem.pub")
    status, out, _ = run(*arguments)
    assert status == 0 and out == f"{slim} is what its manifests say, signed by {public.id}\n"
    monkeypatch.setenv(verifying.REMEMBER, str(memory))
    assert run("verify", slim, "--quiet")[:2] == (0, "")
    assert json.loads(memory.read_text())["rosters"][f"{slim}/{places.SLUG}"]["seen_at"] > "2026"
    assert NOW not in memory.read_text()
    memory.write_text("{}")
    assert run("verify", slim)[0] == 2
