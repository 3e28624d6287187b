"""`incumbent parse`: one saved response through an adapter, to see the claims that it gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from incumbent import output
from incumbent.commands import options
from incumbent.errors import InputError

if TYPE_CHECKING:
    import polars as pl

#: What a person wants to see of a claim; csv and json have every column.
_SHOWN = ("locator", "person", "post", "organisation", "event", "start", "end", "as_at", "acting", "stated_at")
_SHOWN_ACCOUNTS = ("locator", "person", "platform", "handle", "kind", "state", "posts", "last_post", "stated_at")


@click.command()
@click.argument("adapter")
@click.argument("file")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting, as in roster.yaml.")
@click.option("--format", "format_", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--accounts", is_flag=True, help="The claims about accounts in place of those about posts.")
@click.option("--output", "output_file", metavar="FILE", help="Write the answer here, whole or not at all.")
@options.as_json
@options.quiet
def parse(
    adapter: str,
    file: str,
    settings: Sequence[str],
    format_: str,
    accounts: bool,
    output_file: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """The claims that ADAPTER reads from FILE, one saved response."""
    from incumbent import sources

    parsed = sources.parse_file(adapter, file, dict(_setting(setting) for setting in settings))
    claims = _by_place(parsed.account_claims if accounts else parsed.claims)
    format_ = "json" if as_json else format_
    if format_ == "table":
        shown = _SHOWN_ACCOUNTS if accounts else _SHOWN
        output.deliver(output.table_text(shown, claims.select(shown).rows()), output_file)
    else:
        output.deliver(output.frame_text(claims, format_), output_file)
    kinds = f"{parsed.claims.height} claims, {parsed.account_claims.height} account claims"
    output.Progress(quiet=quiet).say(kinds)


def _by_place(claims: pl.DataFrame) -> pl.DataFrame:
    """Claims in the order of the file, not of their hashes: by the first number of the locator, then its text."""
    import polars as pl

    number = pl.col("locator").str.extract(r"(\d+)").cast(pl.Int64, strict=False)
    return claims.sort(number, "locator", "claim_id", nulls_last=True)


def _setting(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise InputError(f"{text!r} is no setting", where="--set", expected="KEY=VALUE", do="write --set selector=li")
    return key.strip(), value
