"""Seats of the United States Congress, which publishers word in a dozen ways.

`Senator for OH, class 1` · `U.S. Senator from Ohio` · `Representative for TX district 9` · `Rep. (OH-9)` ·
`Member for Ohio's 9th Congressional District` · `Delegate for DC` · `Representative for AK, at large`.
Rule: a seat is its chamber, its state and its class or district; a state that has one seat needs no number
(data/titles/us_states.csv).
"""

from __future__ import annotations

from functools import cache

import polars as pl

from incumbent.organisations import folding

_SENATOR = r"\bsen(?:ator)?s?\b"
_REPRESENTATIVE = (
    r"\b(?:rep(?:resentative)?s?|congress ?(?:man|woman|person|member)|member of congress|delegate"
    r"|resident commissioner)\b"
)
_MEMBER = r"\b(?:member|mc)\b"
_STATE_LEVEL = r"\b(?:state|assembly|legislat\w+|general court|council|city|county)\b"
_CLASSES = {"1": "1", "2": "2", "3": "3", "i": "1", "ii": "2", "iii": "3"}
_UNITS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_TEENS = ("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth")  # fmt: skip  # noqa: E501
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_WHOLE_TENS = {"twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50}


def congress_seats(titles: pl.DataFrame) -> pl.DataFrame:
    """Those of `titles` (row, text folded, country, chamber) that are seats: row, senator, area.

    `country` is that of the organisation where stated; `chamber` is `senate`, `house` or null. `area` is the list
    [state] or [state, "class N"] or [state, "district N"], at large being district 0.
    """
    states = _states()
    names = sorted(states, key=lambda name: (-len(name), name))
    codes = sorted({code for code, _ in states.values()})
    text = pl.col("text")
    named = text.str.extract(rf"\b({'|'.join(names)})s?\b", 1)
    # Two letters are a state only where a state is expected: `in`, `or`, `me` are words.
    coded = pl.coalesce(
        text.str.extract(
            rf"(?:for|from|of|the|in|senator|sen|representative|rep|delegate|member|congress\w*|;) ({'|'.join(codes)})"
            r"(?:s? (?:;|at large|al$|district|class|[0-9]|congress)|s?$)",
            1,
        ),
        text.str.extract(rf"^({'|'.join(codes)})s? (?:senator|representative|delegate|district|at large|;|[0-9])", 1),
    )
    seats = (
        titles.filter(pl.col("country").fill_null("us").eq("us"))
        .with_columns(text=folding.replace_phrases(titles_text(titles), _ordinals()))
        .filter(~text.str.contains(_STATE_LEVEL) | text.str.contains(r"united states"))
        .with_columns(
            senator=text.str.contains(_SENATOR) | (text.str.contains(_MEMBER) & (pl.col("chamber") == "senate")),
            house=text.str.contains(_REPRESENTATIVE)
            | (text.str.contains(_MEMBER) & (text.str.contains(r"\bdistrict\b") | pl.col("chamber").is_not_null())),
        )
        .filter(pl.col("senator").fill_null(value=False) | pl.col("house").fill_null(value=False))
        .with_columns(
            code=pl.coalesce(
                named.replace_strict({name: code for name, (code, _) in states.items()}, default=None), coded
            )
        )
        .drop_nulls("code")
    )
    large = {code: at_large for code, at_large in states.values()}
    district = pl.coalesce(
        text.str.extract(r"\bdistrict (?:; )?(?:no |number )?0*([0-9]{1,2})\b", 1),
        text.str.extract(r"\b0*([0-9]{1,2})(?:st|nd|rd|th)? (?:u ?s )?(?:congressional )?district\b", 1),
        text.str.extract(r"\b[a-z]{2} (?:; )?0*([0-9]{1,2})(?:st|nd|rd|th)?\b", 1),
        pl.when(text.str.contains(r"\bat large\b|\bal\b$")).then(pl.lit("0")),
    )
    only = pl.col("code").replace_strict(large, return_dtype=pl.Boolean)
    number = (
        pl.when(only & (district.is_null() | district.is_in(["0", "1", "98", ""])))
        .then(pl.lit("0"))
        .otherwise(district)
    )
    group = text.str.extract(r"\bclass (?:; )?([123]|i{1,3})\b", 1).replace_strict(_CLASSES, default=None)
    detail = (
        pl.when(pl.col("senator"))
        .then(pl.format("class {}", group))
        .otherwise(pl.format("district {}", number.replace("", "0")))
    )
    return seats.select(
        "row",
        pl.col("senator").fill_null(value=False),
        area=pl.concat_list(pl.format("us {}", "code"), detail).list.drop_nulls(),
    )


def titles_text(titles: pl.DataFrame) -> pl.Series:
    """The text of the titles whose organisation may be American, in step with the first filter of congress_seats."""
    return titles.filter(pl.col("country").fill_null("us").eq("us"))["text"]


@cache
def _states() -> dict[str, tuple[str, bool]]:
    return {row["name"]: (row["code"], row["at_large"] == "true") for row in folding.rows("titles/us_states")}


@cache
def _ordinals() -> dict[str, str]:
    table = {word: str(number) for number, word in enumerate((*_UNITS, *_TEENS), start=1)} | {
        word: str(number) for word, number in _WHOLE_TENS.items()
    }
    for tens, number in _TENS.items():
        table |= {f"{tens} {unit}": str(number + step) for step, unit in enumerate(_UNITS, start=1)}
    return table
