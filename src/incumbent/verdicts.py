"""`incumbent check`: anybody's list against anybody's evidence, and the answer in the list's own order and ids."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from incumbent.freshness import Policy, assess
from incumbent.lists import Evidence, Reading

#: Columns of the answer, one row per entry of the list (design, section 11).
ENTRY_COLUMNS = (
    "entry_id", "person", "post", "organisation", "verdict", "reasons", "holder",
    "since_earliest", "since_latest", "confidence", "explanation", "evidence",
)  # fmt: skip
#: Columns of the findings in the answer; `entry_id` is null for an entry that the list lacks.
FINDING_COLUMNS = (
    "finding_id", "entry_id", "reason", "explanation", "holder", "since_earliest", "since_latest",
    "days_out_of_date", "confidence", "evidence",
)  # fmt: skip
#: Worst first: the order in which people are shown the verdicts.
VERDICTS = ("out_of_date", "disputed", "leaving", "unverified", "current")


def check_list(listed: Reading, evidence: Evidence, as_of: str, max_age_days: int | None = None) -> Checked:
    """Every entry's verdict, with references to the evidence in place of claim ids.

    `max_age_days`: how old evidence may be to make an entry `current`; None: any age, for a user's evidence is as old
    as it is.
    """
    claims = pl.concat([listed.claims, evidence.claims])
    assessment = assess(claims, as_of, Policy(max_age_days=max_age_days), with_identities=False)
    own = _own_ids(listed)
    entries = _with_references(assessment.entries.rename({"entry_id": "assessed_id"}), claims, "assessed_id")
    entries = own.join(entries, on="claim_id", how="left", maintain_order="left")
    ids = entries.select("assessed_id", "entry_id")
    findings = _with_references(assessment.findings, claims, "finding_id").rename({"entry_id": "assessed_id"})
    findings = findings.join(ids, on="assessed_id", how="left", maintain_order="left")
    findings = findings.with_columns(at=pl.col("entry_id").replace_strict(
        own.get_column("entry_id"), pl.int_range(own.height, eager=True), default=None, return_dtype=pl.Int64
    )).sort("at", "finding_id", nulls_last=True)  # fmt: skip
    is_missing = pl.col("reason") == "missing_entry"
    return Checked(
        entries=entries.rename(
            {"listed_person": "person", "listed_post": "post", "listed_organisation": "organisation"}
        ).select(ENTRY_COLUMNS),
        findings=findings.filter(~is_missing).select(FINDING_COLUMNS),
        missing=findings.filter(is_missing).select(FINDING_COLUMNS),
        as_of=as_of,
    )


def references(claims: pl.DataFrame) -> pl.DataFrame:
    """`claim_id, said_on, reference`: each claim as a reader would cite it: `source (address, date)`, without a `;`."""
    said_on = pl.coalesce("stated_at", "as_at", "start", "seen_at")
    inside = pl.concat_str(["source_url", said_on], separator=", ", ignore_nulls=True)
    cited = pl.when(inside != "").then(pl.format("{} ({})", "source", inside)).otherwise(pl.col("source"))
    return claims.select(
        "claim_id", said_on.alias("said_on"), cited.str.replace_all(";", "%3B", literal=True).alias("reference")
    )


def _own_ids(listed: Reading) -> pl.DataFrame:
    """`claim_id, entry_id` in the list's order."""
    if listed.entries is None:
        raise ValueError("evidence was given where a list is checked")
    return listed.entries.select("claim_id", "entry_id")


def _with_references(frame: pl.DataFrame, claims: pl.DataFrame, key: str) -> pl.DataFrame:
    """`frame` with claim ids in `evidence` turned into references, each once, by date; null where there is none."""
    cited = (
        frame.select(key, claim_id=pl.col("evidence").str.split(";"))
        .explode("claim_id")
        .join(references(claims), on="claim_id")
        .unique([key, "reference"])
        .sort(key, "said_on", "reference")
        .group_by(key, maintain_order=True)
        .agg(evidence=pl.col("reference").str.join(";"))
    )
    return frame.drop("evidence").join(cited, on=key, how="left", maintain_order="left")


@dataclass(frozen=True)
class Checked:
    """`entries`: ENTRY_COLUMNS, one row per entry, in the list's order. `findings`, `missing`: FINDING_COLUMNS; the
    second are holders whom the evidence names and the list lacks."""

    entries: pl.DataFrame
    findings: pl.DataFrame
    missing: pl.DataFrame
    as_of: str

    def worst_first(self) -> pl.DataFrame:
        """The entries to look at: all but the current and the unverified ones, by verdict, then in the list's order."""
        order = pl.col("verdict").replace_strict(VERDICTS, range(len(VERDICTS)), return_dtype=pl.Int8)
        return self.entries.filter(pl.col("verdict").is_in(VERDICTS[:3])).sort(order, maintain_order=True)

    def counts(self, column: str) -> dict[str, int]:
        """How many entries have each value of `verdict`, or each of the `;`-separated values of `reasons`."""
        values = self.entries.get_column(column).drop_nulls().str.split(";").explode(empty_as_null=True).drop_nulls()
        counted = values.filter(values != "").value_counts()
        return dict(sorted(counted.rows(), key=lambda row: (-row[1], row[0])))
