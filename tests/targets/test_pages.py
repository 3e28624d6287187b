"""The layout of GitHub Pages: what is published, servable as it is, also under /repository/."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incumbent import durable, publish
from incumbent.errors import InputError, LockedError, VerifyError
from incumbent.targets import pages
from tests.targets.drafts import FIRST, SECOND, SLUG, content, drafts
from tests.test_cli import run

__all__ = ["run"]

_PAGE = """<!doctype html><title>Harbour</title><link rel="stylesheet" href="style.css">
<a href="{slug}/">roster</a> <a href="./{slug}/v1.0.0/roster.csv?x=1#top">a table</a> <a href="#top">top</a>
<a href="https://elsewhere.example/">elsewhere</a> <a href="mailto:a@b.example">mail</a> <img src="data:,">
<a href="caf%C3%A9.html">a name to be decoded</a>
"""


@pytest.fixture(autouse=True)
def site_pages() -> None:
    """The real ones."""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: pages take longer than all the rest."""
    folder = tmp_path_factory.mktemp("original") / "published"
    for as_of in (FIRST, SECOND):
        publish.publish(drafts(whole=True)[as_of], folder, SLUG)
    return folder


@pytest.fixture
def published(original: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(original, tmp_path / "published"))
    (folder / "index.html").write_text(_PAGE.format(slug=SLUG))
    (folder / "café.html").write_text("<title>x</title>")
    (folder / "style.css").write_text("body { background: url('café.html') }")
    (folder / SLUG / "index.html").write_text("<title>x</title><a href='../index.html'>up</a>")
    return folder


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The parent of the layout over HTTP: what Pages does under a project's path."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "site")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.func.log_message = lambda *arguments: None  # type: ignore[attr-defined,method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def test_it_is_what_is_published_and_nothing_else(published: Path, tmp_path: Path) -> None:
    made = pages.lay_out(published, tmp_path / "out")
    there = content(tmp_path / "out")
    assert there.pop(".nojekyll") == b""
    assert there == content(published)
    assert (made.files, made.bytes) == (len(there), sum(len(each) for each in there.values()))
    assert made.rosters == [SLUG]
    assert len(there[made.largest]) == made.largest_bytes == max(len(each) for each in there.values())


def test_every_link_works_under_the_path_of_a_project(published: Path, tmp_path: Path, served: str) -> None:
    pages.lay_out(published, tmp_path / "site" / "repository")
    for page in ("", f"{SLUG}/"):
        base = f"{served}/repository/{page}"
        urllib.request.urlopen(base)
        for link in pages._links(published / page / "index.html"):
            if ":" not in link:
                assert urllib.request.urlopen(f"{base}{link.partition('#')[0]}").status == 200
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{served}/{SLUG}/")


def test_again_it_follows_what_is_published_and_keeps_what_is_not_ours(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / ".git" / "refs").mkdir(parents=True)
    (out / ".git" / "HEAD").write_text("ref: refs/heads/pages")
    pages.lay_out(published, out, cname="data.harbour.example")
    assert (out / "CNAME").read_text() == "data.harbour.example\n"
    kept = (out / SLUG / "v1.0.0" / "roster.csv").stat().st_mtime_ns
    (out / "old" / "page").mkdir(parents=True)
    (out / "old" / "page" / "x.html").write_text("old")
    (published / "style.css").write_text("body {}")
    pages.lay_out(published, out)
    assert (out / "style.css").read_text() == "body {}"
    assert not (out / "old").exists()
    assert (out / "CNAME").read_text() == "data.harbour.example\n"
    assert (out / ".git" / "HEAD").is_file()
    assert (out / ".git" / "refs").is_dir()
    assert (out / SLUG / "v1.0.0" / "roster.csv").stat().st_mtime_ns == kept


def test_a_folder_with_something_else_in_it_is_left_alone(published: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    for to in (tmp_path / "mine", tmp_path / "file", published / "pages", tmp_path, published):
        with pytest.raises(InputError):
            pages.lay_out(published, to)
    assert (tmp_path / "mine" / "thesis.txt").is_file()
    assert not (published / "pages").exists()


@pytest.mark.parametrize(
    ("link", "error"),
    [
        ("/index.html", "outside of /repository/"),
        ("missing.html", "is not there"),
        ("../index.html", "is not there"),
        (f"{SLUG}/v1.0.0/", "is not there"),
    ],
)
def test_a_link_that_would_not_work_is_refused(published: Path, tmp_path: Path, link: str, error: str) -> None:
    (published / "other.html").write_text(f"<title>x</title><a href='{link}'>x</a>")
    with pytest.raises(InputError, match=error):
        pages.lay_out(published, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_pages_would_refuse_is_refused(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(InputError, match="bytes"):
        patch.setattr(pages, "FILE_LIMIT", 1000)
        pages.lay_out(published, tmp_path / "out")
    with monkeypatch.context() as patch, pytest.raises(InputError, match="the site has"):
        patch.setattr(pages, "SITE_LIMIT", 1000)
        pages.lay_out(published, tmp_path / "out")
    (published / "STYLE.css").write_text("")
    with pytest.raises(InputError, match="nothing but case"):
        pages.lay_out(published, tmp_path / "out")
    (published / "STYLE.css").unlink()
    (published / SLUG.upper()).mkdir()
    (published / SLUG.upper() / "x.csv").write_text("")
    with pytest.raises(InputError, match="nothing but case"):
        pages.lay_out(published, tmp_path / "out")
    (published / SLUG.upper() / "x.csv").unlink()
    (published / "link.css").symlink_to(published / "style.css")
    with pytest.raises(InputError, match="is a link"):
        pages.lay_out(published, tmp_path / "out")
    with pytest.raises(InputError, match="no host name"):
        pages.lay_out(published, tmp_path / "out", cname="https://x.example/")
    with pytest.raises(InputError, match="nothing is published"):
        pages.lay_out(tmp_path / "out", tmp_path / "other")


def test_only_what_is_whole_is_laid_out_and_not_while_a_run_publishes(published: Path, tmp_path: Path) -> None:
    with durable.locked(published / SLUG), pytest.raises(LockedError):
        pages.lay_out(published, tmp_path / "out")
    (published / SLUG / "v1.0.0" / "roster.csv").write_text("tampered")
    with pytest.raises(VerifyError):
        pages.lay_out(published, tmp_path / "out")


def test_the_command_lays_out_pages(run: Any, original: Path, tmp_path: Path) -> None:
    status, out, _ = run("pages", "--published", original, "--to", tmp_path / "site")
    assert status == 0
    assert "of the 1000 MB that a site may have" in out
    answer = json.loads(run("pages", "--published", original, "--to", tmp_path / "site", "--json")[1])
    assert answer["limit"] == 10**9
    assert answer["rosters"] == [SLUG]
    assert (tmp_path / "site" / ".nojekyll").is_file()
