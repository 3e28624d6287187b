"""Random histories of accounts: whatever happens on the platform, no figure is put down to the wrong person.

`INCUMBENT_HISTORIES=1000` asks for a long campaign; the default is a taste of it. The truth is kept beside what the
platform says of it: who owns each id, how many posts it had whenever it was asked, what its owner wants.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from incumbent.headlines import COUNTED
from incumbent.platforms.policy import METRICS, enforced
from tests.activity.said import ANN, BEN, claim, judged, seen

HISTORIES = int(os.environ.get("INCUMBENT_HISTORIES", "25"))
OWNERS: dict[str, dict[str, Any]] = {"ann-archer": ANN, "ben-bower": BEN}
START = dt.date(2026, 1, 1)
HANDLES = [f"h{number}.example" for number in range(5)]


@dataclass
class Account:
    """The truth about one id."""

    number: str
    owner: str | None
    handle: str | None
    posts: int = 0
    last_post: dt.date | None = None
    standing: str = "live"  # live | protected | suspended | deleted | moved
    opted_out: bool = False
    moved_to: str | None = None
    counts: set[int] = field(default_factory=set)  # what a successful check has been told while it was open
    was_seen: bool = False  # by a check that succeeded
    seen_as: set[str] = field(default_factory=set)  # its handles, as such checks showed them
    shown: str = "unseen"  # what the last check that succeeded was told: open | closed

    @property
    def is_open(self) -> bool:
        return self.standing == "live" and not self.opted_out


class Histories(RuleBasedStateMachine):
    """A platform with accounts of two officials and of strangers, two official pages, and our checks."""

    def __init__(self) -> None:
        super().__init__()
        self.day = START
        self.accounts: list[Account] = []
        self.pages: dict[str, list[str]] = {owner: [] for owner in OWNERS}
        self.claims: list[dict[str, Any]] = []
        self.observations: list[dict[str, Any]] = []
        self.failed: set[tuple[str, str]] = set()

    @initialize()
    def two_officials(self) -> None:
        for owner, handle in zip(OWNERS, HANDLES, strict=False):
            self._open(owner, handle)
            self.pages[owner] = [handle]
        self._capture([])

    @rule(days=st.integers(1, 60))
    def time_passes(self, days: int) -> None:
        self.day += dt.timedelta(days=days)

    @rule(which=st.integers(0, 9), count=st.integers(1, 5))
    def somebody_posts(self, which: int, count: int) -> None:
        account = self._pick(which)
        if account.standing in ("live", "protected"):
            account.posts, account.last_post = account.posts + count, self.day

    @rule(which=st.integers(0, 9), standing=st.sampled_from(["live", "live", "protected", "suspended", "deleted"]))
    def it_changes_its_standing(self, which: int, standing: str) -> None:
        account = self._pick(which)
        if account.standing not in ("deleted", "moved"):
            account.standing = standing

    @rule(which=st.integers(0, 9), out=st.booleans())
    def it_opts_out_or_in(self, which: int, out: bool) -> None:
        self._pick(which).opted_out = out

    @rule(which=st.integers(0, 9), handle=st.sampled_from(HANDLES), page_knows=st.booleans())
    def it_is_renamed(self, which: int, handle: str, page_knows: bool) -> None:
        account = self._pick(which)
        if self._holder(handle) is None and account.standing == "live" and self._may_be_taken(account.handle):
            old, account.handle = account.handle, handle
            if account.owner and page_knows:
                self.pages[account.owner] = [one for one in self.pages[account.owner] if one != old] + [handle]

    @rule(handle=st.sampled_from(HANDLES), posts=st.integers(0, 500))
    def a_stranger_takes_a_handle(self, handle: str, posts: int) -> None:
        holder = self._holder(handle)
        if holder is not None and holder.standing == "deleted" and self._may_be_taken(handle):
            holder.handle = None
        if self._holder(handle) is None and self._may_be_taken(handle):
            self._open(None, handle, posts)

    @rule(owner=st.sampled_from(sorted(OWNERS)), handle=st.sampled_from(HANDLES))
    def an_official_opens_another(self, owner: str, handle: str) -> None:
        if self._holder(handle) is None and self._may_be_taken(handle):
            self._open(owner, handle)
            self.pages[owner].append(handle)
            self._capture([])

    @rule(which=st.integers(0, 9), handle=st.sampled_from(HANDLES))
    def it_moves(self, which: int, handle: str) -> None:
        account = self._pick(which)
        if account.owner and account.standing == "live" and self._holder(handle) is None and self._may_be_taken(handle):
            account.standing, account.moved_to = "moved", handle
            self._open(account.owner, handle)

    @rule(fails=st.lists(st.integers(0, 12), max_size=4))
    def pages_and_platform_are_captured(self, fails: list[int]) -> None:
        self._capture(fails)

    @precondition(lambda self: self.observations)
    @rule()
    def what_came_is_put_in_another_order(self) -> None:
        self.observations.reverse()

    def teardown(self) -> None:
        as_of = self.day.isoformat()
        accounts, activity = judged(self.claims, self.observations, as_of)
        truth = {f"bluesky:{one.number}": one for one in self.accounts}
        for row in [*accounts.values(), *activity.rows(named=True)]:
            self._check_figures(row, truth)
        for key, row in accounts.items():
            one = truth.get(key)
            if row["state"] in COUNTED:
                assert one is None or one.shown == "open", f"{key} is counted, and asked not to be"
                assert one is None or one.owner == row["person_id"], f"{key} counts for another"
        for row in activity.rows(named=True):
            if (row["account_id"], row["observed_at"]) in self.failed:
                assert all(row[name] is None for name in METRICS if name in row), "a failed check has figures"
        published, history = enforced(pl.DataFrame(list(accounts.values())), activity, {}) if accounts else (None, None)
        assert published is None or published.height == len(accounts)
        assert history is None or history.height == activity.height

    def _check_figures(self, row: dict[str, Any], truth: dict[str, Account]) -> None:
        told = {name: row[name] for name in METRICS if row.get(name) is not None}
        if not told:
            return
        one = truth[row["account_id"]]
        assert one.owner == row["person_id"], f"{told} of {one} is put down to {row['person_id']}"
        assert one.shown == "open", f"{told} of one who has withdrawn"
        if "posts" in told:
            assert told["posts"] in one.counts, "a number that the platform never gave"
        if "last_post" in told:
            assert told["last_post"] <= (row.get("observed_at") or row["checked_at"] or ""), "a post from the future"

    def _open(self, owner: str | None, handle: str, posts: int = 0) -> None:
        number = f"did:plc:{len(self.accounts)}"
        self.accounts.append(Account(number, owner, handle, posts, self.day if posts else None))

    def _pick(self, which: int) -> Account:
        return self.accounts[which % len(self.accounts)]

    def _holder(self, handle: str) -> Account | None:
        return next((one for one in self.accounts if one.handle == handle), None)

    def _may_be_taken(self, handle: str | None) -> bool:
        """Whether an official's handle, listed on a page or moved to, was ever seen to be theirs.

        If not, whoever takes it meanwhile cannot be told from its owner by anything that is public.
        """
        return all(handle in one.seen_as for one in self.accounts if one.handle == handle and one.owner)

    def _capture(self, fails: list[int]) -> None:
        """Both pages, then every handle that a page has ever named and every id that was ever seen under one."""
        day = self.day.isoformat()
        for owner, handles in self.pages.items():
            self.claims += [claim(handle, day, **OWNERS[owner]) for handle in handles]
        asked: list[tuple[str | None, str | None]] = [(one["handle"], None) for one in self.claims]
        asked += [(one["moved_to"], None) for one in self.observations if one.get("moved_to")]
        asked += [(None, one.number) for one in self.accounts if one.was_seen]
        for turn, (handle, number) in enumerate(dict.fromkeys(asked)):
            self._ask(day, handle, number, failed=turn in fails)

    def _ask(self, day: str, handle: str | None, number: str | None, *, failed: bool) -> None:
        one = self._holder(handle) if handle else next(each for each in self.accounts if each.number == number)
        if failed:
            self.observations.append(seen(handle, number, day, "unknown"))
            already = {(each["platform_id"], each["as_at"]) for each in self.observations if each["state"] != "unknown"}
            if number and (number, day) not in already:
                self.failed.add((f"bluesky:{number}", day))
            return
        if one is None or one.standing == "deleted":
            self.observations.append(seen(handle, number, day, "not_found"))
            if one is not None and (number or not one.was_seen):
                self._saw(one, "closed", day)
            return
        if one.standing == "suspended":
            self.observations.append(seen(handle, number, day, "suspended"))
            if one.was_seen:
                self._saw(one, "closed", day)
            return
        skewed = one.posts % 7 == 6  # the clock of this client is wrong
        last = (self.day + dt.timedelta(days=400)) if skewed else one.last_post
        said = seen(one.handle, one.number, day, one.standing, posts=one.posts, followers=one.posts * 3,
                    posts_30d=one.posts, last_post=last.isoformat() if last else None, opted_out=one.opted_out,
                    moved_to=one.moved_to)  # fmt: skip
        self.observations.append(said)
        one.was_seen = True
        one.seen_as.add(one.handle or "")
        if one.is_open:
            one.counts.add(one.posts)
        self._saw(one, "open" if one.is_open or (one.standing == "moved" and not one.opted_out) else "closed", day)

    def _saw(self, one: Account, shown: str, day: str) -> None:
        one.shown = shown
        self.failed.discard((f"bluesky:{one.number}", day))


Histories.TestCase.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=30,
    deadline=None,
    derandomize=HISTORIES <= 25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestHistories = Histories.TestCase
