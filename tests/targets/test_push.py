"""Every step of a push at which a run can die, or stall and wake up too late: nobody ever meets a torn version."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from incumbent import publish, targets, withdrawal
from incumbent.errors import HeldError, IncumbentError, LockedError, VerifyError
from incumbent.targets import mirror, push
from incumbent.targets.lease import leased
from incumbent.targets.mirror import LEASE
from incumbent.targets.settings import Settings, read_settings
from incumbent.targets.store import TargetError
from tests.targets.drafts import FIRST, RIVAL, SECOND, SLUG, drafts, live, release, settled
from tests.targets.memory import ADDRESS, MemoryStore, Watched, instead_of_s3

PATIENCE = 900


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The working copy is published into hundreds of times here; what a power cut does to it is tested elsewhere."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


class Killed(BaseException):
    """Stands for a process that is gone."""


def options(folder: Path, machine: str = "one") -> list[str]:
    return [f"cache={folder / machine}", "wait_seconds=0"]


def run(store: MemoryStore | Watched, as_of: str, given: list[str]) -> publish.Published:
    with instead_of_s3(store):
        return release(ADDRESS, as_of, given)


def look(store: MemoryStore, given: list[str]) -> None:
    """A run that finds nothing new: it completes what others began, and says that it looked."""
    with instead_of_s3(store), targets.opened(ADDRESS, given) as folder:
        publish.note_check(folder, SLUG, checked_at=RIVAL)


def some(steps: int, begin: int = 0) -> Iterable[int]:
    """Every step with INCUMBENT_EVERY_STEP=1; else every third."""
    return range(begin, steps, 1 if os.environ.get("INCUMBENT_EVERY_STEP") else 3)


def dying(at: int) -> Callable[[str, str], None]:
    """The run is gone before its `at`-th write, and so writes nothing after it either."""
    count = [0]

    def before(kind: str, name: str) -> None:
        count[0] += 1
        if count[0] > at:
            raise Killed(name)

    return before


def writes_of(tmp_path: Path, start: list[str], then: str) -> int:
    """How many writes and deletes the release as of `then` needs, after those of `start`."""
    store, seen = MemoryStore(), []
    for as_of in start:
        run(store, as_of, options(tmp_path, "counting"))
    run(Watched(store, lambda kind, name: seen.append(name)), then, options(tmp_path, "counting"))
    return len(seen)


@pytest.mark.parametrize("start", [[], [FIRST]], ids=["the first version", "the second version"])
def test_wherever_a_run_dies_the_last_version_is_whole_and_the_next_run_completes(
    tmp_path: Path, start: list[str]
) -> None:
    steps = writes_of(tmp_path, start, SECOND if start else FIRST)
    assert steps > 20
    wanted = SECOND if start else FIRST
    for at in some(steps):
        store, here = MemoryStore(), tmp_path / f"{len(start)}-{at}"
        for as_of in start:
            run(store, as_of, options(here))
        with pytest.raises(Killed):
            run(Watched(store, dying(at)), wanted, options(here))
        there = store.download(here / "torn")
        pointed = (there / SLUG / "latest.json").exists()
        assert not pointed or live(there) in {*start, wanted}
        if at:
            with pytest.raises(LockedError, match="another run is publishing here"):
                look(store, options(here, "hasty")) if start else run(store, RIVAL, options(here, "hasty"))
        store.clock += PATIENCE
        run(store, wanted, options(here, "next" if at % 2 else "one"))
        assert settled(store.download(here / "mended")) == wanted, at
        assert LEASE not in store.objects or at == steps - 1  # then all that was left to do was to give it back


def test_a_run_that_dies_gives_way_to_one_that_says_something_else(tmp_path: Path) -> None:
    """What the dead run left lies under the number that the next one needs."""
    for at in some(writes_of(tmp_path, [FIRST], SECOND)):
        store, here = MemoryStore(), tmp_path / str(at)
        run(store, FIRST, options(here))
        with pytest.raises(Killed):
            run(Watched(store, dying(at)), SECOND, options(here))
        committed = b'"1.1.0"' in store.objects[f"{SLUG}/versions.json"][0]
        store.clock += PATIENCE
        if committed:  # then it is listed, whole, and what the next run says comes after it
            look(store, options(here, "next"))
            assert settled(store.download(here / "mended")) == SECOND, at
        else:
            run(store, RIVAL, options(here, "next"))
            assert settled(store.download(here / "mended")) == RIVAL, at


@pytest.mark.parametrize("start", [[], [FIRST]], ids=["the first version", "the second version"])
def test_a_run_that_stalls_and_wakes_up_after_another_took_over_changes_nothing(
    tmp_path: Path, start: list[str]
) -> None:
    mine, other = (SECOND, RIVAL) if start else (FIRST, FIRST)
    for at in some(writes_of(tmp_path, start, mine), begin=1):
        store, here = MemoryStore(), tmp_path / f"{len(start)}-{at}"
        for as_of in start:
            run(store, as_of, options(here))
        stalled, wake = threading.Event(), threading.Event()
        outcome: list[str] = []
        watched = Watched(store, _stalling(at, stalled, wake))
        sleeper = threading.Thread(target=_told, args=(outcome, watched, mine, options(here)))
        sleeper.start()
        assert stalled.wait(60)
        store.clock += PATIENCE
        second: list[str] = []
        _told(second, store, other, options(here, "quick"))
        wake.set()
        sleeper.join(60)
        there = store.download(here / "after")
        pointed = live(there)
        assert pointed in {mine, other}, at
        if second == ["done"]:
            assert (pointed, outcome) == (other, ["LockedError"]) or pointed == mine == other, at
        store.clock += PATIENCE
        look(store, options(here, "last"))
        assert settled(store.download(here / "settled")) == pointed, at


def _told(outcome: list[str], store: MemoryStore | Watched, as_of: str, given: list[str]) -> None:
    """What targets.opened does, but with the store given: two threads cannot each patch the same module."""
    try:
        settings = read_settings(given)
        assert settings.cache is not None
        settings.cache.mkdir(parents=True, exist_ok=True)
        copy = mirror.fill(store, settings.cache)
        publish.publish(drafts()[as_of], copy.folder, SLUG)
        push.push(store, copy, settings)
        outcome.append("done")
    except IncumbentError as error:
        outcome.append(type(error).__name__)


def _stalling(at: int, stalled: threading.Event, wake: threading.Event) -> Callable[[str, str], None]:
    count = [0]

    def before(kind: str, name: str) -> None:
        count[0] += 1
        if count[0] == at + 1:
            stalled.set()
            assert wake.wait(60)

    return before


def test_a_target_that_ignores_conditions_is_found_out(tmp_path: Path) -> None:
    class Careless(MemoryStore):
        def _write(self, name: str, content: bytes, tag: str | None) -> str:
            self.objects.pop(name, None)
            return super()._write(name, content, None)

    class Forgetful(MemoryStore):
        def replace(self, name: str, content: bytes, tag: str) -> str:
            self.objects.pop(name, None)
            return super()._write(name, content, None)

    for kind in (Careless, Forgetful):
        store = kind()
        with pytest.raises(TargetError, match="does not heed the conditions"):
            run(store, FIRST, options(tmp_path, kind.__name__))
        assert store.objects == {}


def test_a_run_waits_for_another_that_is_about_to_end(tmp_path: Path) -> None:
    store = MemoryStore()
    store.create(LEASE, b"another's")
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        store.delete(LEASE)

    with leased(store, Settings(wait_seconds=5), clock=lambda: 0.0, sleep=sleep) as lease:
        assert store.read(LEASE)[0] == lease.content
    assert waited == [1.0]
    assert store.objects == {}


def test_a_lease_is_renewed_while_the_run_goes_on_and_its_loss_is_told(tmp_path: Path) -> None:
    store, now = MemoryStore(), [0.0]
    with (
        pytest.raises(LockedError, match="another run took over"),
        leased(store, Settings(takeover_seconds=90), clock=lambda: now[0]) as lease,
    ):
        lease.keep()
        assert store.objects[LEASE][1] == 0.0
        now[0] = store.clock = 31.0
        lease.keep()
        assert store.objects[LEASE][1] == 31.0
        store.objects[LEASE] = (b"another's", 40.0)
        lease.keep(now=True)
    assert store.objects[LEASE][0] == b"another's"


def test_after_an_error_nothing_is_pushed(tmp_path: Path) -> None:
    store = MemoryStore()
    run(store, FIRST, options(tmp_path))
    before = dict(store.objects)
    with pytest.raises(HeldError), instead_of_s3(store), targets.opened(ADDRESS, options(tmp_path)) as folder:
        publish.publish(drafts()[SECOND], folder, SLUG)
        raise HeldError("a gate did not pass")
    assert store.objects == before
    assert run(store, SECOND, options(tmp_path)).version == "1.1.0"  # what was left in the working copy is no obstacle


def test_a_withdrawal_that_dies_is_completed(tmp_path: Path) -> None:
    def withdraw(store: MemoryStore | Watched, machine: str) -> None:
        with instead_of_s3(store), targets.opened(ADDRESS, options(tmp_path, machine)) as folder:
            withdrawal.withdraw(folder, SLUG, ["1.1.0"], reason="licence", date="2031-12-01")

    begun = MemoryStore()
    for as_of in (FIRST, SECOND):
        run(begun, as_of, options(tmp_path))
    whole = MemoryStore()
    whole.objects = dict(begun.objects)
    seen: list[str] = []
    withdraw(Watched(whole, lambda kind, name: seen.append(name)), "whole")
    for at in some(len(seen)):
        store = MemoryStore()
        store.objects = dict(begun.objects)
        with pytest.raises(Killed):
            withdraw(Watched(store, dying(at)), f"dying-{at}")
        assert live(store.download(tmp_path / f"torn-{at}")) in {FIRST, SECOND}
        store.clock += PATIENCE
        withdraw(store, f"next-{at}")
        assert {name: content for name, (content, _) in store.objects.items() if name != LEASE} == {
            name: content for name, (content, _) in whole.objects.items()
        }, at


@pytest.mark.parametrize("name", ["../outside", "a/../../b", "a//b", "a\\b", "a\nb", "status.json/x", "./x"])
def test_a_name_that_would_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    store = MemoryStore()
    run(store, FIRST, options(tmp_path))
    store.create(f"{SLUG}/{name}", b"hostile")
    with pytest.raises(VerifyError, match="no name of a published file"):
        look(store, options(tmp_path, "other"))
    assert not (tmp_path / "outside").exists()


def test_what_lies_beside_the_rosters_is_left_alone(tmp_path: Path) -> None:
    store = MemoryStore()
    store.create("logs/2031/access.log", b"not ours")
    store.create(f"{SLUG}-old/notes.txt", b"not ours")
    for as_of in (FIRST, SECOND):
        run(store, as_of, options(tmp_path))
    assert store.read("logs/2031/access.log")[0] == b"not ours"
    assert store.read(f"{SLUG}-old/notes.txt")[0] == b"not ours"


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        (f"{SLUG}/v1.0.0/roster.csv", b"person\n", "its SHA-256 differs"),
        (f"{SLUG}/v1.0.0/extra.csv", b"person\n", "is not in the manifest"),
        (f"{SLUG}/v1.0.0/SHA256SUMS", b"", "is not"),
        (f"{SLUG}/versions.json", b'{"versions": [{"version": "1.0.0"}]}', "is no list of versions"),
        (f"{SLUG}/versions.json", b"{", "damaged"),
        (f"{SLUG}/versions.json",
         b'{"versions": [{"state": "published", "path": "../..", "manifest": "0"}]}', "no folder of its own"),
    ],
)  # fmt: skip
def test_a_target_that_was_tampered_with_is_not_published_to(
    tmp_path: Path, name: str, content: bytes, error: str
) -> None:
    store = MemoryStore()
    run(store, FIRST, options(tmp_path))
    store.objects[name] = (content, 0.0)
    before = dict(store.objects)
    for machine in ("one", "other"):
        with pytest.raises(VerifyError, match=error):
            run(store, SECOND, options(tmp_path, machine))
    assert store.objects == before


def test_a_working_copy_that_was_damaged_is_mended_from_the_target(tmp_path: Path) -> None:
    store = MemoryStore()
    run(store, FIRST, options(tmp_path))
    (index,) = (tmp_path / "one").glob("*/index.json")
    damage: list[Callable[[], object]] = [
        lambda: (index.parent / "published" / SLUG / "v1.0.0" / "roster.csv").write_bytes(b"damaged"),
        lambda: (index.parent / "published" / SLUG / "v1.0.0" / "news.json").unlink(),
        lambda: index.write_bytes(b'{"cut o'),
        lambda: index.write_bytes(b"[]"),
        lambda: (index.parent / "published" / SLUG / "v9.9.9").mkdir(),
    ]
    for each in damage:
        each()
        with instead_of_s3(store), targets.opened(ADDRESS, options(tmp_path)) as folder:
            assert live(folder) == FIRST
    run(store, SECOND, options(tmp_path))
    assert settled(store.download(tmp_path / "read")) == SECOND


def test_a_target_that_changes_while_it_is_read_is_not_used(tmp_path: Path) -> None:
    store = MemoryStore()
    run(store, FIRST, options(tmp_path))
    moving = Watched(store, lambda kind, name: None)

    def read(name: str) -> tuple[bytes, str]:
        store.objects[f"{SLUG}/status.json"] = (b"{}", 0.0)
        return store.read(name)

    moving.read = read
    with pytest.raises(LockedError, match="changed while it was read"):
        run(moving, SECOND, options(tmp_path, "other"))


def test_one_machine_publishes_to_a_target_once_at_a_time(tmp_path: Path) -> None:
    store = MemoryStore()
    with instead_of_s3(store), targets.opened(ADDRESS, options(tmp_path)), pytest.raises(LockedError):
        run(store, FIRST, options(tmp_path))


def test_what_a_dead_run_left_under_the_first_number_is_replaced_behind_a_fence(tmp_path: Path) -> None:
    """Its files, also one that the new version does not have; and a line end in versions.json keeps it out."""
    store = MemoryStore()
    store.create(f"{SLUG}/v1.0.0/README.md", b"another's")
    store.create(f"{SLUG}/v1.0.0/alien.csv", b"another's")
    run(store, FIRST, options(tmp_path))
    assert settled(store.download(tmp_path / "read")) == FIRST
    readme, index = f"{SLUG}/v1.0.0/README.md", f"{SLUG}/versions.json"
    assert [name for name in store.writes if name in (readme, index)] == [readme, index, readme, index]


def test_a_fence_alone_is_no_roster(tmp_path: Path) -> None:
    store = MemoryStore()
    store.create(f"{SLUG}/versions.json", b'{"slug": "harbour-board", "title": "x", "versions": []}\n')
    run(store, FIRST, options(tmp_path))
    assert settled(store.download(tmp_path / "read")) == FIRST


def test_a_file_that_arrives_cut_off_is_told(tmp_path: Path) -> None:
    class Lossy(MemoryStore):
        def create(self, name: str, content: bytes) -> str:
            return super().create(name, content[:-1] if name.endswith("/roster.csv") else content)

    store = Lossy()
    with pytest.raises(VerifyError, match="another size than was sent"):
        run(store, FIRST, options(tmp_path))
    assert f"{SLUG}/versions.json" not in store.objects
