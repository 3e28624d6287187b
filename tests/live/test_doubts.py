"""Pages that parse and are wrong all the same: old copies, lost rows, and a validator that vouches for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from incumbent import roster
from incumbent.archive import Archive
from incumbent.errors import HeldError
from tests.live.campaign import TARGETS
from tests.live.small import FIRST, Live, small_world, write_roster
from tests.simulator import Simulator

SECOND, THIRD = FIRST + dt.timedelta(days=1), FIRST + dt.timedelta(days=2)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """A roster on the day after its first capture; its first permanent secretary took office two months before."""
    with Simulator(small_world()) as sim:
        made = Live(write_roster(tmp_path), tmp_path / "archive", sim)
        made.capture(FIRST)
        yield made


@pytest.mark.parametrize("source", ["govuk-departments", "govuk-people"])
def test_an_old_copy_that_its_own_date_proves_is_not_used(live: Live, source: str) -> None:
    before = live.release(FIRST)
    live.sim.fault("old_page", path_contains=TARGETS[source].path, days=90)
    state = live.capture(SECOND)[source]
    assert (state["state"], state["fault"]) == ("carried_forward", "quarantined")
    assert "it is an old copy: it was edited at" in str(state["note"])
    after = live.release(SECOND)
    assert after["read"].filter(source_id=source)["reason"].str.contains("it is an old copy").any()
    columns = ["listed_person", "verdict", "reasons", "holder"]
    assert after["roster"].select(columns).equals(before["roster"].select(columns))


def test_a_page_that_returns_is_told(live: Live) -> None:
    address = "https://query.wikidata.org"
    live.sim.fault("rows_dropped", host=TARGETS["wikidata"].host)
    shrunk = live.capture(SECOND)["wikidata"]
    assert (shrunk["state"], shrunk["fault"]) == ("fresh", "shrunk") and "things, and said" in str(shrunk["note"])
    live.sim.mend()
    returned = live.capture(THIRD)["wikidata"]
    assert (returned["state"], returned["fault"]) == ("fresh", "returned")
    assert "it is the page of 2026-06-01 again, and not the one of 2026-06-02" in str(returned["note"])
    after = live.capture(THIRD + dt.timedelta(days=1))["wikidata"]
    assert (after["state"], after["fault"]) == ("unchanged", None), address


def test_a_validator_never_vouches_for_a_page_that_cannot_be_used(live: Live) -> None:
    """The fault spoils the body and leaves the ETag, as a broken cache does."""
    live.sim.fault("json_other_shape", path_contains=TARGETS["govuk-organisations"].path)
    assert live.capture(SECOND)["govuk-organisations"]["fault"] == "quarantined"
    live.sim.mend()
    assert live.capture(THIRD)["govuk-organisations"]["fault"] is None
    notes = [path.read_bytes() for path in live.archive.glob("index.csv")]
    assert b",metadata," in notes[0]
    Archive(live.archive).verify()


def test_half_a_list_that_vanishes_holds_and_names_who(live: Live) -> None:
    before = live.release(FIRST)
    live.sim.fault("rows_dropped", path_contains=TARGETS["govuk-departments"].path)
    live.home.joinpath(roster.FILE).write_text(
        live.home.joinpath(roster.FILE).read_text().replace("minimum_total: 4", "minimum_total: 0")
    )
    live.roster = roster.load(live.home)
    states = live.capture(SECOND)
    assert states["govuk-departments"]["fault"] == "shrunk"
    with pytest.raises(HeldError, match=r"entries_changed: \d vanished: .*Thistlewood") as held:
        live.release(SECOND, states, before)
    assert held.value.exit_status == 3 and "entries_changed" in held.value.where
