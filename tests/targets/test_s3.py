"""Publishing to a real S3 server: what is there afterwards, read by another client, is what a folder would hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from incumbent import publish, targets, verify, withdrawal
from incumbent.errors import LockedError
from incumbent.targets.s3 import S3Store
from tests.integrity.places import few_pages
from tests.targets.conftest import Place
from tests.targets.drafts import FIRST, RIVAL, SECOND, SLUG, content, drafts, live, release, settled


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same two versions, published into a folder."""
    folder = tmp_path_factory.mktemp("local") / "published"
    with pytest.MonkeyPatch.context() as patch:
        few_pages(patch)
        for as_of in (FIRST, SECOND):
            publish.publish(drafts(whole=True)[as_of], folder, SLUG)
    return folder


def test_two_versions_are_at_the_target_what_they_are_in_a_folder(place: Place, local: Path, tmp_path: Path) -> None:
    assert release(place.address, FIRST, place.options("one"), whole=True).version == "1.0.0"
    done = release(place.address, SECOND, place.options("two"), whole=True)  # on another machine: all it needs is there
    assert (done.version, done.changed) == ("1.1.0", True)
    there = place.download(tmp_path / "read")
    assert content(there) == content(local)
    assert verify.verify(there) == []


def test_the_same_again_asks_for_little_and_writes_nothing(place: Place) -> None:
    release(place.address, FIRST, place.options())
    release(place.address, SECOND, place.options())
    place.line.seen.clear()
    assert not release(place.address, SECOND, place.options()).changed
    assert [method for method, _, _ in place.line.seen] == ["GET"]
    assert "list-type=2" in place.line.seen[0][1]


def test_the_pointer_is_the_last_thing_written(place: Place) -> None:
    release(place.address, FIRST, place.options())
    place.line.seen.clear()
    release(place.address, SECOND, place.options())
    written = place.written()
    assert written[-1] == f"{SLUG}/latest.json"
    assert written[-2] == f"{SLUG}/latest/SHA256SUMS"
    commit = written.index(f"{SLUG}/versions.json")
    assert {name.startswith(f"{SLUG}/v1.1.0/") for name in written[:commit]} == {True}
    assert not any(name.startswith(f"{SLUG}/v1") for name in written[commit:])


def test_every_write_has_a_condition(place: Place) -> None:
    for as_of in (FIRST, SECOND):
        release(place.address, as_of, place.options())
    for method, path, headers in place.line.seen:
        if method == "PUT":
            given = {name.lower() for name in headers}
            assert given & {"if-match", "if-none-match"}, path


def test_what_is_told_of_a_file(place: Place) -> None:
    release(place.address, FIRST, place.options())
    table = place.object(f"{SLUG}/v1.0.0/roster.csv")
    assert table["ContentType"] == "text/csv; charset=utf-8"
    assert "immutable" in table["CacheControl"]
    pointer = place.object(f"{SLUG}/latest.json")
    assert pointer["ContentType"] == "application/json"
    assert pointer["CacheControl"] == "no-cache"


def test_a_withdrawal_leaves_a_tombstone_and_no_file(place: Place, tmp_path: Path) -> None:
    for as_of in (FIRST, SECOND):
        release(place.address, as_of, place.options())
    with targets.opened(place.address, place.options("two")) as folder:
        withdrawal.withdraw(folder, SLUG, ["1.1.0"], reason="licence", date="2031-12-01")
    assert not [name for name in place.names() if "/v1.1.0/" in name]
    there = place.download(tmp_path / "read")
    assert live(there) == FIRST
    assert (there / SLUG / "withdrawn" / "v1.1.0.json").is_file()


def test_two_rosters_share_a_target(place: Place, tmp_path: Path) -> None:
    """The second begins before the first has published; the indexes of all rosters name both."""
    release(place.address, FIRST, place.options("one"))
    with targets.opened(place.address, place.options("two")) as folder:
        publish.publish(drafts("pilots")[FIRST], folder, "pilots")
        release(place.address, SECOND, place.options("one"))
    there = place.download(tmp_path / "read")
    assert settled(there) == SECOND
    assert settled(there, "pilots") == FIRST


def test_of_two_runs_that_began_together_the_later_is_told(place: Place, tmp_path: Path) -> None:
    release(place.address, FIRST, place.options("one"))
    with (
        pytest.raises(LockedError, match="another run published here"),
        targets.opened(place.address, place.options("two")) as folder,
    ):
        publish.publish(drafts()[RIVAL], folder, SLUG)
        release(place.address, SECOND, place.options("one"))
    assert settled(place.download(tmp_path / "read")) == SECOND


def test_a_target_can_be_read_without_being_written_to(place: Place, tmp_path: Path) -> None:
    release(place.address, FIRST, place.options())
    before = place.download(tmp_path / "before")
    place.line.seen.clear()
    with targets.opened(place.address, place.options(), write=False) as folder:
        assert publish.history(folder, SLUG)["version"].to_list() == ["1.0.0"]
        (folder / SLUG / "stray").write_text("a stray file")
    assert {method for method, _, _ in place.line.seen} == {"GET"}
    assert content(place.download(tmp_path / "after")) == content(before)


def test_a_listing_of_more_than_a_page_is_whole(place: Place) -> None:
    """S3 lists a thousand objects at a time. Beside them stands what some programs make to show a folder."""
    names = [f"{SLUG}/v1.0.0/{number:04}" for number in range(1_003)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: place.put(name, name.encode()), names))
    place.put(f"{SLUG}/empty/", b"")
    store = S3Store(place.address, place.address.removeprefix("s3://"), {"endpoint_url": place.line.endpoint})
    listed = store.listed()
    assert sorted(listed) == names
    assert len(place.line.seen) == 2, "the server gave all of it in one page: nothing was proven"
    assert {each.size for each in listed.values()} == {len(names[0])}
    assert all(each.age is not None and -5 < each.age < 600 for each in listed.values())
    assert sorted(store.listed(f"{SLUG}/v1.0.0/10")) == names[1_000:]
    content, tag = store.read(names[-1])
    assert (content.decode(), tag) == (names[-1], listed[names[-1]].tag)
