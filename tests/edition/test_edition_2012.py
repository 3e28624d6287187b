"""The 2012 edition against a table made by hand: every one of its 38 entries, at both releases.

`edition_<day>.csv` has one line per entry: the verdict, the reasons that must be there and those that may, who holds
the post, since when (`since_from`: the last day on which a source still had the person there; `since_latest`: the days
by which the facts allow to call the entry wrong), the account, the facts it rests on
(`publisher|person|event|date`, `*` for any row of that publisher's organogram) and why, in words.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import roster, sources
from incumbent.archive import Archive
from tests.edition.runs import JUNE, OCTOBER, SLUG, Edition
from tests.test_cli import run

__all__ = ["run"]

DAYS = (JUNE, OCTOBER)
#: An entry is current by evidence of at most this age (roster.yaml, policy.max_age_days).
ALLOWED_AGE = dt.timedelta(days=200)
#: Reasons that say nothing of a day: the spelling is wrong for as long as the list has it.
TIMELESS = {"name_misspelt", "title_changed"}
FORETOLD = {"announced_departure", "announced_successor"}


def hand_checked(as_of: str) -> list[dict[str, str]]:
    path = Path(__file__).with_name(f"edition_{as_of.replace('-', '_')}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def several(cell: str | None) -> set[str]:
    return {part for part in (cell or "").split(";") if part}


BY_HAND = {(as_of, row["entry"]): row for as_of in DAYS for row in hand_checked(as_of)}
EVERY_ENTRY = pytest.mark.parametrize(("as_of", "person"), sorted(BY_HAND), ids=lambda value: str(value))


@cache
def known(as_of: str) -> dict[str, dict[str, Any]]:
    """Claims and account claims that were known by `as_of`, by id, read from the archive."""
    loaded = roster.load(SLUG)
    reading = sources.read_roster_claims(loaded, Archive(loaded.folder / "archive"), as_of)
    frames = (reading.claims, reading.account_claims)
    return {row["claim_id"]: row for frame in frames for row in frame.iter_rows(named=True)}


def fact_of(claim: dict[str, Any]) -> str:
    date = next(claim[name] for name in ("start", "end", "as_at", "stated_at") if claim[name])
    return f"{claim['publisher']}|{claim['person']}|{claim['event']}|{date}"


def any_row(fact: str) -> str:
    publisher, _, event, date = fact.split("|")
    return f"{publisher}|*|{event}|{date}"


@cache
def told(as_of: str) -> set[str]:
    """Every fact of the evidence known by then, as the tables write it."""
    facts = {fact_of(claim) for claim in known(as_of).values() if claim.get("role") == "evidence"}
    return facts | {any_row(fact) for fact in facts}


def facts(row: dict[str, str]) -> set[str]:
    return {fact for fact in row["facts"].split("; ") if fact}


def table(edition: Edition, as_of: str, name: str) -> list[dict[str, Any]]:
    return pl.read_parquet(edition.folder(as_of) / f"{name}.parquet").to_dicts()


def entry(edition: Edition, as_of: str, person: str) -> dict[str, Any]:
    (found,) = (row for row in table(edition, as_of, "roster") if row["listed_person"] == person)
    return found


def findings(edition: Edition, as_of: str, person: str) -> dict[str, dict[str, Any]]:
    entry_id = entry(edition, as_of, person)["entry_id"]
    return {row["reason"]: row for row in table(edition, as_of, "findings") if row["entry_id"] == entry_id}


@pytest.mark.parametrize("as_of", DAYS)
def test_the_table_made_by_hand_has_the_38_listed_each_with_its_why(as_of: str) -> None:
    listed = {claim["person"] for claim in known(as_of).values() if claim.get("role") == "roster"}
    rows = hand_checked(as_of)
    assert len(rows) == 38
    assert {row["entry"] for row in rows} == listed
    for row in rows:
        assert re.fullmatch(r".{20,}\.", row["why"]), row["entry"]
        # Nothing is called wrong, leaving or right without a fact; and no fact was made up or came later.
        assert bool(facts(row)) or row["verdict"] == "unverified", row["entry"]
        assert facts(row) <= told(as_of), (row["entry"], facts(row) - told(as_of))


@EVERY_ENTRY
def test_the_verdict_made_by_hand_keeps_the_rule_of_200_days(as_of: str, person: str) -> None:
    row = BY_HAND[as_of, person]
    if row["verdict"] in ("current", "unverified"):
        recent = dt.date.fromisoformat(as_of) - ALLOWED_AGE
        dates = [f"{fact.split('|')[3]}-31"[:10] for fact in facts(row)]
        assert any(dt.date.fromisoformat(date) >= recent for date in dates) is (row["verdict"] == "current")


@EVERY_ENTRY
def test_verdict_reasons_and_holder_are_those_found_by_hand(edition: Edition, as_of: str, person: str) -> None:
    expected, found = BY_HAND[as_of, person], entry(edition, as_of, person)
    assert found["verdict"] == expected["verdict"], expected["why"]
    reasons = several(found["reasons"])
    assert several(expected["reasons"]) <= reasons <= several(expected["reasons"]) | several(expected["may"])
    assert reasons == set(findings(edition, as_of, person))
    assert (found["holder"] or "") in (several(expected["holder"]) or {""}), expected["why"]


@EVERY_ENTRY
def test_since_when_is_as_the_facts_allow(edition: Edition, as_of: str, person: str) -> None:
    expected, found = BY_HAND[as_of, person], entry(edition, as_of, person)
    since = (found["since_earliest"], found["since_latest"])
    if expected["verdict"] != "out_of_date":
        assert (*since, found["days_out_of_date"]) == (None, None, None)
        return
    assert dt.date.fromisoformat(expected["since_from"]) <= since[0] <= since[1]
    assert since[1].isoformat() in several(expected["since_latest"])
    assert found["days_out_of_date"] == (dt.date.fromisoformat(as_of) - since[1]).days


@EVERY_ENTRY
def test_nothing_is_said_but_on_the_facts_named(edition: Edition, as_of: str, person: str) -> None:
    """Nobody is accused on anything else than the facts that a person has looked at, each known by that day."""
    allowed = facts(BY_HAND[as_of, person])
    cited = [entry(edition, as_of, person), *findings(edition, as_of, person).values()]
    for claim_id in set().union(*(several(row["evidence"]) for row in cited)):
        claim = known(as_of)[claim_id]
        assert claim["stated_at"] <= as_of
        assert {fact_of(claim), any_row(fact_of(claim))} & allowed, fact_of(claim)


@EVERY_ENTRY
def test_the_account_is_as_the_post_of_june_told(edition: Edition, as_of: str, person: str) -> None:
    expected, found = BY_HAND[as_of, person], entry(edition, as_of, person)
    assert found["account_state"] == expected["account_state"]
    assert found["accounts"] == (f"x:{expected['handle']}" if expected["handle"] else None)


def test_the_six_accounts(edition: Edition) -> None:
    for as_of in DAYS:
        rows = {row["handle"]: row for row in table(edition, as_of, "accounts")}
        assert {handle: (row["platform"], row["state"], row["posts"]) for handle, row in rows.items()} == {
            "sirbobkerslake": ("x", "active", None),
            "ianwatmore": ("x", "active", None),
            "DFID_Mark": ("x", "active", 2),
            "uksciencechief": ("x", "active", None),
            "D_Hartnett_HMRC": ("x", "never_posted", 0),
            "urs18": ("x", "protected", 13),
        }
        assert rows["uksciencechief"]["kind"] == "role"
        assert {str(row["checked_at"]) for row in rows.values()} == {JUNE}


@pytest.mark.parametrize(("as_of", "wrong"), [(JUNE, 8), (OCTOBER, 12)])
def test_the_headlines(edition: Edition, as_of: str, wrong: int) -> None:
    measures = {row["measure"]: (row["value"], row["of"]) for row in table(edition, as_of, "headlines")}
    assert measures["entries"][0] == 38
    assert measures["with_account"] == (6, 38)
    assert measures["out_of_date"] == (wrong, 38)
    assert sum(measures[name][0] for name in ("current", "unverified", "out_of_date", "leaving", "disputed")) == 38
    report = {JUNE: edition.june_report, OCTOBER: edition.october_report}[as_of]
    assert (report["with_account"], report["of"], report["verdicts"]["out_of_date"]) == (6, 38, wrong)


# The nine corrections of the post of 28 June 2012, in its order.


def test_correction_1_cunliffe_went_to_the_european_union(edition: Edition) -> None:
    moved = findings(edition, JUNE, "Sir Jon Cuncliffe")["moved"]
    assert "UK Permanent Representative to the EU" in moved["explanation"]
    assert moved["confidence"] == "confirmed"
    spelling = findings(edition, JUNE, "Sir Jon Cuncliffe")["name_misspelt"]
    assert "Cunliffe" in spelling["explanation"]


def test_correction_2_ricketts_went_to_france_and_darroch_replaced_him(edition: Edition) -> None:
    found = findings(edition, JUNE, "Sir Peter Ricketts")
    assert "Ambassador to France" in found["moved"]["explanation"]
    assert "Kim Darroch" in found["replaced"]["explanation"]
    assert found["replaced"]["since_latest"] == dt.date(2012, 1, 23)
    assert entry(edition, JUNE, "Sir Peter Ricketts")["holder"] == "Kim Darroch"


def test_correction_3_rutnam_is_the_holder_at_transport(edition: Edition) -> None:
    replaced = findings(edition, JUNE, "Lin Homer")["replaced"]
    assert replaced["holder"] == "Philip Rutnam"
    assert "Philip Rutnam has been Permanent Secretary, Department for Transport" in replaced["explanation"]


def test_correction_4_homer_went_to_revenue_and_customs(edition: Edition) -> None:
    moved = findings(edition, JUNE, "Lin Homer")["moved"]
    assert "Chief Executive and Permanent Secretary, HM Revenue and Customs" in moved["explanation"]


def test_correction_5_brennan_went_to_justice(edition: Edition) -> None:
    assert "Ministry of Justice" in findings(edition, JUNE, "Ursula Brennan")["moved"]["explanation"]
    assert entry(edition, JUNE, "Sir Suma Chakrabarti")["holder"] == "Ursula Brennan"


def test_correction_6_mckane_acts_at_defence(edition: Edition) -> None:
    acting = findings(edition, JUNE, "Ursula Brennan")["acting_holder"]
    assert acting["holder"] == "Tom McKane"
    assert "Tom McKane acts" in acting["explanation"]


def test_correction_7_mckibbin_heads_the_northern_ireland_civil_service(edition: Edition) -> None:
    replaced = findings(edition, JUNE, "Sir Bruce Robinson")["replaced"]
    assert (replaced["holder"], replaced["confidence"]) == ("Malcolm McKibbin", "confirmed")
    assert "Head of the Northern Ireland Civil Service" in replaced["explanation"]


def test_correction_8_heaton_is_first_parliamentary_counsel(edition: Edition) -> None:
    replaced = findings(edition, JUNE, "Sir Stephen Laws")["replaced"]
    assert (replaced["holder"], replaced["confidence"]) == ("Richard Heaton", "confirmed")
    assert "First Parliamentary Counsel" in replaced["explanation"]


def test_correction_9_morgan_has_announced_that_she_retires(edition: Edition) -> None:
    found = findings(edition, JUNE, "Dame Gillian Morgan")
    assert set(found) == {"announced_departure"}
    assert "WalesOnline" in found["announced_departure"]["explanation"]
    assert entry(edition, JUNE, "Dame Gillian Morgan")["verdict"] == "leaving"


def test_watmore_is_leaving_and_not_yet_gone(edition: Edition) -> None:
    found = findings(edition, JUNE, "Ian Watmore")
    assert set(found) == {"announced_departure"}
    assert found["announced_departure"]["since_latest"] == dt.date(2012, 6, 30)
    assert entry(edition, JUNE, "Ian Watmore")["verdict"] == "leaving"
    assert entry(edition, OCTOBER, "Ian Watmore")["verdict"] == "out_of_date"


def test_jon_day_is_found_although_the_authors_missed_him(edition: Edition) -> None:
    said = [claim for claim in known(JUNE).values() if claim["source"] == "corrections-2012-06-28"]
    assert not [claim for claim in said if "Day" in claim["person"]]
    moved = findings(edition, JUNE, "Jon Day")["moved"]
    assert "Chairman of the JIC" in moved["explanation"]
    assert moved["confidence"] == "probable"  # one publisher, and no gazette


@pytest.mark.parametrize("as_of", DAYS)
def test_every_finding_can_be_printed_dated_weighed_and_traced(edition: Edition, as_of: str) -> None:
    entries = {row["entry_id"]: row for row in table(edition, as_of, "roster")}
    rows = table(edition, as_of, "findings")
    assert len(rows) > 20
    for row in rows:
        assert re.fullmatch(r"[A-ZÀ-Þ“].*[^.]\.", row["explanation"]), row["explanation"]
        assert not re.search(r"\bNone\b|\bnull\b|  |\{", row["explanation"]), row["explanation"]
        assert row["confidence"] in ("confirmed", "probable", "possible")
        cited = [known(as_of)[claim_id] for claim_id in several(row["evidence"])]
        assert cited
        if row["reason"] not in TIMELESS:
            assert any(claim["publisher"] in row["explanation"] for claim in cited), row["explanation"]
        since = (row["since_earliest"], row["since_latest"])
        if row["reason"] in TIMELESS:
            assert since == (None, None)
        elif row["reason"] in FORETOLD:
            days = [day for claim in cited for day in (claim["start"], claim["end"]) if day]
            assert since == (None, None) if not days else since[0].isoformat() >= as_of, "a day only where one was told"
        else:
            assert since[0] <= since[1] <= dt.date.fromisoformat(as_of)
            assert row["days_out_of_date"] == (dt.date.fromisoformat(as_of) - since[1]).days
        assert entries[row["entry_id"]]["verdict"] in ("out_of_date", "leaving")


def test_a_year_is_not_its_last_day(edition: Edition) -> None:
    """Transport lists Homer on 30 September 2011 and Wikipedia has her gone in 2011: any day between is possible."""
    found = entry(edition, JUNE, "Lin Homer")
    assert found["since_earliest"] < found["since_latest"] == dt.date(2011, 12, 31)


@pytest.mark.parametrize("as_of", DAYS)
def test_a_move_is_told_only_of_those_who_told_it(edition: Edition, as_of: str) -> None:
    """Wikipedia says that Homer left Transport; it is not a source for what she did next."""
    for row in table(edition, as_of, "findings"):
        if row["reason"] == "moved":
            cited = [known(as_of)[claim_id] for claim_id in several(row["evidence"])]
            arrivals = {
                claim["publisher"] for claim in cited if claim["event"] in ("holds", "starts", "announced_start")
            }
            others = {claim["publisher"] for claim in cited} - arrivals
            assert not [name for name in others if name in row["explanation"].partition("according to")[2]], row


def test_a_curated_decision_makes_one_person_of_two_spellings(edition: Edition) -> None:
    ids = {row["person_id"] for row in table(edition, JUNE, "people")}
    assert len(ids & {"ivan-rogers", "mark-ivan-rogers"}) == 1


def test_two_people_of_one_surname_stay_two(edition: Edition) -> None:
    """Katie Davies at Health in 2011 and Catherine Davies at Monitor in 2012: nothing says that they are one."""
    names = {row["name"] for row in table(edition, OCTOBER, "people")}
    assert {"Katie Davies", "Catherine Davies"} <= names


@pytest.mark.parametrize(
    ("as_of", "person"), [key for key, row in BY_HAND.items() if row["verdict"] in ("out_of_date", "leaving")]
)
def test_explain_walks_from_the_entry_to_the_bytes(edition: Edition, run: Any, as_of: str, person: str) -> None:
    entry_id = entry(edition, as_of, person)["entry_id"]
    version = edition.folder(as_of).name
    status, out, err = run("explain", SLUG, entry_id, "--version", version, "--published", edition.published, "--json")
    assert status == 0, err
    answer = json.loads(out)
    assert {row["reason"] for row in answer["findings"]} == set(findings(edition, as_of, person))
    walked = {step["claim"]["claim_id"]: step for step in answer["claims"]}
    cited = set().union(*(several(row["evidence"]) for row in answer["findings"]))
    assert cited <= set(walked)
    for step in walked.values():
        content = snapshots()[step["snapshot"]["sha256"]]
        assert step["claim"]["snapshot"] == step["snapshot"]["sha256"] == hashlib.sha256(content).hexdigest()
        assert len(content) == step["snapshot"]["bytes"]
        assert step["claim"]["locator"]
        words = step["words"]
        assert content[words["offset"] :].decode().startswith(words["found"])
        surname = step["claim"]["person"].split()[-1].strip(",")
        assert surname in words["around"].replace("&amp;", "&"), words


@cache
def snapshots() -> dict[str, bytes]:
    """Every page of the archive, by its digest."""
    return {snapshot.sha256: snapshot.content for snapshot in Archive(roster.load(SLUG).folder / "archive").snapshots()}


def test_explain_prints_the_walk_for_people(edition: Edition, run: Any) -> None:
    status, out, _ = run("explain", SLUG, "jon day", "--published", edition.published, "--version", "1.0.0")
    assert status == 0
    assert "finding: moved (probable)" in out
    assert re.search(r"snapshot: [0-9a-f]{64}\n", out)
    assert re.search(r"place: .+, byte \d+\n", out)
    assert "Jon Day,SCS4,Chairman of the JIC and Professional Head of Intellige" in out  # the words' line, cut short
