"""A case judged and counted: precision, recall and F1 for `out_of_date`, and what lies behind them.

A ratio of nothing to nothing is 1: where nothing is out of date, finding nothing is all there is to find.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from incumbent import lists, names, titles
from incumbent.bench.cases import Case, Frames
from incumbent.organisations import compare_organisations
from incumbent.verdicts import check_list

WRONG = "out_of_date"


def judge(frames: Frames, as_of: str) -> Judged:
    """The verdicts of `incumbent check` on files with these cells, any age of evidence allowed."""
    with tempfile.TemporaryDirectory() as folder:
        roster = Path(folder) / "roster.csv"
        frames.roster.write_csv(roster)
        evidence = [Path(folder) / f"evidence-{number}.csv" for number, _ in enumerate(frames.evidence, start=1)]
        for path, frame in zip(evidence, frames.evidence, strict=True):
            frame.write_csv(path)
        listed = lists.read_list(roster)
        checked = check_list(listed, lists.read_evidence(evidence, roster=listed.stem), as_of)
    return Judged(checked.entries.sort("entry_id"), checked.findings)


def measure(case: Case) -> Measured:
    """The case as it is: figures as labelled and with the contested labels set right, and every entry."""
    judged = judge(case.frames, case.as_of)
    entries = labelled(case, judged).join(_spoken_of(case.frames), on="entry_id", how="left", maintain_order="left")
    reasons = (
        judged.findings.join(case.truth.select("entry_id", label="verdict"), on="entry_id")
        .group_by("reason")
        .agg(findings=pl.len(), on_current=(pl.col("label") == "current").sum())
        .sort("findings", "reason", descending=[True, False])
    )
    return Measured(
        name=case.name,
        as_of=case.as_of,
        as_labelled=score(entries, "label"),
        set_right=score(entries, "right"),
        entries=entries,
        reasons=reasons,
        contested=case.contested,
    )


def labelled(case: Case, judged: Judged) -> pl.DataFrame:
    """entry_id, person, post, organisation, label, right (the label, unless contested), label_holder, verdict,
    reasons, holder, explanation, evidence; sorted by entry_id."""
    right = case.contested.select("entry_id", contested="verdict")
    truth = case.truth.join(right, on="entry_id", how="left").select(
        "entry_id",
        label="verdict",
        right=pl.coalesce("contested", "verdict"),
        label_holder=pl.when(pl.col("holder") != "").then(pl.col("holder")),
    )
    columns = ("person", "post", "organisation")
    answers = ("verdict", "reasons", "holder", "explanation", "evidence")
    return (
        judged.entries.join(truth, on="entry_id")
        .select("entry_id", *columns, "label", "right", "label_holder", *answers)
        .sort("entry_id")
    )


def score(entries: pl.DataFrame, label: str) -> Score:
    """Counts for out_of_date against the column `label`."""
    said, is_so = pl.col("verdict") == WRONG, pl.col(label) == WRONG
    counts = entries.select(hits=(said & is_so).sum(), false_alarms=(said & ~is_so).sum(), missed=(~said & is_so).sum())
    return Score(entries.height, **counts.row(0, named=True))


def total(measured: list[Measured]) -> Measured:
    """All cases as one."""
    entries = pl.concat([one.entries.with_columns(entry_id=pl.format("{} {}", pl.lit(one.name), "entry_id"))
                         for one in measured])  # fmt: skip
    reasons = pl.concat([one.reasons for one in measured]).group_by("reason").sum()
    return Measured(
        name="all",
        as_of="",
        as_labelled=score(entries, "label"),
        set_right=score(entries, "right"),
        entries=entries,
        reasons=reasons.sort("findings", "reason", descending=[True, False]),
        contested=pl.concat([one.contested for one in measured]),
    )


def holders_right(entries: pl.DataFrame) -> tuple[int, int]:
    """Of the entries out of date by their label whose new holder the label knows: how many holders we named, and of
    how many. A holder is right when compare_names calls the two names same or compatible."""
    asked = entries.filter((pl.col("label") == WRONG) & pl.col("label_holder").is_not_null())
    pairs = asked.filter(pl.col("holder").is_not_null()).select(left="label_holder", right="holder")
    compared = names.compare_names(pairs.unique())
    right = pairs.join(compared.filter(pl.col("relation").is_in(["same", "compatible"])), on=["left", "right"])
    return right.height, asked.height


def unverified(entries: pl.DataFrame) -> tuple[int, int]:
    """How many entries are unverified of those that the evidence speaks of, and how many those are."""
    spoken = entries.filter("spoken_of")
    return spoken.filter(pl.col("verdict") == "unverified").height, spoken.height


def confusion(entries: pl.DataFrame, label: str = "label") -> pl.DataFrame:
    """label, verdict, entries: how often each label met each verdict."""
    return entries.group_by(pl.col(label).alias("label"), "verdict").agg(entries=pl.len()).sort("label", "verdict")


def wrong_ones(entries: pl.DataFrame, label: str = "label") -> pl.DataFrame:
    """The entries that were called out_of_date and are not, or are and were not."""
    return entries.filter((pl.col("verdict") == WRONG) != (pl.col(label) == WRONG))


def _spoken_of(frames: Frames) -> pl.DataFrame:
    """entry_id, spoken_of: whether a statement names the entry's person (in full, or short and in the same body) or
    its post. A second opinion, that owes nothing to how the assessment links entries and statements."""
    columns = ("person", "post", "organisation")
    said = pl.concat([frame.select(columns) for frame in frames.evidence]).unique(maintain_order=True)
    said = said.with_columns(pl.when(pl.col(column) != "").then(pl.col(column)) for column in columns)
    entries = frames.roster.select("entry_id", *columns)
    named = _by_person(entries, said)
    held = _by_post(entries, said)
    return entries.select("entry_id", spoken_of=pl.col("entry_id").is_in([*named, *held]))


def _by_person(entries: pl.DataFrame, said: pl.DataFrame) -> list[str]:
    pairs = names.alike_names(entries["person"], said["person"])
    met = (
        entries.join(pairs, left_on="person", right_on="left")
        .join(said, left_on="right", right_on="person", suffix="_said")
        .filter(pl.col("relation").is_in(["same", "compatible"]))
    )
    bodies = met.select(left="organisation", right="organisation_said").drop_nulls().unique(maintain_order=True)
    apart = compare_organisations(bodies).filter(pl.col("relation") == "different")
    elsewhere = met.join(apart, left_on=["organisation", "organisation_said"], right_on=["left", "right"], how="semi")
    short = elsewhere.filter(pl.col("relation") == "compatible")
    kept = met.join(short.select("entry_id", "right"), on=["entry_id", "right"], how="anti")
    return kept["entry_id"].unique().sort().to_list()


def _by_post(entries: pl.DataFrame, said: pl.DataFrame) -> list[str]:
    posts = ["post", "organisation"]
    listed, known = entries.select(posts).unique(maintain_order=True), said.select(posts).unique(maintain_order=True)
    keys = titles.title_blocking_keys(pl.concat([listed, known]).unique(maintain_order=True))
    left = keys.join(listed, on=posts, nulls_equal=True).rename({name: f"left_{name}" for name in posts})
    right = keys.join(known, on=posts, nulls_equal=True).rename({name: f"right_{name}" for name in posts})
    pairs = left.join(right, on="key").drop("key").unique(maintain_order=True)
    same = titles.compare_titles(pairs).filter(pl.col("relation").is_in(["same", "renamed"]))
    met = entries.join(same, left_on=posts, right_on=["left_post", "left_organisation"], how="semi", nulls_equal=True)
    return met["entry_id"].unique().sort().to_list()


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


@dataclass(frozen=True)
class Judged:
    """verdicts.Checked's `entries`, sorted by entry_id, and `findings`."""

    entries: pl.DataFrame
    findings: pl.DataFrame


@dataclass(frozen=True)
class Score:
    """Counts of entries: `hits` are out of date and were called so."""

    entries: int
    hits: int
    false_alarms: int
    missed: int

    @property
    def precision(self) -> float:
        """Of those called out of date, the share that is."""
        return _ratio(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        """Of those out of date, the share that was called so."""
        return _ratio(self.hits, self.hits + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return _ratio(2 * self.hits, 2 * self.hits + self.false_alarms + self.missed)


@dataclass(frozen=True)
class Measured:
    """`entries`: columns of `labelled`, and spoken_of. `reasons`: reason, findings, on_current. `contested`: see
    cases.Case."""

    name: str
    as_of: str
    as_labelled: Score
    set_right: Score
    entries: pl.DataFrame
    reasons: pl.DataFrame
    contested: pl.DataFrame = field(default_factory=pl.DataFrame)
