"""Makes a version: the published tables from an assessment, and the complete folder from the tables.

    tables(...) -> {name: frame} -> write(...) -> CSV, Parquet, excel/, descriptor, README.md, CITATION.cff, SHA256SUMS

A pure function of its arguments: no clock, no locale, no machine. What a cell may hold, and means, is in schemas/.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from incumbent import (
    corrections,
    descriptor,
    difference,
    edtf,
    evidence_table,
    headlines,
    linked,
    manifest,
    news,
    platforms,
    schemas,
    suppression,
    tablefiles,
    withholding,
    workbook,
)
from incumbent.activity.findings import with_account_findings
from incumbent.activity.shares import shares_over_time
from incumbent.corrections import Correction
from incumbent.descriptor import About
from incumbent.errors import HeldError
from incumbent.mentions import Mentions
from incumbent.platforms import policy
from incumbent.roster import Policy
from incumbent.schemas import TableSchema

#: Files of a version that are text and no table.
_TEXTS = (".md", ".cff", ".json", ".jsonld")
#: The table that is made after the last gate for people has seen the others, and so is looked through like a text.
_MADE_LAST = "quality.csv"

# A person with several accounts is shown by the most telling one; what could not be checked says least.
_STATES = (
    "active", "dormant", "never_posted", "protected", "renamed", "suspended",
    "deleted", "identity_changed", "unknown", "none_known",
)  # fmt: skip


def tables(
    roster: About,
    assessment: Assessed,
    accounts: pl.DataFrame,
    activity: pl.DataFrame,
    sources: pl.DataFrame,
    as_of: str,
    listings: pl.DataFrame | None = None,
    claims: Iterable[pl.DataFrame] = (),
) -> dict[str, pl.DataFrame]:
    """Every published table but `changes`, in the columns, order and types of schemas/, sorted by primary key.

    `quality` is empty until the version is judged.

    `assessment` as docs/architecture.md has it, `accounts` and `activity` from activity.account_states, `sources` one
    row per snapshot, `listings` from listings.listed_over_time (none: no capture of the list is dated, and the table is
    empty), `claims` what was read, in any of the shapes of claims.py: what is cited of it is published. Dates may be
    EDTF text: the first day for `*_earliest`, else the last. Raises SchemaError for a value that its field cannot hold,
    InputError when as_of is no day.
    """
    day = edtf.parse_day(as_of)
    known = schemas.load()
    accounts, activity = (
        tablefiles.conform(frame, known[name])
        for name, frame in zip(("accounts", "activity"), _permitted(accounts, activity, roster), strict=True)
    )
    # What accounts give away is found in what may be published of them.
    entries, found = with_account_findings(
        _with_accounts(assessment.entries, accounts), assessment.findings, accounts, activity, as_of
    )
    cited = {"roster": entries, "findings": found} | ({} if listings is None else {"listings": listings})
    given = {
        "roster": entries,
        "findings": found,
        "evidence": _permitted_evidence(evidence_table.evidence(claims, cited, sources), roster),
        "people": assessment.people,
        "organisations": assessment.organisations,
        "posts": assessment.posts,
        "appointments": assessment.appointments,
        "listings": pl.DataFrame(schema=known["listings"].types) if listings is None else listings,
        "accounts": accounts,
        "activity": activity,
        "sources": sources,
        "quality": pl.DataFrame(schema=known["quality"].types),  # what the judge of the draft will say
    }
    made = {name: tablefiles.conform(_whole_days(frame, known[name]), known[name]) for name, frame in given.items()}
    made, _ = withholding.withhold(made, known, _suppressed(roster, as_of))
    return made | _figures(made, day, known, roster)


def _figures(
    made: Mapping[str, pl.DataFrame], day: dt.date, known: dict[str, TableSchema], roster: About
) -> dict[str, pl.DataFrame]:
    """The tables that count what the others hold."""
    counted = headlines.headlines(made["roster"], made["findings"], day, known)
    lag = headlines.list_lag(made["listings"], made["organisations"], day)
    now = headlines.account_shares(made["roster"], made["organisations"], day)
    dormant_days = getattr(roster, "policy", Policy()).dormant_days
    return {
        "headlines": tablefiles.conform(pl.concat([counted, lag, now]), known["headlines"]),
        "shares": tablefiles.conform(shares_over_time(made["roster"], made["activity"], dormant_days), known["shares"]),
    }


def write(
    tables: Mapping[str, pl.DataFrame],
    roster: About,
    version: str,
    as_of: str,
    folder: Path,
    *,
    previous: Path | None = None,
) -> None:
    """A complete version in `folder`, which is made and must be empty; the manifest comes last.

    `previous` is the version that the changes table compares with; without one it is empty.
    """
    Draft(tables, roster, as_of).write(version, folder, previous)


def _permitted(accounts: pl.DataFrame, activity: pl.DataFrame, roster: About) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The two tables as the platforms' policies let them be published: the last gate, whoever made the tables."""
    sources = [source.id for source in getattr(roster, "sources", ()) if source.adapter in platforms.ADAPTERS]
    return policy.enforced(accounts, activity, getattr(roster, "platforms", {}), sources)


def _permitted_evidence(evidence: pl.DataFrame, roster: About) -> pl.DataFrame:
    """The table of evidence as the platforms' policies let it be published: the last gate, whoever made the table."""
    allowed = getattr(roster, "platforms", {})
    asked = {each.id: each.adapter for each in getattr(roster, "sources", ()) if each.adapter in platforms.ADAPTERS}
    barred = {source: name for source, name in asked.items() if not policy.may_publish_metrics(name, allowed)}
    unnamed = [source for source, name in barred.items() if not policy.may_publish_ids(name, allowed)]
    return evidence_table.permitted(evidence, barred, unnamed)


def _suppressed(roster: About, as_of: str) -> suppression.Suppressed | None:
    """Who is not to be shown of this roster: read here and in no caller, so that none can forget it."""
    folder = getattr(roster, "folder", None)
    return suppression.load(folder / "curation", as_of) if folder is not None else None


def _with_accounts(entries: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """`entries` with `accounts` (platform:handle, ;-separated, sorted) and `account_state` of each listed person."""
    rank = pl.col("state").replace_strict({state: at for at, state in enumerate(_STATES)}, default=len(_STATES))
    gone = pl.col("state").is_in(headlines.NO_ACCOUNT)
    handle = pl.when(pl.col("handle").is_not_null() & ~gone).then(
        pl.concat_str("platform", pl.lit(":"), pl.col("handle").str.strip_prefix("@"))
    )
    summary = (
        accounts.filter(pl.col("person_id").is_not_null())
        .with_columns(rank.alias("rank"), handle.alias("known"))
        .group_by("person_id")
        .agg(
            pl.col("known").drop_nulls().unique().sort().str.join(";").replace("", None).alias("accounts"),
            pl.col("state").sort_by("rank", "state").first().alias("account_state"),
        )
    )
    nobody = pl.when(pl.col("listed_person").is_not_null()).then(pl.lit("none_known"))
    kept = entries.drop("accounts", "account_state", strict=False)
    return kept.join(summary, on="person_id", how="left").with_columns(pl.coalesce("account_state", nobody))


def _whole_days(frame: pl.DataFrame, schema: TableSchema) -> pl.DataFrame:
    """Date columns that hold EDTF text, as whole days; what is no date is left for `conform` to refuse."""
    days = []
    for each in schema.fields:
        if each.type == "date" and each.name in frame.columns and frame[each.name].dtype == pl.String:
            day = edtf.first_day(each.name) if each.name.endswith("_earliest") else edtf.last_day(each.name)
            days.append(pl.coalesce(day.dt.to_string("%Y-%m-%d"), pl.col(each.name)).alias(each.name))
    return frame.with_columns(days)


@dataclass(frozen=True)
class Draft:
    """What may become a version: the tables of one release, before it is known whether they differ from the last.

    `judge(folder, previous)` is asked once the tables and their descriptor are in the folder, and gives the table
    `quality`, or holds the release by raising HeldError. Without it that table is empty: nothing was checked.
    """

    tables: Mapping[str, pl.DataFrame]
    roster: About
    as_of: str
    schemas: Mapping[str, TableSchema] = field(default_factory=schemas.load)
    judge: Callable[[Path, Path | None], pl.DataFrame] | None = None

    def number(self, previous: Path | None) -> str | None:
        """The version number that these tables ask for after `previous`, or None when nothing differs."""
        if previous is None:
            return difference.FIRST_VERSION
        old, new = self._read(previous), self._version()
        by = difference.level(old, new, difference.changes(old, new))
        number = str(schemas.read_json(previous / "datapackage.json")["version"])
        return None if by is None else difference.next_version(number, by)

    def write(self, version: str, folder: Path, previous: Path | None) -> None:
        """The complete version in `folder`, which is made and must be empty. The manifest is its last file.

        Raises HeldError when the judge holds it, and when a person who is not to be shown is in `previous`, or is named
        in what roster.yaml says.
        """
        edtf.parse_day(self.as_of)
        (folder / "excel").mkdir(parents=True)
        whole = dict(self._gated[0]) | self._told()
        before = self._read(previous) if previous is not None else None
        if before is not None:
            whole["changes"] = difference.changes(before, self._version())
        whole = {name: tablefiles.conform(whole[name], schema) for name, schema in self.schemas.items()}
        for name in self.schemas:
            self._write_table(name, whole[name], folder)
        described = self._describe(whole, version, folder)
        if self.judge is not None:
            # What the judge saw is in place but for this table, which only then can say what came of it.
            whole["quality"] = tablefiles.conform(self.judge(folder, previous), self.schemas["quality"])
            self._write_table("quality", whole["quality"], folder)
            described = self._describe(whole, version, folder)
        workbook.write(
            whole,
            self.schemas,
            folder / "excel" / f"{self.roster.slug}.xlsx",
            title=self.roster.title,
            version=version,
            as_of=self.as_of,
            licence=f"{descriptor.licence_text(self.roster.licence)}. {self.roster.attribution}".strip(),
        )
        linked.write(described, self.schemas, folder)
        readme = descriptor.readme(self.roster, whole, self.schemas, version=version, as_of=self.as_of)
        (folder / "README.md").write_bytes(readme.encode())
        citation = descriptor.citation(self.roster, version=version, as_of=self.as_of)
        (folder / "CITATION.cff").write_bytes(citation.encode())
        listed = before.tables.get("roster") if before is not None else None
        news.write(news.news(whole, listed, version=version, as_of=self.as_of), folder)
        self._prove(folder)
        manifest.write(folder)

    def _write_table(self, name: str, table: pl.DataFrame, folder: Path) -> None:
        tablefiles.write_csv(table, folder / f"{name}.csv")
        tablefiles.write_parquet(table, self.schemas[name], folder / f"{name}.parquet")
        tablefiles.write_excel_csv(table, folder / "excel" / f"{name}.csv")

    def _describe(self, whole: Mapping[str, pl.DataFrame], version: str, folder: Path) -> dict[str, Any]:
        described = descriptor.describe(
            self.roster, whole, self.schemas, version=version, as_of=self.as_of, folder=folder
        )
        (folder / "datapackage.json").write_bytes(descriptor.to_json(described))
        return described

    def _told(self) -> dict[str, pl.DataFrame]:
        """The tables that tell of the others, empty: of the difference, and of the checks."""
        quality = pl.DataFrame(schema=self.schemas["quality"].types)
        return {"changes": pl.DataFrame(schema=difference.CHANGES), "quality": quality}

    def corrections(self) -> list[Correction]:
        """The log of what was put right, kept by hand, with nobody in it who is not to be shown."""
        known, looked_for = getattr(self.roster, "folder", None), self._gated[1]
        found = corrections.load(known / "curation") if known is not None else []
        return [each._replace(what=looked_for.without(each.what)) for each in found] if looked_for else found

    @functools.cached_property
    def _gated(self) -> tuple[dict[str, pl.DataFrame], Mentions | None]:
        """The tables past the last gates (platforms' policies, people not to be shown), and what finds those people."""
        accounts, activity = _permitted(self.tables["accounts"], self.tables["activity"], self.roster)
        evidence = _permitted_evidence(self.tables["evidence"], self.roster)
        given = {**self.tables, "accounts": accounts, "activity": activity, "evidence": evidence}
        given = {name: tablefiles.conform(frame, self.schemas[name]) for name, frame in given.items()}
        kept, looked_for = withholding.withhold(given, self.schemas, _suppressed(self.roster, self.as_of))
        if any(kept[name] is not frame for name, frame in given.items()):
            kept |= _figures(kept, edtf.parse_day(self.as_of), dict(self.schemas), self.roster)
        return kept, looked_for

    def _read(self, previous: Path) -> difference.Version:
        version, listed = difference.read_version(previous), _suppressed(self.roster, self.as_of)
        if listed is not None and withholding.holds(version.tables, version.schemas, listed):
            raise HeldError(
                "the last version shows a person who is not to be shown",
                where=str(previous),
                expected="a version without that person, to compare with",
                do="withdraw it: incumbent withdraw, or incumbent suppress for the person",
            )
        return version

    def _prove(self, folder: Path) -> None:
        """Nobody who is not to be shown is named in a file that is no table. Raises HeldError."""
        looked_for = self._gated[1]
        for name in manifest.files(folder) if looked_for else ():
            path = folder / name
            if (
                looked_for
                and (path.suffix in _TEXTS or name == _MADE_LAST)
                and looked_for.found(path.read_text(encoding="utf-8"))
            ):
                raise HeldError(
                    f"{name} names a person who is not to be shown",
                    where=name,
                    expected="what roster.yaml and schemas/ say without that name",
                    do="correct the title, description or attribution of the roster",
                )

    def _version(self) -> difference.Version:
        about = difference.about(descriptor.about_descriptor(self.roster))
        whole = {name: tablefiles.conform(frame, self.schemas[name]) for name, frame in self._gated[0].items()}
        return difference.Version(whole | self._told(), self.schemas, about, f"{self.as_of}T00:00:00Z")


class Assessed(Protocol):
    """The frames of freshness.Assessment that are published."""

    @property
    def entries(self) -> pl.DataFrame: ...
    @property
    def findings(self) -> pl.DataFrame: ...
    @property
    def people(self) -> pl.DataFrame: ...
    @property
    def organisations(self) -> pl.DataFrame: ...
    @property
    def posts(self) -> pl.DataFrame: ...
    @property
    def appointments(self) -> pl.DataFrame: ...
