"""Names of organisations -> the body each one means."""

from __future__ import annotations

import polars as pl

from incumbent.organisations import folding
from incumbent.organisations.registry import core_of, registry

#: Years that a list adds to a name: (2009-16), (pre-2020), (until May 2010), [to 2018].
_YEARS = r"(?i)[(\[]\s*(?:(?:pre|post|until|since|from|to|before|after|up to|now|est)\b)?[^()\[\]0-9]{0,12}[0-9]{4}\s*(?:[-–—/to]+\s*(?:[0-9]{2,4}|present|date)?)?\s*[)\]]"  # noqa: E501

#: Where a name may hold two names of a body, or a body and its parent; in the order in which they are tried.
_BRACKETED = r"[(\[]([^()\[\]]*)[)\]]"

_SHAPE = ("key", "display", "country", "core", "stated")


def parse_organisations(names: pl.Series) -> pl.DataFrame:
    """One row per distinct non-null name, sorted: name, key, display, country, core, stated.

    `key` is canonical: the folded full name of a known body ("department for transport"), else the name's
    distinctive words, with the country where the name gives one. `display` is the full name for a known body, else
    the name as given, tidied. `country` is a code of data/organisations/countries.csv or null; `stated` is false
    where it is only the likeliest one (Senate, Department of Health). `core` is what the name says without its
    country and kind. A name with nothing to compare has the key "".
    """
    distinct = names.cast(pl.String).drop_nulls().unique().sort().rename("name")
    frame = pl.DataFrame({"name": distinct}).with_row_index("row")
    readings = _readings(frame)
    whole = readings.filter(pl.col("order") == 0)
    found = [_known(readings, order_from=0, order_to=0), _of_country(whole), _by_core(whole)]
    found += [_known(readings, order_from=1, order_to=99), _with_typo(readings)]
    resolved = pl.concat(found).unique("row", keep="first", maintain_order=True)
    rest = _unknown(whole.join(resolved, on="row", how="anti"))
    return (
        frame.join(pl.concat([resolved, rest]), on="row", how="left", validate="1:1")
        .with_columns(
            display=pl.coalesce(
                "display",
                pl.col("name").str.replace_all(_YEARS, " ").str.slice(0, folding.LONGEST)
                .str.replace_all(r"[\s\pC]+", " ").str.strip_chars(" "),
            )
        )
        .select("name", *_SHAPE)
        .sort("name")
    )  # fmt: skip


def _readings(frame: pl.DataFrame) -> pl.DataFrame:
    """row, order, text (folded), norm: the whole name, without its brackets, the parts at slashes, the brackets', the parts at commas."""  # noqa: E501
    clean = pl.col("name").str.slice(0, folding.LONGEST).str.replace_all(_YEARS, " ")
    outside = clean.str.replace_all(_BRACKETED, " ")
    several = pl.concat_list(
        pl.concat_list(clean, outside),
        clean.str.split("/").list.head(4),
        clean.str.extract_all(_BRACKETED).list.head(4),
        outside.str.replace_all(r"\s[-–—]+\s", ",").str.split(",").list.head(4),
    )
    exploded = frame.select("row", several.alias("text")).explode("text")
    exploded = exploded.with_columns(
        text=folding.spelt_out(folding.fold(exploded["text"])), order=pl.int_range(pl.len()).over("row")
    ).with_columns(norm=folding.stems(pl.col("text")).list.join(" "))
    return exploded.filter((pl.col("order") == 0) | (pl.col("norm") != "")).unique(
        ["row", "norm"], keep="first", maintain_order=True
    )


def _known(readings: pl.DataFrame, *, order_from: int, order_to: int) -> pl.DataFrame:
    """Readings that are a known name."""
    return (
        readings.filter(pl.col("order").is_between(order_from, order_to))
        .join(registry().names, on="norm", how="inner")
        .sort("row", "order")
        .unique("row", keep="first", maintain_order=True)
        .select("row", *_SHAPE)
    )


def _of_country(whole: pl.DataFrame) -> pl.DataFrame:
    """Names of a country's own body: "Irish Department of Health", "Department of Justice (Northern Ireland)".

    Only where the rest is a kind of national body; "Scottish Water" keeps its country as a word.
    """
    known = registry()
    states = [word for word, code in known.countries.items() if code != "england"]  # England has no bodies of its own
    words = sorted(states, key=lambda word: (-len(word), word))
    pattern = rf"\b({'|'.join(words)})\b"
    named = (
        whole.with_columns(word=pl.col("text").str.extract(pattern, 1))
        .drop_nulls("word")
        .with_columns(
            country=pl.col("word").replace_strict(known.countries, return_dtype=pl.String),
            rest=pl.col("text").str.replace(pattern, " "),
        )
    )
    named = named.with_columns(
        core=core_of(named["rest"]), rest_norm=folding.stems(pl.col("rest")).list.join(" ")
    )  # an own body of that country first; else the kind of body that the rest names, of that country
    own = named.join(known.cores, on=["core", "country"], how="left").with_columns(stated=pl.lit(value=True))
    national = pl.col("rest").str.contains(r"\b(?:department|ministry)\b") | pl.col("core").is_in(
        known.cores["core"].implode()
    )
    return own.filter((national | pl.col("key").is_not_null()) & (pl.col("core") != "")).select(
        "row",
        pl.coalesce("key", pl.format("{} ({})", "core", "country")).alias("key"),
        "display", "country", "core", "stated",
    )  # fmt: skip


def _by_core(whole: pl.DataFrame) -> pl.DataFrame:
    """Names that differ from a known body's only in the word for ministry: "Defence Ministry", "Transport"."""
    first = registry().cores.unique("core", keep="first", maintain_order=True)
    return (
        whole.with_columns(core=core_of(whole["text"]))
        .join(first, on="core", how="inner")
        .with_columns(pl.lit(None, pl.String).alias("display"), pl.lit(value=False).alias("stated"))
        .select("row", *_SHAPE)
    )


def _with_typo(readings: pl.DataFrame) -> pl.DataFrame:
    """Names that one typing error, in a word that is not known, tells apart from a known name."""
    known = registry()
    candidates = (
        readings.filter((pl.col("order") <= 1) & (pl.col("norm").str.len_chars() <= 200) & (pl.col("norm") != ""))
        .with_columns(near=folding.near_keys(pl.col("norm").str.split(" ")))
        .explode("near")
        .join(known.near, on="near", how="inner", suffix="_known")
        .unique(["row", "key"], keep="first", maintain_order=True)
        .select(
            "row", *_SHAPE,
            ours=pl.col("norm").str.split(" ").list.set_difference(pl.col("norm_known").str.split(" ")),
            theirs=pl.col("norm_known").str.split(" ").list.set_difference(pl.col("norm").str.split(" ")),
        )
        .filter((pl.col("ours").list.len() == 1) & (pl.col("theirs").list.len() == 1))
        .sort("row", "key")
    )  # fmt: skip
    words = zip(candidates["ours"].list.first(), candidates["theirs"].list.first(), strict=True)
    wrong = [folding.is_typo(ours, theirs, known.vocabulary) for ours, theirs in words]
    # Two known names one letter away from an unknown one: which of them is meant cannot be told.
    return (
        candidates.filter(pl.Series(wrong, dtype=pl.Boolean))
        .filter(pl.col("key").n_unique().over("row") == 1)
        .select("row", *_SHAPE)
    )


def _unknown(whole: pl.DataFrame) -> pl.DataFrame:
    return whole.with_columns(core=core_of(whole["text"])).select(
        "row",
        pl.col("core").alias("key"),
        pl.lit(None, pl.String).alias("display"),
        pl.lit(None, pl.String).alias("country"),
        "core",
        pl.lit(value=False).alias("stated"),
    )
