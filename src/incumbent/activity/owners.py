"""Whose account a claim is about: the person on the list whom its identifiers, its name and its organisation mean."""

from __future__ import annotations

import polars as pl

from incumbent.errors import SourceError
from incumbent.names import alike_names
from incumbent.organisations import compare_organisations


def with_owners(claims: pl.DataFrame, people: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """The claims about people on the list, with `person_id`.

    An identifier that a listed person has (`people.identifiers`) decides. Without one, the same full name is enough
    when one listed person has it; a name that is less than that (initials, a typo), and one that two listed people
    have, needs the organisation to agree. A person with another identifier of the same scheme is somebody else.
    Raises SourceError where the claim's owner could be two people of the list.
    """
    listed = entries.filter(pl.col("person_id").is_not_null())
    by_id, contradicted = _by_identifier(claims, people, listed)
    rest = claims.join(by_id, on="claim_id", how="anti")
    by_name = _by_name(rest, people, listed, contradicted)
    found = pl.concat([by_id, by_name])
    _refuse_two_owners(claims, found)
    return claims.join(found, on="claim_id")


def _by_identifier(
    claims: pl.DataFrame, people: pl.DataFrame, listed: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`claim_id, person_id` of those who share an identifier; and of those whom one of the same scheme sets apart."""
    if "identifiers" not in people.columns:
        nobody = pl.DataFrame(schema={"claim_id": pl.String, "person_id": pl.String})
        return nobody, nobody
    ours = _identifiers(claims.select("claim_id", ids="person_ids"))
    theirs = _identifiers(
        people.join(listed.select("person_id").unique(), on="person_id").select("person_id", ids="identifiers")
    )
    pairs = (
        ours.join(theirs, on="scheme")
        .group_by("claim_id", "person_id")
        .agg(same=(pl.col("id") == pl.col("id_right")).any())
    )
    return (
        pairs.filter("same").select("claim_id", "person_id").sort("claim_id", "person_id"),
        pairs.filter(~pl.col("same")).select("claim_id", "person_id"),
    )


def _identifiers(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per identifier, with its scheme: the part before the first colon."""
    apart = rows.drop_nulls("ids").with_columns(id=pl.col("ids").str.split(";")).explode("id").drop("ids")
    return apart.with_columns(pl.col("id").str.strip_chars()).with_columns(
        scheme=pl.col("id").str.splitn(":", 2).struct.field("field_0")
    )


def _by_name(
    claims: pl.DataFrame, people: pl.DataFrame, listed: pl.DataFrame, contradicted: pl.DataFrame
) -> pl.DataFrame:
    """`claim_id, person_id` of those whom name and organisation mean; several of a claim where they are as likely."""
    names = pl.concat(
        [
            listed.select("person_id", name="listed_person"),
            people.select("person_id", "name"),
            people.select("person_id", name=pl.col("other_names").str.split(";")).explode("name"),
        ]
    )
    names = names.filter(
        pl.col("name").is_not_null(), pl.col("person_id").is_in(listed.get_column("person_id").to_list())
    )
    pairs = alike_names(claims.get_column("person"), names.get_column("name"))
    candidates = (
        claims.select("claim_id", "source", "locator", "person", "organisation")
        .join(pairs, left_on="person", right_on="left")
        .join(names.unique(), left_on="right", right_on="name")
        .join(listed.select("person_id", "listed_organisation").unique(), on="person_id")
        .join(contradicted, on=["claim_id", "person_id"], how="anti")
    )
    bodies = candidates.select(left="organisation", right="listed_organisation").drop_nulls().unique()
    relations = compare_organisations(bodies).filter(pl.col("relation") != "different").select("left", "right")
    candidates = candidates.join(
        relations.with_columns(agrees=pl.lit(True)),
        left_on=["organisation", "listed_organisation"],
        right_on=["left", "right"],
        how="left",
    ).with_columns(pl.col("agrees").fill_null(False))
    ranked = candidates.group_by("claim_id", "source", "locator", "person", "person_id").agg(
        rank=(2 * pl.col("agrees") + (pl.col("relation") == "same")).max()
    )
    best = ranked.filter(pl.col("rank") > 0).filter(pl.col("rank") == pl.col("rank").max().over("claim_id"))
    return best.select("claim_id", "person_id")


def _refuse_two_owners(claims: pl.DataFrame, found: pl.DataFrame) -> None:
    unclear = (
        found.filter(pl.len().over("claim_id") > 1)
        .join(claims.select("claim_id", "source", "locator", "person"), on="claim_id")
        .sort("claim_id", "person_id")
    )
    if not unclear.is_empty():
        row = unclear.row(0, named=True)
        could_be = unclear.filter(claim_id=row["claim_id"]).get_column("person_id").to_list()
        raise SourceError(
            "an account's owner could be two people of the list: " + ", ".join(could_be),
            source=row["source"],
            locator=row["locator"] or "",
            value=row["person"],
            expected="an organisation that tells them apart",
        )
