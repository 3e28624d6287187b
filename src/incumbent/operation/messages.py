"""What is said of a run: a few lines for a report's reader, and a message where somebody should know.

Nothing is said of a run that went well and changed no verdict. A message says which list, what happened, what happens
next, what to do, and where to look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from incumbent.errors import printable
from incumbent.operation.notices import Message

#: How a run can end -> what a subject says of it, and what happens next. Only what has a subject is told.
_ENDS = {
    "published": ("", "version {version} is live"),
    "unchanged": ("", "nothing has changed; version {version} still holds"),
    "held": ("release held", "nothing was published; the last version stays live"),
    "failed": ("run failed", "nothing was published by it; the last version stays live"),
    "crashed": ("run died", "the last version stays live, whole; the next run completes what was begun"),
    "locked": ("", "another run was under way, and this one left it alone"),
    "stopped": ("", "it was stopped; the last version stays live"),
}
#: Entries that a message names; the page has them all.
_NAMED = 20


def text(report: Mapping[str, Any]) -> str:
    """The report in a few lines: what happened, what happens next, every source with a fault, who was told."""
    lines = [f"{report['title']} ({report['roster']})", f"run of {report['started']}, ended {report['ended']}"]
    lines += [f"{report['outcome']}: {_end(report)}", *_error(report), *_entries(report)]
    lines += [_source(source) for source in report["sources"] if source.get("fault")]
    lines += [_next_run(report)]
    for each in report["notifications"]:
        done = "delivered" if each["delivered"] else f"NOT delivered: {each['fault']}"
        lines.append(f"message to address {each['address']} ({each['kind']}): {done}")
    lines += [f"message: {report['notification_fault']}"] if report.get("notification_fault") else []
    return "\n".join(printable(line, 600) for line in lines if line) + "\n"


def line(report: Mapping[str, Any]) -> str:
    """The report on one line of a log: how it ended, why, what to do."""
    error = report["error"] or {}
    return printable(f"{report['roster']}: " + "; ".join(filter(None, (_end(report), *_line_of(error)))), 1000)


def message(report: Mapping[str, Any], site: str | None = None) -> Message | None:
    """What somebody should know of a run, or None. `site`: the address at which the published folder is served."""
    news = list(filter(None, [_ENDS[report["outcome"]][0], *_news(report)]))
    if not news:
        return None
    lines = [f"{report['title']} ({report['roster']}), run of {report['started']}", ""]
    lines += [f"What happened: {_end(report)}.", *_error(report)]
    lines += _entries(report)
    lines += [_source(source) for source in report["sources"] if source["source_id"] in report["broken"]]
    lines += [f"source {name} works again" for name in report["mended"]]
    lines += ["", _next_run(report), f"Look at: {_link(report, site)}"]
    body = "\n".join(printable(line, 600) for line in lines)
    return Message(f"incumbent: {printable(report['title'], 80)}: {', '.join(news)}", f"{body}\n")


def _news(report: Mapping[str, Any]) -> list[str]:
    turned = report["turned"]
    found = []
    if turned:
        wrong, righted = len(turned["wrong"]), len(turned["righted"])
        if turned["first"]:
            found.append(f"first version, {_count(wrong, 'entry', 'entries')} out of date")
        elif wrong:
            found.append(f"{_count(wrong, 'entry', 'entries')} newly out of date")
        if righted:
            found.append(f"{_count(righted, 'entry', 'entries')} put right")
    if report["broken"]:
        found.append(f"{_count(len(report['broken']), 'source', 'sources')} broken")
    if report["mended"]:
        found.append(f"{_count(len(report['mended']), 'source', 'sources')} mended")
    return found


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _end(report: Mapping[str, Any]) -> str:
    return _ENDS[report["outcome"]][1].format(version=report["version"])


def _error(report: Mapping[str, Any]) -> list[str]:
    error = report["error"]
    if not error:
        return []
    labels = (("why", "what"), ("where", "where"), ("expected", "expected"), ("what to do", "do"))
    return [f"{label}: {error[key]}" for label, key in labels if error.get(key)]


def _line_of(error: Mapping[str, Any]) -> list[str]:
    return [f"{error[key]}" for key in ("what", "do") if error.get(key)]


def _entries(report: Mapping[str, Any]) -> list[str]:
    turned = report["turned"]
    if not turned:
        return []
    lines = _named(
        "out of date since this version:" if not turned["first"] else "out of date:",
        [f"{_who(entry)}: {entry['explanation']}" for entry in turned["wrong"]],
    )
    return lines + _named("put right:", [f"{_who(entry)}: now {entry['now']}" for entry in turned["righted"]])


def _named(title: str, entries: Sequence[str]) -> list[str]:
    if not entries:
        return []
    more = [f"- and {len(entries) - _NAMED} more"] if len(entries) > _NAMED else []
    return [title, *(f"- {entry}" for entry in entries[:_NAMED]), *more]


def _who(entry: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, (entry["person"] or "(nobody)", entry["post"], entry["organisation"])))


def _source(source: Mapping[str, Any]) -> str:
    return f"source {source['source_id']}: {source['state']}, {source['note']}; {source['next']}"


def _next_run(report: Mapping[str, Any]) -> str:
    due = report["next_run"]
    return f"Next run: {due} (UTC)" if due else "Next run: when it is started; no schedule is known"


def _link(report: Mapping[str, Any], site: str | None) -> str:
    return f"{site.rstrip('/')}/{report['roster']}/" if site else f"{report['published']}/{report['roster']}"
