"""Tokens and personal contact data are in nothing that a run leaves behind, however a server repeats them."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import gzip
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import pytest

from incumbent import capturing, roster
from incumbent.archive import Archive
from incumbent.fetch import Fetcher
from tests.live.running import run_live
from tests.live.small import FIRST, LIMITS, SLUG, Live, small_world, write_roster
from tests.simulator import Simulator
from tests.simulator.organograms import CANARY_EMAIL, CANARY_PHONE

PAPER_TOKEN, X_TOKEN = "c4nary/paper+token=1", "c4naryXbearer0token"
PAPER = "https://paper.example"
SECRETS = (PAPER_TOKEN, X_TOKEN, CANARY_EMAIL, CANARY_PHONE)


def spellings(secret: str) -> list[bytes]:
    """A secret as it is, percent-encoded, and within base64, wherever a group of three bytes begins."""
    found = [secret.encode(), quote(secret, safe="").encode(), quote(secret).encode(), secret.encode("utf-16-le")]
    for before in range(3):
        text = base64.b64encode(b"\0" * before + secret.encode())
        found.append(text[4 if before else 0 : len(text) - 4])
    return found


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file as it is, unpacked where it is packed, and the cells of every table."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            yield str(path), raw
            if path.suffix == ".gz":
                yield f"{path}, unpacked", gzip.decompress(raw)
            elif path.suffix == ".parquet":
                yield f"{path}, its cells", repr(pl.read_parquet(path).rows()).encode()


def leaks(folder: Path, *more: str) -> list[str]:
    """Where a secret stands."""
    told = [("what was printed", text.encode()) for text in more]
    return [
        f"{name}: {spelling!r}"
        for name, content in (*contents(folder), *told)
        for secret in SECRETS
        for spelling in spellings(secret)
        if spelling in content
    ]


def planted(folder: Path) -> Path:
    """The small roster with a newspaper that wants a token, in each shape of answer, and with X."""

    def change(data: dict[str, Any]) -> None:
        paper = {
            "adapter": "csv", "title": "The paper", "publisher": "The Paper", "licence": "CC0-1.0", "minimum": 0,
            "token_env": "PAPER_TOKEN", "settings": {"columns": {"who": "person", "what": "post"}, "ignore": ["note"]},
        }  # fmt: skip
        for name in ("good", "error", "redirect", "header", "torn"):
            data["sources"].append({"id": f"paper-{name}", "url": f"{PAPER}/{name}.csv", **copy.deepcopy(paper)})
        data["sources"].append({
            "id": "x", "adapter": "x", "title": "X", "publisher": "X", "url": "https://api.x.com/2/users",
            "licence": "LicenseRef-Facts-Only", "minimum": 0, "token_env": "X_TOKEN",
            "interface": "https://docs.x.com/x-api",
        })  # fmt: skip

    return write_roster(folder, change=change)


def echo(sim: Simulator) -> None:
    """The paper repeats the token it is sent; files of posts come torn, as errors, and whole."""
    said = f"who,what,note\nJane Roe,Editor,{PAPER_TOKEN} {quote(PAPER_TOKEN, safe='')}\n"
    packed = base64.b64encode(f"Bearer {PAPER_TOKEN}".encode()).decode()
    away = ("Location", f"https://elsewhere.example/?token={quote(PAPER_TOKEN, safe='')}&back={packed}")
    sim.serve(f"{PAPER}/good.csv", said, "text/csv")
    sim.serve(f"{PAPER}/error.csv", f"wrong token: {PAPER_TOKEN}, {packed}", "text/plain", status=403)
    sim.serve(f"{PAPER}/redirect.csv", "", "text/plain", status=302, headers=(away,))
    sim.serve(f"{PAPER}/header.csv", said, "text/csv", headers=(("X-Sent", f"Bearer {PAPER_TOKEN}"),))
    sim.serve(f"{PAPER}/torn.csv", said, "text/csv")
    sim.fault("truncated_close", host="paper.example", path_contains="torn")
    sim.world.account("x", "zquillfeather", dt.datetime(2020, 1, 1), person="zenobia-quillfeather", on_page=True)
    files = ("truncated_length", "truncated_close", "mojibake", "columns_shifted", "json_broken")
    addresses = sorted(organogram.url() for organogram in sim.world.organograms)
    for number, fault in enumerate(files):
        sim.fault(fault, path_contains=addresses[number * 4 + 3].split("/", 3)[3])


def live(folder: Path, sim: Simulator) -> Live:
    return Live(planted(folder / "rosters"), folder / "archive", sim)


def test_no_archive_holds_a_secret_that_a_server_repeats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPER_TOKEN", PAPER_TOKEN)
    monkeypatch.setenv("X_TOKEN", X_TOKEN)
    with Simulator(small_world()) as sim:
        sim.x_tokens = frozenset({X_TOKEN})
        echo(sim)
        made = live(tmp_path, sim)
        states = made.capture(FIRST)
        sent = [one for one in sim.requests if "authorization" in one.headers]
    assert {one.host for one in sent} == {"paper.example", "api.x.com"}
    assert {name: state["fault"] for name, state in states.items() if name.startswith("paper")} == {
        "paper-good": None, "paper-error": "status", "paper-redirect": "redirect", "paper-header": None,
        "paper-torn": "truncated",
    }  # fmt: skip
    assert states["organograms-live"]["snapshots"] > 0
    assert leaks(tmp_path / "archive", repr(states)) == []
    assert Archive(tmp_path / "archive").verify() > 10


@pytest.mark.slow
def test_no_run_leaves_a_secret_behind(tmp_path: Path) -> None:
    planted(tmp_path / "rosters")
    with Simulator(small_world(today=FIRST)) as sim:
        sim.x_tokens = frozenset({X_TOKEN})
        sim.robots["ckan.publishing.service.gov.uk"] = ""
        echo(sim)
        folder = tmp_path / "left"
        folder.mkdir()
        ran = run_live(
            sim, folder, "run", SLUG, "--rosters", str(tmp_path / "rosters"), PAPER_TOKEN=PAPER_TOKEN, X_TOKEN=X_TOKEN,
            PREFECT_LOGGING_LEVEL="DEBUG", HOME=str(folder),
        )  # fmt: skip
    assert ran.status == 0, ran.err + ran.out
    assert _database(folder).stat().st_size > 0
    assert leaks(folder, ran.out, ran.err) == []


def _database(folder: Path) -> Path:
    [found] = (folder / "prefect").rglob("prefect.db")
    return found


@pytest.mark.parametrize(
    "to",
    [
        "https://169.254.169.254/latest/meta-data/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.8/",
        "https://localhost/", "https://elsewhere.example/", "https://www.gov.uk.elsewhere.example/", "//192.168.1.1/x",
        "https://elsewhere.example@127.0.0.1/",
    ],
)  # fmt: skip
def test_no_redirect_leads_to_a_host_that_the_source_does_not_allow(tmp_path: Path, to: str) -> None:
    with Simulator(small_world()) as sim:
        made = Live(write_roster(tmp_path), tmp_path / "archive", sim)
        sim.fault("redirect_host", path_contains="/api/organisations", to=to)
        states = made.capture(FIRST)
        hosts = {one.host for one in sim.requests}
    assert states["govuk-organisations"]["fault"] == "redirect"
    assert hosts <= {
        "www.gov.uk", "query.wikidata.org", "ckan.publishing.service.gov.uk", "s3-eu-west-1.amazonaws.com"
    }  # fmt: skip


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.1", "[::ffff:127.0.0.1]"])
def test_no_request_leaves_for_a_private_address(tmp_path: Path, host: str) -> None:
    with socket.create_server(("", 0)) as listening:
        port = listening.getsockname()[1]

        def change(data: dict[str, Any]) -> None:
            [first] = [source for source in data["sources"] if source["id"] == "govuk-organisations"]
            [second] = [source for source in data["sources"] if source["id"] == "govuk-departments"]
            data["sources"] = [first | {"url": f"http://{host}:{port}/api/organisations"}, second | {"past": []}]

        known = roster.load(write_roster(tmp_path, change=change))
        with Fetcher("tests@example.org", limits=LIMITS) as fetcher:
            [state, _] = capturing.capture(known, tmp_path / "archive", fetcher, FIRST.isoformat())
        listening.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listening.accept()
    assert state["state"] == "failed" and state["fault"] in ("private_address", "connection", "request"), state
