"""Addresses and options: what is taken, what is refused, and that a secret is shown nowhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incumbent import publish, targets, withdrawal
from incumbent.errors import InputError
from incumbent.targets import opening
from incumbent.targets.settings import Settings, read_settings
from incumbent.targets.store import Conflict, Gone, TargetError
from tests import harbour
from tests.targets import bucket
from tests.targets.conftest import Place
from tests.targets.drafts import FIRST, RIVAL, SECOND, SLUG, content, drafts, release, settled
from tests.test_cli import REPORT, run

__all__ = ["run"]


@pytest.mark.parametrize("published", ["published", "./published", "file:///srv/data", "/srv/s3://x", "c:/data"])
def test_a_folder_is_a_folder(published: str) -> None:
    assert not targets.is_address(published)
    with targets.opened(published) as folder:
        assert folder == Path(published.removeprefix("file://"))
        assert targets.shown(str(folder / "x"), folder, published) == str(folder / "x")


@pytest.mark.parametrize(
    "address",
    ["s3://", "s3:///", "s3://a?versionId=1", "s3://a/../b", "s3://a/./b", "s3://a//b", "s3://a/b c", "s3://a/#b",
     "s3://canary:secret@a/b"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(InputError, match="address") as told, targets.opened(address):
        pass
    assert "canary" not in told.value.describe()


@pytest.mark.parametrize(
    ("option", "what"),
    [
        ("endpoint_url", "is no option"),
        ("=x", "is no option"),
        ("Key=x", "is no option"),
        ("secret=canary", "is a secret"),
        ("key=canary", "is a secret"),
        ("account_key=canary", "is a secret"),
        ("aws_session_token=canary", "is a secret"),
        ("connection_string=canary", "is a secret"),
        ("wait_seconds=soon", "no number of seconds"),
        ("wait_seconds=-1", "no number of seconds"),
        ("one_writer=yes", "neither true nor false"),
        ("cache=", "names no folder"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(option: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as told:
        read_settings([option])
    assert "canary" not in told.value.describe()


def test_options_are_read() -> None:
    given = [
        "cache=/x",
        "one_writer=true",
        "takeover_seconds=1.5",
        "wait_seconds=0",
        "endpoint_url=http://a=b",
        "anon=true",
    ]
    assert read_settings(given) == Settings(Path("/x"), True, 1.5, 0.0, {"endpoint_url": "http://a=b", "anon": True})
    with pytest.raises(InputError, match="given twice"):
        read_settings(["region=a", "region=b"])
    with pytest.raises(InputError, match="a folder has no options"), targets.opened("published", ["region=a"]):
        pass


def test_s3_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="s3fs, which is not installed") as told:
        opening.open_store("s3://a", Settings(), write=True)
    assert "incumbent[s3]" in told.value.do


def test_a_scheme_that_fsspec_does_not_know_is_told() -> None:
    with pytest.raises(InputError, match="fsspec cannot open nonsense://"):
        opening.open_store("nonsense://a", Settings(), write=True)
    with pytest.raises(InputError, match="an option"):
        opening.open_store("s3://a", Settings(storage={"connect_timeout": "soon"}), write=True)


def test_without_conditional_writes_one_writer_must_be_promised(tmp_path: Path) -> None:
    given = [f"cache={tmp_path / 'cache'}"]
    with pytest.raises(TargetError, match="no conditional writes"), targets.opened("memory://harbour/a", given):
        pass
    with targets.opened("memory://harbour/a", given, write=False) as folder:
        assert not any(folder.iterdir())
    promised = [*given, "one_writer=true"]
    for as_of in (FIRST, SECOND):
        release("memory://harbour/a", as_of, promised)
    with targets.opened("memory://harbour/a", [f"cache={tmp_path / 'other'}", "one_writer=true"]) as folder:
        assert settled(folder) == SECOND
        withdrawal.withdraw(folder, SLUG, ["1.1.0"], reason="licence", date=RIVAL)
    with targets.opened("memory://harbour/a", given, write=False) as folder:
        assert publish.current(folder / SLUG).as_of == FIRST
        assert not (folder / SLUG / "v1.1.0").exists()


def test_a_plain_file_system_looks_before_it_writes(tmp_path: Path) -> None:
    store = opening.open_store(f"local://{tmp_path}", Settings(one_writer=True), write=True)
    assert store.listed() == {}
    tag = store.create("a/b", b"one")
    assert store.read("a/b") == (b"one", tag)
    assert {name: (each.tag, each.size) for name, each in store.listed("a/").items()} == {"a/b": (tag, 3)}
    with pytest.raises(Conflict):
        store.create("a/b", b"two")
    later = store.replace("a/b", b"two!", tag)
    with pytest.raises(Conflict):
        store.replace("a/b", b"three", tag)
    store.delete("a/b")
    store.delete("a/b")
    with pytest.raises(Gone):
        store.read("a/b")
    with pytest.raises(Conflict):
        store.replace("a/b", b"three", later)
    (tmp_path / "file").write_text("x")
    with pytest.raises((TargetError, InputError)) as told:
        store.create("file/x", b"a file is in the way")
    assert told.value.exit_status == 2


def test_the_command_publishes_to_s3(run: Any, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`release --published s3://...`, with the flow replaced by the publication that it ends in."""
    calls: list[str] = []

    def flow(name: str, **parameters: Any) -> dict[str, Any]:
        calls.append(parameters["published"])
        done = publish.publish(drafts()[FIRST], Path(parameters["published"]), SLUG)
        return {**REPORT, "path": str(done.path)}

    monkeypatch.setattr("incumbent.engine.run", flow)
    harbour.write_roster(tmp_path / "rosters")
    given = [part for option in place.options() for part in ("--target-option", option)]
    where = ("release", harbour.SLUG, "--rosters", tmp_path / "rosters", "--published", place.address, *given)
    status, out, err = run(*where, "--json")
    assert (status, err) == (0, f"releasing {harbour.SLUG}\n")
    assert json.loads(out)["path"] == f"{place.address}/{SLUG}/v1.0.0"
    assert settled(place.download(tmp_path / "read")) == FIRST
    assert content(Path(calls[0])) == content(tmp_path / "read")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-of-nobody")
    status, out, err = run(*where)
    assert status == 2
    assert "the target refused the credentials" in err
    assert "canary" not in out + err
    assert bucket.KEY not in out + err
