"""One publisher at a time, at a target that knows no locks: an object that only one run can create.

The lease keeps runs apart; it is not what makes them safe. A run that stalls may wake up after its lease was taken
over, and then meets conditions on every object that it would write (push.py).
"""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import Callable, Iterator

from incumbent.errors import LockedError
from incumbent.targets.mirror import LEASE
from incumbent.targets.settings import Settings
from incumbent.targets.store import Conflict, Gone, Store, TargetError

#: A tag that no object has.
_NO_TAG = '"00000000000000000000000000000000"'


@contextlib.contextmanager
def leased(
    store: Store,
    settings: Settings,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Lease]:
    """Holds the target for this run. Waits `settings.wait_seconds` for another run to end, then raises LockedError.

    A lease that nobody renewed for `settings.takeover_seconds`, by the target's clock, is of a run that died, and is
    taken over. Raises TargetError when the target does not heed conditions: some that speak S3 ignore them in silence.
    Where writes cannot be conditional there is one writer only, by promise, and nothing is held.
    """
    lease = Lease(store, settings.takeover_seconds, clock)
    if not store.conditional:
        yield lease
        return
    lease.take(clock() + settings.wait_seconds, sleep)
    try:
        _prove_conditions(store, lease)
        yield lease
    except BaseException:
        with contextlib.suppress(TargetError):  # why it failed matters more; the lease runs out by itself
            lease.give_back()
        raise
    lease.give_back()


def put(store: Store, name: str, content: bytes, tag: str | None) -> str:
    """Writes `content`, where the object has `tag` (None: where there is none); its new tag. Raises Conflict.

    A conflict with an object that holds just this is none: the answer to our own write was lost, and we tried again.
    """
    try:
        return store.create(name, content) if tag is None else store.replace(name, content, tag)
    except Conflict:
        try:
            there, now = store.read(name)
        except Gone:
            raise Conflict(name) from None
        if there != content:
            raise
        return now


def _prove_conditions(store: Store, lease: Lease) -> None:
    """Raises TargetError unless writes that must be refused are; LockedError when the lease is no longer ours."""
    careless = TargetError(
        "the target does not heed the conditions of a write: two runs at once would tear what is published",
        where=store.address,
        expected="If-None-Match and If-Match on PutObject, as S3 has them",
        do="publish to a target that has them, or into a folder that is then copied",
    )
    with contextlib.suppress(Conflict):
        store.replace(LEASE, lease.content, _NO_TAG)
        raise careless
    with contextlib.suppress(Conflict):
        store.create(LEASE, lease.content)
        # Either it overwrote our lease, or that was gone by then. Now it surely is there.
        with contextlib.suppress(Conflict):
            store.create(LEASE, lease.content)
            raise careless
        raise _taken_over(store)


def _taken_over(store: Store) -> LockedError:
    return LockedError(
        "another run took over, for this one had given no sign for too long", where=store.address, do="run again"
    )


class Lease:
    """The right to publish, for as long as it is renewed."""

    def __init__(self, store: Store, lasts: float, clock: Callable[[], float]) -> None:
        self._store, self._lasts, self._clock = store, lasts, clock
        self._tag, self._renewed = "", 0.0
        self.content = (json.dumps({"publishing": secrets.token_hex(16)}) + "\n").encode()

    def take(self, deadline: float, sleep: Callable[[float], None]) -> None:
        """Creates the object, or takes over a dead one. Raises LockedError after `deadline`."""
        while True:
            self._renewed = self._clock()
            held = self._store.listed(LEASE).get(LEASE)
            died = held is not None and held.age is not None and held.age >= self._lasts
            if held is None or died:
                try:
                    self._tag = put(self._store, LEASE, self.content, held.tag if held else None)
                    return
                except Conflict:  # another run was quicker
                    pass
            if self._clock() >= deadline:
                raise LockedError(
                    "another run is publishing here",
                    where=self._store.address,
                    expected=f"that it ends, or has given no sign for {self._lasts:.0f} s",
                    do="wait until it has ended, then run again",
                )
            sleep(1.0)

    def keep(self, *, now: bool = False) -> None:
        """Renews the lease when a third of its time is over, or `now`. Raises LockedError when it was taken over."""
        if not self._store.conditional or not (now or self._clock() - self._renewed > self._lasts / 3):
            return
        asked = self._clock()
        try:
            self._tag = put(self._store, LEASE, self.content, self._tag)
        except Conflict as error:
            raise _taken_over(self._store) from error
        self._renewed = asked

    def give_back(self) -> None:
        """Removes the object, if it still is ours."""
        try:
            content, _ = self._store.read(LEASE)
        except Gone:
            return
        if content == self.content:
            self._store.delete(LEASE)
