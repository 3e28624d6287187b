"""Whether an account is really the person's or the office's that a source says it is: evidence, and a score.

Design, section 9: a candidate is published only once an official page links it, it links back, its domain is
governmental, or somebody decided it by hand with evidence. The last has two forms here: a row of curation, and a
publication that puts its name to it: a source whose publisher says in which capacity the account is used (`kind`: role
or official_personal), such as a list of official accounts. That somebody merely lists a handle next to a person, as
Wikidata does, finds an account and proves nothing.
"""

from __future__ import annotations

import polars as pl

#: Evidence that is enough by itself -> how far it is believed. `moved_here`: a verified account says so.
SUFFICIENT = {
    "curated": 0.99,
    "official_page": 0.9,
    "links_back": 0.9,
    "government_domain": 0.9,
    "moved_here": 0.9,
    "publication": 0.7,
}
#: Evidence that adds to the score and is never enough. `links_to_official`: anybody can link to an official page.
HINTS = {"named": 0.2, "links_to_official": 0.2}

#: Hosts that only a government or a parliament is given, by the rules of their registries (for gov.uk:
#: https://www.gov.uk/apply-for-and-manage-a-gov-uk-domain-name; for .gov: https://get.gov/domains/eligibility/).
_GOVERNMENT = (
    r"(^|\.)(gov|mil)$",
    r"(^|\.)(gov|mil|gob|gub|gouv|govt|parliament|mod|police)\.[a-z]{2}$",
    r"(^|\.)(gov\.(scot|wales)|parliament\.scot|senedd\.wales|nhs\.uk|gc\.ca|canada\.ca|europa\.eu|bund\.de|admin\.ch)$",
)
#: Platforms whose handles hold a domain that their owner controls -> where in the handle it is.
_DOMAINS = {"bluesky": r"^(.+)$", "mastodon": r"@([^@:]+)(?::[0-9]+)?$"}
_PAIR = ["person_id", "platform", "folded"]


def verified(
    pairs: pl.DataFrame, claims: pl.DataFrame, observations: pl.DataFrame, decisions: pl.DataFrame
) -> pl.DataFrame:
    """`pairs` with `verified_by` (evidence, ;-separated; null for none that is enough) and `score` (0 to 1).

    `pairs`: person_id, platform, folded (the handle in lower case), bound_id (the account's immutable id, or null), and
    `moved_here`. `claims`: account claims with person_id and folded. `observations`: claims.OBSERVATIONS with folded;
    only those of the very account count. `decisions`: platform, folded, platform_id, decision (accept | reject): a
    rejected candidate is left out; with a platform_id only where the handle was that account.
    """
    ids = pairs.select(*_PAIR, platform_id="bound_id").unique()
    own = observations.drop("folded").join(ids, on=["platform", "platform_id"])
    rejected = decisions.filter(decision="reject").select("platform", "folded", "platform_id")
    ids_alike = pl.col("platform_id").is_null() | (pl.col("platform_id") == pl.col("bound_id")).fill_null(False)
    accepted = decisions.filter(decision="accept").select("platform", "folded")
    turned_down = pairs.join(rejected, on=["platform", "folded"]).filter(ids_alike)
    rest = pairs.join(turned_down, on=_PAIR, how="anti")
    pages = claims.select(*_PAIR, page=_page("source_url")).drop_nulls().unique()
    back = _addresses(own, "verified_links")
    found = pl.concat(
        [
            _found("curated", rest.join(accepted, on=["platform", "folded"], how="semi")),
            _found("official_page", claims.filter(is_government(_host("source_url")))),
            _found("links_back", back.filter(is_government(_host("address")))),
            _found("links_back", back.join(pages, on=[*_PAIR, "page"], how="semi")),
            _found("government_domain", rest.filter(is_government(_handle_host()))),
            _found("moved_here", rest.filter("moved_here")),
            _found("publication", claims.filter(_is_stated_by_a_publication())),
            _found("named", claims),
            _found("links_to_official", _addresses(own, "links").filter(is_government(_host("address")))),
        ]
    ).unique()
    weights = {**SUFFICIENT, **HINTS}
    doubt = 1 - pl.col("evidence").replace_strict(weights, return_dtype=pl.Float64)
    summed = (
        found.sort("evidence")
        .group_by(_PAIR)
        .agg(
            pl.col("evidence").filter(pl.col("evidence").is_in(list(SUFFICIENT))).str.join(";").alias("verified_by"),
            (1 - doubt.product()).round(4).alias("score"),
        )
        .with_columns(pl.col("verified_by").replace("", None))
    )
    return rest.join(summed, on=_PAIR, how="left").with_columns(pl.col("score").fill_null(0.0))


def is_government(host: pl.Expr) -> pl.Expr:
    """Whether a host is one that only a government or a parliament is given; null for null."""
    return pl.any_horizontal(host.str.contains(pattern) for pattern in _GOVERNMENT)


def _is_stated_by_a_publication() -> pl.Expr:
    in_office = pl.col("kind").is_in(["role", "official_personal"])
    return pl.col("publisher").is_not_null() & in_office.fill_null(False)


def _found(evidence: str, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(*_PAIR, pl.lit(evidence).alias("evidence"))


def _addresses(observations: pl.DataFrame, column: str) -> pl.DataFrame:
    """One row per address of a ;-separated column, with `page`: how two addresses of one page agree."""
    apart = observations.select(*_PAIR, address=pl.col(column).str.split(";")).explode("address").drop_nulls("address")
    return apart.with_columns(page=_page("address"))


def _host(column: str) -> pl.Expr:
    return pl.col(column).str.extract(r"^https?://(?:[^/@]*@)?([^/:?#]+)").str.to_lowercase()


def _page(column: str) -> pl.Expr:
    """An address without what two writings of it may differ in: scheme, www., a slash at the end, case of the host."""
    bare = pl.col(column).str.replace(r"^https?://(www\.)?", "").str.strip_suffix("/")
    return bare.str.extract(r"^([^/?#]*)").str.to_lowercase() + bare.str.replace(r"^[^/?#]*", "")


def _handle_host() -> pl.Expr:
    host = pl.lit(None, pl.String)
    for platform, pattern in _DOMAINS.items():
        host = pl.when(pl.col("platform") == platform).then(pl.col("folded").str.extract(pattern)).otherwise(host)
    return host
