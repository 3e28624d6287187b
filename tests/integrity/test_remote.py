"""`verify` of an address: the same problems as of the folder, and a host that means ill is refused in words."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from incumbent import manifest, remote, verify
from incumbent.errors import InputError, VerifyError
from incumbent.fetch import FetchError, Limits
from tests.integrity import places, serving
from tests.integrity.conftest import Signed

QUICK = Limits(retries=0, read_seconds=1, deadline_seconds=3, file_seconds=3, wire_bytes=300_000, file_bytes=500_000)


@pytest.fixture
def host() -> Iterator[serving.Host]:
    with serving.Host() as host:
        yield host


def whats(problems: list[verify.Problem]) -> str:
    return "\n".join(f"{problem.path} {problem.what}" for problem in problems)


def sent(status: int = 200, body: bytes = b"", **headers: str) -> serving.Answer:
    def answer(handler: SimpleHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def endless(handler: SimpleHTTPRequestHandler) -> None:
    """A body that never ends, of which nobody says how long it is."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    try:
        for _ in range(100_000):
            handler.wfile.write(b"x" * 65_536)
    except OSError:
        pass  # the client has seen enough


def hangs_up(handler: SimpleHTTPRequestHandler) -> None:
    handler.close_connection = True


@pytest.mark.parametrize("at", ["", f"/{places.SLUG}", f"/{places.SLUG}/v1.0.0", f"/{places.SLUG}/latest"])
def test_what_is_whole_is_whole_at_every_level(
    slim: Path, host: serving.Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    key = places.key_in(tmp_path, monkeypatch)
    for slug in (places.SLUG, places.OTHER):
        places.seal(slim / slug)
    host.folder, proven = slim.parent, places.proven(slim)
    for end in ("", "/", "/index.html"):
        assert serving.problems(f"{host.origin}/published{at}{end}", proven=proven, keys=[key]) == []
    assert serving.problems(f"{host.origin}/published{at}", proven=proven) == []  # with the list of keys that is there


def test_a_site_at_the_root_of_its_host(slim: Path, host: serving.Host) -> None:
    host.folder = slim
    assert serving.problems(host.origin, proven=places.proven(slim)) == []
    assert host.asked[0] == "/robots.txt"
    assert len(host.asked) == len(set(host.asked)), "a file is asked for once"


def test_the_problems_are_those_of_the_folder(signed: Signed, host: serving.Host) -> None:
    host.folder = signed.published.parent
    folder = signed.published / places.SLUG
    proven = places.proven(signed.published)
    (folder / "v1.2.0" / "people.csv").write_bytes(b"x")
    (folder / "v1.0.0" / "excel" / "people.csv").unlink()
    (folder / "feed.xml").write_bytes(b"<feed/>")
    (folder / "latest.json.sig").write_bytes(b"0" * 64)
    (folder / "withdrawn" / "v1.1.0.json").unlink()
    (signed.published / "catalog.jsonld").write_bytes(b"{}")
    here = verify.verify(signed.published, proven=proven)
    there = serving.problems(f"{host.origin}/published", proven=proven)
    assert len(here) > 8
    assert [(each.path.replace(f"{host.origin}/published", str(signed.published)), each.what) for each in there] == [
        (each.path, each.what) for each in here
    ]


def test_a_version_that_is_not_known_is_read_whole(sealed: Path, host: serving.Host) -> None:
    host.folder = sealed
    schema_fault = sealed / places.SLUG / "v1.0.0"
    described = json.loads((schema_fault / "datapackage.json").read_bytes())
    described["resources"][0]["path"] = "../../../roster.csv"
    (schema_fault / "datapackage.json").write_text(json.dumps(described))
    manifest.write(schema_fault)
    problems = serving.problems(f"{host.origin}/{places.SLUG}/v1.0.0")
    assert "no plain file name" in whats(problems)
    assert problems[0].path.startswith(f"{host.origin}/{places.SLUG}/v1.0.0/datapackage.json")


@pytest.mark.parametrize("name", ["latest.json", "versions.json", "status.json", "SHA256SUMS"])
@pytest.mark.parametrize(
    "answer", [sent(404), sent(410), sent(200, b"<html>not found</html>"), sent(200, b"[" * 10**5)]
)
def test_an_index_that_is_gone_or_a_page_is_a_problem_of_the_roster(
    slim: Path, host: serving.Host, name: str, answer: serving.Answer
) -> None:
    host.folder = slim
    host.answers[f"/{places.SLUG}/{name}"] = answer
    assert name in whats(serving.problems(f"{host.origin}/{places.SLUG}", proven=places.proven(slim)))


@pytest.mark.parametrize("path", ["", "/none", f"/{places.SLUG}/v9.9.9"])
def test_nothing_is_published_there(tmp_path: Path, host: serving.Host, path: str) -> None:
    host.folder = tmp_path
    with pytest.raises(InputError, match="nothing is published here"):
        serving.problems(f"{host.origin}{path}")


def test_a_host_that_answers_every_address_with_a_page_publishes_nothing(host: serving.Host, tmp_path: Path) -> None:
    host.folder = tmp_path
    for name in ("latest.json", "datapackage.json", "versions.json", "status.json", "SHA256SUMS"):
        host.answers[f"/{name}"] = sent(200, b"<!doctype html>")
    with pytest.raises(InputError, match="nothing is published here"):
        serving.problems(host.origin)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (sent(302, Location="https://elsewhere.example/people.csv"), "redirect to a host that the source"),
        (sent(302, Location="http://127.0.0.1:9/people.csv"), "redirect to a host that the source does not allow"),
        (sent(302, Location="file:///etc/passwd"), "no http or https address"),
        (sent(302, Location="people.csv"), "redirects in a circle"),
        (endless, "more than 500000 bytes"),
        (sent(200, b"", Content_Encoding="br"), "content encoding"),
        (sent(404), "is missing"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_in_words(
    slim: Path, host: serving.Host, answer: serving.Answer, found: str
) -> None:
    host.folder = slim
    host.answers[f"/{places.SLUG}/v1.2.0/people.csv"] = answer
    problems = serving.problems(f"{host.origin}/{places.SLUG}", proven=places.proven(slim), limits=QUICK)
    assert found in whats(problems)
    assert any(each.path == f"{host.origin}/{places.SLUG}/v1.2.0/people.csv" for each in problems)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [(sent(500), "status"), (sent(403), "status"), (hangs_up, "connection"), (sent(429), "deferred"),
     (sent(503, Retry_After="9999"), "deferred")],
)  # fmt: skip
@pytest.mark.parametrize("name", ["latest.json", "v1.2.0/people.csv"])
def test_a_fault_of_the_network_is_an_error_that_names_the_file(
    slim: Path, host: serving.Host, name: str, answer: serving.Answer, fault: str
) -> None:
    host.folder = slim
    host.answers[f"/{places.SLUG}/{name}"] = answer
    with pytest.raises(FetchError) as caught:
        serving.problems(f"{host.origin}/{places.SLUG}", limits=QUICK)
    assert caught.value.fault == fault and caught.value.exit_status == 3
    assert caught.value.url.startswith(f"{host.origin}/{places.SLUG}/")


@pytest.mark.parametrize("answer", [endless, sent(302, Location="https://elsewhere.example/")])
def test_at_the_first_address_whatever_goes_wrong_is_an_error(
    tmp_path: Path, host: serving.Host, answer: serving.Answer
) -> None:
    host.folder = tmp_path
    host.answers["/latest.json"] = answer
    with pytest.raises(FetchError) as caught:
        serving.problems(host.origin, limits=QUICK)
    assert caught.value.fault in ("redirect", "too_large")


def test_what_robots_txt_forbids_is_left_alone(slim: Path, host: serving.Host) -> None:
    host.folder = slim
    host.answers["/robots.txt"] = sent(200, b"User-agent: *\nDisallow: /harbour-board/v1.2.0/\n")
    with pytest.raises(FetchError, match=r"robots\.txt forbids"):
        serving.problems(f"{host.origin}/{places.SLUG}")
    assert not [path for path in host.asked if "v1.2.0" in path]


HOSTILE = [
    "../outside", "/etc/passwd", "a/../../outside", "..", "./x", "a//b", "a\\..\\b", "http://elsewhere.example/x",
    "~/x", "a b", "%2e%2e/outside", "x?y=z", "\u202etxt",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_manifest_with_a_hostile_path_is_refused_and_not_followed(
    slim: Path, host: serving.Host, tmp_path: Path, name: str
) -> None:
    host.folder = slim
    sums = f"{'0' * 64}  {name}\n".encode()
    host.answers[f"/{places.SLUG}/v1.2.0/SHA256SUMS"] = sent(200, sums)
    host.answers[f"/{places.SLUG}/SHA256SUMS"] = sent(200, sums)
    problems = serving.problems(f"{host.origin}/{places.SLUG}", proven=places.proven(slim))
    assert "the manifest is damaged" in whats(problems)
    assert not [path for path in host.asked if "outside" in path or "passwd" in path or "elsewhere" in path]
    assert not list(tmp_path.rglob("outside"))


@pytest.mark.parametrize("path", [*HOSTILE, "", 7, None, ["v1.0.0"], {"v": 1}])
def test_an_index_with_a_hostile_path_is_refused_and_not_followed(slim: Path, host: serving.Host, path: Any) -> None:
    host.folder = slim
    proven = places.proven(slim)
    index = json.loads((slim / places.SLUG / "versions.json").read_bytes())
    for number in (0, 1):
        index["versions"][number]["path"] = path
    host.answers[f"/{places.SLUG}/versions.json"] = sent(200, json.dumps(index).encode())
    assert "versions.json is no list of versions" in whats(
        serving.problems(f"{host.origin}/{places.SLUG}", proven=proven)
    )
    rosters = {"rosters": [{**index, "slug": path}, 5]}
    host.answers["/versions.json"] = sent(200, json.dumps(rosters).encode())
    assert serving.problems(host.origin, proven=proven)
    assert not [asked for asked in host.asked if "outside" in asked or "passwd" in asked or "elsewhere" in asked]


def test_names_that_cannot_all_be_are_refused(slim: Path, host: serving.Host) -> None:
    host.folder = slim
    names = ["a", "a/b", "a" * 300, "excel/people.csv"]
    sums = "".join(f"{'0' * 64}  {name}\n" for name in sorted(names)).encode()
    host.answers[f"/{places.SLUG}/v1.2.0/SHA256SUMS"] = sent(200, sums)
    for name in ("a", "a/b", "a" * 300):
        host.answers[f"/{places.SLUG}/v1.2.0/{name}"] = sent(200, b"x")
    problems = serving.problems(f"{host.origin}/{places.SLUG}/v1.2.0")
    assert "has a name that cannot be with the others" in whats(problems)


def test_there_is_an_end_to_what_is_brought(slim: Path, host: serving.Host) -> None:
    host.folder = slim
    for limits in (remote.Limits(files=20), remote.Limits(bytes=50_000)):
        with pytest.raises(VerifyError, match="more here than is brought"):
            serving.problems(host.origin, copied={"limits": limits})


def test_folders_below_folders_are_not_followed_for_ever(slim: Path, host: serving.Host) -> None:
    """A host that names a manifest within each manifest leads nowhere."""
    host.folder = slim
    nested = f"{'0' * 64}  {'x/' * 30}SHA256SUMS\n{'0' * 64}  x/SHA256SUMS\n".encode()
    for depth in range(5):
        host.answers[f"/{places.SLUG}/{'x/' * depth}SHA256SUMS"] = sent(200, nested)
    assert serving.problems(f"{host.origin}/{places.SLUG}", proven=places.proven(slim))
    assert max(path.count("x/") for path in host.asked) <= 31


def test_large_files_are_not_held_in_memory(slim: Path, host: serving.Host, tmp_path: Path) -> None:
    """A file goes to disk as it comes, past the limit of what is held."""
    version = Path(shutil.copytree(slim / places.SLUG / "v1.0.0", tmp_path / "big" / "v1.0.0"))
    (version / "large.bin").write_bytes(b"0123456789abcdef" * 20_000)
    manifest.write(version)
    host.folder = version.parent
    proven = frozenset({manifest.digest(version / manifest.NAME)})
    assert serving.problems(f"{host.origin}/v1.0.0", proven=proven, limits=QUICK) == []


@pytest.mark.parametrize(
    "url",
    ["ftp://host.example/", "http://", "https://user:secret@host.example/", "https://host.example/?token=abc",
     "https://host.example/#x", "http://host.example/ x"],
)  # fmt: skip
def test_an_address_that_is_no_folder_is_bad_input(url: str) -> None:
    with pytest.raises(InputError, match="no address of a published folder") as caught:
        remote.folder_of(url)
    assert "secret" not in str(caught.value) and "abc" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "private"),
    [("http://127.0.0.1:8000/x", True), ("http://localhost/", True), ("http://10.1.2.3", True),
     ("http://[::1]:80/", True), ("https://data.example.org/x", False), ("http://8.8.8.8/", False)],
)  # fmt: skip
def test_a_private_address_is_reached_only_where_it_was_typed(url: str, private: bool) -> None:
    base = remote.own_base(url)
    assert bool(base) == private
    assert all(re.match(re.escape(origin), url) for origin in base)


def test_a_public_name_that_leads_to_a_private_address_is_not_followed(slim: Path, host: serving.Host) -> None:
    host.folder = slim
    port = host.origin.rpartition(":")[2]
    with pytest.raises(FetchError) as caught:
        serving.problems(f"http://127.0.0.1:{port}/published", bases={}, limits=QUICK)
    assert caught.value.fault == "private_address"
    assert host.asked == []
