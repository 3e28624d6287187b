"""The gates: what a new version is asked beside the last one, before it may be published (docs/gates.md).

    entries.py   who appeared, vanished, changed places        support.py   what the evidence says of that
    cells.py     text that no list means                       returned.py  a page that undoes its own last change

All of it is columnar and pure: two versions' tables, what was read and captured, the thresholds. Nothing here knows a
roster, a file or a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from incumbent.claims import CLAIMS
from incumbent.gates import cells, entries, returned, support
from incumbent.quality import Check
from incumbent.roster import Roster
from incumbent.sources.reading import CAPTURES, SOURCES
from incumbent.suites import Threshold

__all__ = ["Asked", "asked_of", "judge"]

Tables = Mapping[str, pl.DataFrame]

#: What became of an entry, in words, where that is news of the list.
_NEWS = {
    "appeared": "is on the list and was not",
    "vanished": "was on the list and is not",
    "moved": "stands elsewhere on the list",
    "respelt": "may be the same person in another spelling",
    "renamed": "has a post or body of a new name",
}
_SHOWN = 10


def asked_of(roster: Roster, as_of: str, *, read: pl.DataFrame, history: pl.DataFrame, captures: pl.DataFrame) -> Asked:
    """What the gates go by for a release of `roster` as of a day. `read`, `history`, `captures`: of sources.Reading."""
    in_force = roster.in_force(as_of)
    rows = [(each.id, each.required, each.max_age_days) for each in in_force]
    schema = {"source_id": pl.String, "required": pl.Boolean, "max_age_days": pl.Int64}
    return Asked(
        limit_percent=roster.policy.hold_change_percent,
        lists=tuple(sorted(each.id for each in in_force if each.role == "roster")),
        sources=pl.DataFrame(rows, schema=schema, orient="row"),
        read=read,
        history=history,
        captures=captures,
    )


def judge(now: Tables, before: Tables | None, asked: Asked, limits: Mapping[str, Threshold]) -> list[Check]:
    """Every gate's checks of the tables `now` of a new version; `before`: those of the last one, None for the first.

    `limits`: suites.thresholds(). Entries are compared of the lists that both versions read: another list is not the
    same one changed.
    """
    checks = _ages(asked, limits["source_age"])
    if before is None or "roster" not in before:
        return [*checks, *(_not_run(name, limits) for name in _COMPARING)]
    was, here = _of_both(before, now, asked)
    if was.is_empty():
        return [*checks, *(_not_run(name, limits) for name in _COMPARING)]
    changed = support.explained(entries.difference(was, here), now["appointments"])
    return [
        *checks,
        *_changed(changed, was.height, asked.limit_percent, limits["entries_changed"]),
        *_exchanged(changed),
        *_cells("text_damaged", cells.damaged(changed), here.height, limits),
        *_cells("cells_emptied", cells.emptied(changed), here.height, limits),
        *_cells("cells_mixed", cells.mixed(changed), here.height, limits),
        *_cells("entries_doubled", cells.doubled(was, here), here.height, limits),
        *_risen(changed, was, here, limits["unverified_rise"]),
        *_returned(before, asked, limits["list_returned"]),
    ]


#: The gates that need a version to compare with.
_COMPARING = (
    "entries_changed", "text_damaged", "cells_emptied", "cells_mixed", "entries_doubled", "unverified_rise",
    "list_returned",
)  # fmt: skip


def _of_both(before: Tables, now: Tables, asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The entries of both versions from the lists that are read now and were read then."""
    was = before["roster"].filter(pl.col("source_id").is_in(asked.lists))
    known = set(was.get_column("source_id").unique()) | set(before["sources"].get_column("source_id"))
    return was, now["roster"].filter(pl.col("source_id").is_in(sorted(known)))


def _changed(changed: pl.DataFrame, had: int, limit: float, threshold: Threshold) -> list[Check]:
    """Whether too much of the list is new, gone or elsewhere; and each entry of which something is news, by name."""
    count = entries.counts(changed)
    much = max(count["appeared"], count["vanished"]) + count["moved"]
    percent = 100 * much / had
    news = changed.filter(pl.col("kind").is_in(list(_NEWS)))
    told = [
        f"{count[kind]} {kind}: {_some(_names(news.filter(pl.col('kind') == kind)))}" for kind in _NEWS if count[kind]
    ]
    whole = _gate(
        "entries_changed",
        percent <= limit,
        observed=f"{much} of {had} entries ({percent:.1f} %)",
        expected=f"at most {limit:g} % that appeared or vanished, or stand elsewhere",
        notes="; ".join(told) or threshold.why,
    )
    return [whole, *_each_changed(news)]


def _each_changed(news: pl.DataFrame) -> list[Check]:
    """A warning for each entry that appeared, vanished, ... ; passed where evidence says the same."""
    rows = news.select(
        "kind", "explained", pl.coalesce("entry_id", "entry_id_before").alias("subject"),
        said=_said("_before"), says=_said(""),
    )  # fmt: skip
    return [
        _gate(
            f"entry_{kind}",
            explained,
            severity="warning",
            subject=subject,
            observed=says if kind != "vanished" else said,
            expected="evidence that says the same",
            notes=f"{says if kind != 'vanished' else said} {_NEWS[kind]}"
            + (f"; before: {said}" if kind not in ("vanished", "appeared") else "")
            + ("" if explained else "; nothing else says so"),
        )
        for kind, explained, subject, said, says in rows.iter_rows()
    ]


def _exchanged(changed: pl.DataFrame) -> list[Check]:
    """A warning for each of those who took each other's posts at once, unless evidence has them there."""
    ring = entries.exchanged(changed)
    rows = ring.select("entry_id", "explained", _said(""), _said("_before").alias("before"))
    return [
        _gate(
            "holders_exchanged",
            explained,
            severity="warning",
            subject=subject,
            observed=f"{says}; before: {said}",
            expected="evidence that says the same",
            notes="Several people took each other's posts at once: lines of the list are swapped or shifted.",
        )
        for subject, explained, says, said in rows.iter_rows()
    ]


def _cells(name: str, found: pl.DataFrame, of: int, limits: Mapping[str, Threshold]) -> list[Check]:
    """What the rows of `found` (entry_id, what) come to: the share of entries, and a warning for each."""
    limit = limits[name]
    subjects = found.get_column("entry_id").n_unique()
    percent = 100 * subjects / of if of else 0.0
    whole = _gate(
        name,
        limit.held_above is None or percent <= limit.held_above,
        observed=f"{subjects} of {of} entries ({percent:.1f} %)",
        expected=_at_most(limit),
        notes=limit.why + (f" {_some(found.get_column('what').to_list())}" if subjects else ""),
    )
    if limit.warning_above is None or percent <= limit.warning_above:
        return [whole]
    warned = [
        _gate(name, False, severity="warning", subject=subject, observed=what, expected="none", notes=limit.why)
        for subject, what in found.iter_rows()
    ]
    return [whole, *warned]


def _risen(changed: pl.DataFrame, was: pl.DataFrame, here: pl.DataFrame, limit: Threshold) -> list[Check]:
    """How many more entries are unverified than in the last version, and which, where that is too many."""
    before, after = support.unverified_percent(was), support.unverified_percent(here)
    risen = None if before is None or after is None else max(0.0, after - before)
    checks = _graded("unverified_rise", risen, f"from {before or 0:.1f} % to {after or 0:.1f} % of the entries", limit)
    if all(check.passed for check in checks):
        return checks
    rows = support.lost_evidence(changed).select("entry_id", _said(""), "verdict_before").iter_rows()
    return checks + [
        _gate(
            "unverified_rise",
            False,
            severity="warning",
            subject=subject,
            observed=f"unverified; before: {verdict}",
            expected=verdict,
            notes=f"{says}: the evidence of the last version is too old now, or gone",
        )
        for subject, says, verdict in rows
    ]


def _ages(asked: Asked, limit: Threshold) -> list[Check]:
    """Each source that is not simply fresh; a required one that is too old, or of which nothing can be used, holds."""
    used = dict(asked.read.group_by("source_id").agg(pl.col("records").sum()).iter_rows())
    checks = [
        _aged(row, limit, bool(used[row["source_id"]]))
        for row in support.ages(asked.read, asked.sources).iter_rows(named=True)
    ]
    told = f"{len(checks)} of {asked.sources.height} sources are not simply fresh"
    sound = not any(check.holds for check in checks)
    whole = {"table": "sources", "observed": told, "expected": _at_most(limit), "notes": limit.why}
    return [_gate("source_age", sound, approvable=False, **whole), *checks]


def _aged(row: Mapping[str, Any], limit: Threshold, is_used: bool) -> Check:
    """The check of one source. `row`: of support.ages; `is_used`: whether anything of the source is."""
    allowed, age = row["max_age_days"], row["age_days"]
    too_old = None not in (limit.held_above, age, allowed) and 100 * age > (limit.held_above or 0) * allowed
    lost = row["state"] != "carried_forward" and not is_used
    return _gate(
        "source_age",
        False,
        table="sources",
        severity="critical" if row["required"] and (too_old or lost) else "warning",
        subject=row["source_id"],
        observed=f"{row['pages']} of its pages {row['state'].replace('_', ' ')}"
        + (f", {age} days old" if age is not None else ""),
        expected="fresh" + (f", or at most {allowed} days old" if allowed is not None else ""),
        notes=str(row["reason"] or limit.why),
        approvable=False,
    )


def _returned(before: Tables, asked: Asked, limit: Threshold) -> list[Check]:
    used = (
        before["sources"].filter(pl.col("source_id").is_in(asked.lists)).select(source="source_id", snapshot="snapshot")
    )
    found = returned.returned(
        asked.history.filter(pl.col("source").is_in(asked.lists)),
        asked.captures.filter(pl.col("source").is_in(asked.lists)),
        used,
    )
    pages = asked.captures.select("source", "source_url").n_unique()
    percent = 100 * found.height / pages if pages else 0.0
    told = [f"{url or source} says on {day} what it said on {then}" for source, url, day, then in found.iter_rows()]
    whole = _gate(
        "list_returned",
        limit.held_above is None or percent <= limit.held_above,
        observed=f"{found.height} of {pages} pages" + (f": {_some(told)}" if told else ""),
        expected=_at_most(limit),
        notes=limit.why,
    )
    return [whole]


def _graded(name: str, percent: float | None, observed: str, limit: Threshold) -> list[Check]:
    """One check at the limit from which on the release is held, one at that from which on it is reported."""
    if percent is None:
        return [_gate(name, True, state="not_run", notes=limit.why)]
    grades = (("critical", limit.held_above), ("warning", limit.warning_above))
    return [
        _gate(
            name,
            percent <= above,
            severity=severity,
            observed=observed,
            expected=f"at most {above:g} %",
            notes=limit.why,
        )
        for severity, above in grades
        if above is not None
    ]


def _not_run(name: str, limits: Mapping[str, Threshold]) -> Check:
    note = f"There is no version of the same list to compare with. {limits[name].why}"
    return _gate(name, True, state="not_run", notes=note)


def _gate(
    check_id: str,
    passed: bool,
    *,
    table: str = "roster",
    severity: str = "critical",
    subject: str = "whole",
    observed: str = "",
    expected: str = "",
    notes: str = "",
    state: str = "",
    approvable: bool = True,
) -> Check:
    name = f"{table}: {check_id}" + (f"({subject})" if subject != "whole" else "")
    return Check(
        name, severity, passed, notes, check_id, table, subject, observed, expected, state,
        approvable=approvable and severity == "critical",
    )  # fmt: skip


def _at_most(limit: Threshold) -> str:
    return "any" if limit.held_above is None else f"at most {limit.held_above:g} %"


def _said(side: str) -> pl.Expr:
    """What the list says of an entry, on one line; `side`: "_before" or ""."""
    words = [pl.col(f"listed_{name}{side}") for name in ("person", "post", "organisation")]
    return pl.concat_str(words, separator=", ", ignore_nulls=True).alias(f"said{side}")


def _names(changed: pl.DataFrame) -> list[str]:
    person = pl.coalesce("listed_person", "listed_person_before", "listed_post", "listed_post_before", pl.lit("?"))
    return changed.select(person).to_series().sort().to_list()


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


@dataclass(frozen=True)
class Asked:
    """What the gates go by besides the tables: the roster's threshold, its lists and sources in force, what was read
    of them (columns: sources.reading.SOURCES), all that the lists ever said and when they were seen."""

    limit_percent: float
    lists: tuple[str, ...]
    sources: pl.DataFrame
    read: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SOURCES))
    history: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CLAIMS))
    captures: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CAPTURES))
