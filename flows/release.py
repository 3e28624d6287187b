"""Archive -> one published version. `release` tells the whole story; every task is one step of it.

Between tasks go paths and digests of Parquet files in a folder that is gone at the end, never tables.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from incumbent import (
    activity,
    curation,
    evidence,
    freshness,
    inputs,
    judging,
    listings,
    package,
    publish,
    quality,
    report,
    snapshots,
    stages,
)
from incumbent import roster as rosters_module
from incumbent.archive import Archive
from incumbent.engine import is_io_failure
from incumbent.stages import Stage

#: Rows of the artifact that shows the checks; the table `quality` of the version has them all.
_SHOWN = 500


@flow(persist_result=False)
def release(
    roster: str,
    as_of: str | None = None,
    published: str = "published",
    archive: str | None = None,
    rosters: str | None = None,
    captured: list[dict[str, Any]] | None = None,
    next_run: str | None = None,
) -> dict[str, Any]:
    """One version of ROSTER from its archive, as of a day: what is known by then, judged, checked and published.

    `captured`: how the live capture just before it ended; where that brought nothing new, the last version holds.
    `next_run`: when the list is looked at next, which status.json tells.
    """
    known = rosters_module.load(roster, Path(rosters) if rosters else None)
    day = as_of or known.as_of or dt.datetime.now(dt.UTC).date().isoformat()
    folder, kept = str(known.folder), archive or str(known.folder / "archive")
    made_from = inputs.digest(known, Path(kept), day, captured) if captured else None
    if made_from and (live := inputs.recall(Path(kept), made_from, Path(published), known.slug)):
        publish.note_check(Path(published), known.slug, checked_at=day, sources=captured or (), next_run=next_run)
        get_run_logger().info("version %s: nothing has changed since it was made", live.version)
        return report.release_report(
            live.path,
            title=known.title,
            slug=known.slug,
            number=live.version,
            changed=False,
            sources=captured or (),
            checks=(),
        )
    with tempfile.TemporaryDirectory(prefix="incumbent-") as work:
        claims = read_claims(folder, kept, day, work)
        assessment = assess_entries(folder, claims, day, work)
        accounts = judge_accounts(folder, claims, assessment, day, work)
        listed = trace_listings(folder, claims, assessment, day, work)
        tables = make_tables(folder, claims, assessment, accounts, listed, day, work)
        read = report.source_states(stages.take(claims)["sources"])
        done = publish_version(folder, claims, tables, read, day, published, kept, next_run)
    if made_from:
        inputs.remember(Path(kept), made_from, Path(published), known.slug)
    result = report.release_report(Path(done.pop("path")), title=known.title, slug=known.slug, sources=read, **done)
    create_markdown_artifact(key=f"{known.slug}-release", markdown=report.markdown(result), description=f"As of {day}")
    create_table_artifact(key=f"{known.slug}-wrong", table=result["wrong"], description="Entries that are wrong")
    return result


@task(retries=2, retry_delay_seconds=[1, 5], retry_condition_fn=is_io_failure)
def read_claims(roster_folder: str, archive: str, as_of: str, work: str) -> Stage:
    """Every snapshot through its adapter: what each source says, as far as it was known by then, and what the profiles
    of accounts say of their owners."""
    reading = evidence.read_evidence(_roster(roster_folder), Archive(archive), as_of)
    get_run_logger().info("%d claims and %d account claims", reading.claims.height, reading.account_claims.height)
    return stages.put(
        Path(work) / "claims",
        {
            "claims": reading.claims,
            "account_claims": reading.account_claims,
            "observations": reading.observations,
            "roster_history": reading.roster_history,
            "captures": reading.captures,
            "sources": reading.sources,
        },
    )


@task
def assess_entries(roster_folder: str, claims: Stage, as_of: str, work: str) -> Stage:
    """Who held what when, and what contradicts the list: findings and verdicts."""
    judged = freshness.assess(stages.take(claims)["claims"], as_of, *_judgement(roster_folder, as_of))
    get_run_logger().info("%d entries, %d findings", judged.entries.height, judged.findings.height)
    return stages.put(Path(work) / "assessment", vars(judged))


@task
def judge_accounts(roster_folder: str, claims: Stage, assessment: Stage, as_of: str, work: str) -> Stage:
    """Which of the people listed have an account, and its state."""
    known, judged, said = _roster(roster_folder), stages.take(assessment), stages.take(claims)
    accounts, seen = activity.account_states(
        judged["people"],
        judged["entries"],
        said["account_claims"],
        as_of,
        known.policy,
        observations=said["observations"],
        appointments=judged["appointments"],
        decisions=curation.load(known.folder / "curation").valid_on(as_of).accounts,
        platforms=known.platforms,
    )
    get_run_logger().info("%d accounts", accounts.height)
    return stages.put(Path(work) / "accounts", {"accounts": accounts, "activity": seen})


@task
def trace_listings(roster_folder: str, claims: Stage, assessment: Stage, as_of: str, work: str) -> Stage:
    """Every entry that the list ever had: when it was there, and how long the list stayed wrong about it."""
    judged, said = freshness.Assessment(**stages.take(assessment)), stages.take(claims)
    listed = listings.listed_over_time(
        judged, said["claims"], said["roster_history"], said["captures"], as_of, *_judgement(roster_folder, as_of)
    )
    get_run_logger().info("%d entries ever listed", listed.height)
    return stages.put(Path(work) / "listings", {"listings": listed})


@task
def make_tables(
    roster_folder: str, claims: Stage, assessment: Stage, accounts: Stage, listed: Stage, as_of: str, work: str
) -> Stage:
    """The published tables: columns, types and order of schemas/."""
    known, judged, found = (
        _roster(roster_folder),
        freshness.Assessment(**stages.take(assessment)),
        stages.take(accounts),
    )
    said, ever = stages.take(claims), stages.take(listed)["listings"]
    read = snapshots.snapshot_rows(said["sources"])
    cited = [said[name] for name in ("claims", "account_claims", "observations")]
    made = package.tables(known, judged, found["accounts"], found["activity"], read, as_of, ever, cited)
    return stages.put(Path(work) / "tables", made)


@task(retries=2, retry_delay_seconds=[1, 5], retry_condition_fn=is_io_failure)
def publish_version(
    roster_folder: str,
    claims: Stage,
    tables: Stage,
    states: list[dict[str, Any]],
    as_of: str,
    published: str,
    archive: str,
    next_run: str | None,
) -> dict[str, Any]:
    """Compare with the last version, number, write, judge, promote. The same tables again make no version."""
    known, made = _roster(roster_folder), stages.take(tables)
    judge = judging.Judge(known, as_of, stages.take(claims), Path(archive), show_checks)
    draft = package.Draft(made, known, as_of, judge=judge)
    log = draft.corrections()
    done = publish.publish(
        draft, Path(published), known.slug, check=judge.check, sources=states, next_run=next_run, corrections=log
    )
    judge.done()
    get_run_logger().info("version %s: %s", done.version, "published" if done.changed else "nothing has changed")
    shown = [asdict(check) for check in judge.ran]
    return {"number": done.version, "path": str(done.path), "changed": done.changed, "checks": shown}


def show_checks(ran: list[quality.Check]) -> None:
    """Every check of the staged version, those that failed first. A critical one holds the release."""
    shown = [asdict(check) for check in sorted(ran, key=lambda check: check.outcome != "failed")]
    create_table_artifact(key="checks", table=shown[:_SHOWN], description="Checks of the staged version")
    failed = sum(check.outcome == "failed" for check in ran)
    get_run_logger().info("%d checks, %d failed", len(ran), failed)


def _judgement(roster_folder: str, as_of: str) -> tuple[freshness.Policy, freshness.Decisions]:
    """The roster's thresholds, and what was decided by hand and still counts."""
    known = _roster(roster_folder)
    curated = curation.load(known.folder / "curation").valid_on(as_of)
    decisions = freshness.Decisions(curated.posts, curated.identities, curated.organisations)
    return freshness.Policy(max_age_days=known.policy.max_age_days), decisions


def _roster(folder: str) -> rosters_module.Roster:
    return rosters_module.load(Path(folder))
