"""What a run says of itself: for a caller (JSON-able), and for a person (Markdown in Prefect's artifacts)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from incumbent.errors import printable
from incumbent.news import EVENTS, FILE

#: The verdicts that say something is wrong with an entry, the gravest first.
WRONG = ("out_of_date", "leaving", "disputed")
#: The states of a source, the worst first.
_STATES = ("failed", "quarantined", "carried_forward", "fresh", "unchanged")
#: How the ids of the checks begin that name what became of a single entry of the list.
_ENTRY = "entry_"
#: Lines of checks, or of entries, in the Markdown; the table `quality` of the version has them all.
_MOST = 50
#: Sentences that a terminal shows of what changed.
_MOST_SAID = 20
_WRONG_COLUMNS = ("entry_id", "person", "post", "organisation", "verdict", "reasons", "explanation")


def release_report(
    version: Path,
    *,
    title: str,
    slug: str,
    number: str,
    changed: bool,
    sources: Sequence[Mapping[str, Any]],
    checks: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The report of a release, from the published tables of `version`.

    Keys: roster, title, as_of, entries, verdicts and reasons (each name -> entries), wrong (the entries that are not as
    they should be, gravest first), with_account of entries, version, changed (whether this run made it), path, sources,
    checks (of this run; empty when nothing had changed), list_changes (what became of entries since the version before,
    a sentence each, by name), news (which entries that version says have gone out of date, were put right or taken off
    the list since the one before, a sentence each), approved (the sentences of what was held and approved).
    """
    roster, headlines = (pl.read_parquet(version / f"{name}.parquet") for name in ("roster", "headlines"))
    listed = {f"listed_{name}": name for name in ("person", "post", "organisation")}
    order = pl.col("verdict").replace_strict(WRONG, range(len(WRONG)), return_dtype=pl.Int8)
    wrong = roster.filter(pl.col("verdict").is_in(WRONG)).sort(order, "entry_id").rename(listed).select(_WRONG_COLUMNS)
    with_account = headlines.filter(pl.col("measure") == "with_account").row(0, named=True)
    return {
        "roster": slug,
        "title": title,
        "as_of": str(with_account["as_of"]),
        "entries": roster.height,
        "verdicts": _counts(roster["verdict"]),
        "reasons": _counts(roster["reasons"].drop_nulls().str.split(";").explode()),
        "wrong": wrong.to_dicts(),
        "with_account": with_account["value"],
        "of": with_account["of"],
        "version": number,
        "changed": changed,
        "path": str(version),
        "sources": [dict(source) for source in sources],
        "checks": [dict(check) for check in checks],
        "list_changes": [check["notes"] for check in checks if check.get("check_id", "").startswith(_ENTRY)],
        "news": _news(version),
        "approved": [f"{check['name']}: {check['notes']}" for check in checks if check.get("state") == "approved"],
    }


def since_last(report: Mapping[str, Any]) -> list[str]:
    """What the version that a run made says otherwise than the one before, in plain sentences for a terminal: who
    appeared on the list, vanished from it or changed places, then which entries went out of date or were put right.

    At most so many as a screen holds, and then how many more there are; none when the run made no version.
    """
    if not report["changed"]:
        return []
    said = [printable(sentence, 500) for sentence in (*report["list_changes"], *report["news"])]
    more = len(said) - _MOST_SAID
    diff = f"incumbent history {report['roster']} names the versions, incumbent diff shows all of it"
    return [*said[:_MOST_SAID], *([f"and {more} more: {diff}"] if more > 0 else [])]


def source_states(read: pl.DataFrame) -> list[dict[str, Any]]:
    """One row per source of `read` (columns: sources.reading.SOURCES), by id: source_id, state, records, note (why).

    A source of many snapshots is as good as its worst one.
    """
    worst = pl.col("state").replace_strict(_STATES, range(len(_STATES)), return_dtype=pl.Int8)
    ranked = read.with_columns(rank=worst).sort("source_id", "rank", "reason", nulls_last=True)
    return (
        ranked.group_by("source_id", maintain_order=True)
        .agg(pl.col("state").first(), pl.col("records").sum(), note=pl.col("reason").first())
        .to_dicts()
    )


def _news(version: Path) -> list[str]:
    """A sentence for each entry of news.json; none where a version has no such file."""
    path = version / FILE
    entries = json.loads(path.read_bytes())["entries"] if path.is_file() else []
    listed = ("listed_person", "listed_post", "listed_organisation")
    named = [", ".join(filter(None, map(entry.get, listed))) or entry["entry_id"] for entry in entries]
    return [f"{name} {EVENTS[entry['event']]}." for name, entry in zip(named, entries, strict=True)]


def _counts(values: pl.Series) -> dict[str, int]:
    """How often each value occurs: the most frequent first, then by name."""
    counted = values.value_counts(name="count").sort("count", values.name, descending=[True, False])
    return dict(counted.iter_rows())


def markdown(report: Mapping[str, Any]) -> str:
    """The report of a release as Markdown. What strangers wrote is shown as text: no markup of theirs gets through."""
    verdicts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in report["verdicts"].items())
    made = "new" if report["changed"] else "nothing has changed"
    lines = [
        f"# {_text(report['title'])}, as of {report['as_of']}",
        "",
        f"{report['entries']} entries: {verdicts}. With an account: {report['with_account']} of {report['of']}.",
        "",
        f"Version {report['version']} ({made}), in `{report['path']}`.",
        "",
        "| entry | verdict | why |",
        "| --- | --- | --- |",
    ]
    for entry in report["wrong"]:
        person, verdict = _text(entry["person"] or "(nobody)"), entry["verdict"].replace("_", " ")
        lines.append(f"| {person}, {_text(entry['post'])} | {verdict} | {_text(entry['explanation'])} |")
    lines += _listed("The list itself since the version before", report["list_changes"])
    lines += _listed("Its entries since the version before", report["news"] if report["changed"] else [])
    lines += _listed("Held, and approved", report["approved"])
    failed = [check for check in report["checks"] if not check["passed"] and check.get("state") != "approved"]
    lines += ["", f"Checks: {len(report['checks'])} run, {len(failed)} failed."]
    unnamed = [check for check in failed if not check.get("check_id", "").startswith(_ENTRY)]
    shown = unnamed[:_MOST]
    lines += [f"- {check['severity']}: {_text(check['name'])}: {_text(check['notes'])}" for check in shown]
    lines += [f"- and {len(unnamed) - _MOST} more"] * (len(unnamed) > _MOST)
    return "\n".join(lines) + "\n"


def _listed(title: str, sentences: Sequence[str]) -> list[str]:
    """A list under its title; nothing where there is none."""
    if not sentences:
        return []
    more = [f"- and {len(sentences) - _MOST} more"] * (len(sentences) > _MOST)
    return ["", f"{title}:", "", *(f"- {_text(sentence)}" for sentence in sentences[:_MOST]), *more]


def _text(value: object) -> str:
    """A cell's text for Markdown: on one line, its markup escaped."""
    shown = printable("" if value is None else value, 500)
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#!~" else char for char in shown)
