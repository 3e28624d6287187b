"""A role account belongs to the office: nothing that one holder did is put down to the next."""

from __future__ import annotations

from typing import Any

from tests.activity.said import ANN, BEN, appointments, claim, judged, seen

A = "did:plc:aaa"
OFFICE: dict[str, Any] = {"kind": "role"}
#: Her page names the account again and again, as one does that is captured each month; his only lately.
CLAIMS = [
    claim("office.example", "2026-01-01", **ANN, **OFFICE),
    claim("office.example", "2025-01-01", **ANN, **OFFICE),
    claim("office.example", "2026-05-10", **BEN, **OFFICE),
]


def check(day: str, **more: Any) -> dict[str, Any]:
    return seen("office.example", A, day, created="2020-01-01", **more)


def test_a_successor_has_only_what_came_after() -> None:
    checks = [check("2025-01-02", posts=900, last_post="2025-01-01"),
              check("2026-05-11", posts=950, last_post="2026-05-01")]  # fmt: skip
    accounts, activity = judged(CLAIMS, checks)
    account = accounts[f"bluesky:{A}"]
    assert (account["person_id"], account["kind"], account["state"]) == ("ben-bower", "role", "unknown")
    assert (account["posts"], account["last_post"]) == (None, None), "her post, not his"
    assert activity.select("person_id", "posts", "change").rows() == [
        ("ann-archer", 900, "first_seen"), ("ben-bower", 950, "handed_on"),
    ]  # fmt: skip
    accounts, _ = judged(CLAIMS, [*checks, check("2026-06-11", posts=951, last_post="2026-06-10")])
    account = accounts[f"bluesky:{A}"]
    assert (account["state"], account["posts"], account["last_post"]) == ("active", None, "2026-06-10")


def test_the_appointment_says_when_the_term_began() -> None:
    held = appointments(("ann-archer", "2019-01-01", "2026-03-31"), ("ben-bower", "2026-04-01", None))
    accounts, activity = judged(
        CLAIMS, [check("2026-04-20", posts=940, last_post="2026-04-10"), check("2026-03-01", posts=930)],
        appointments=held,
    )  # fmt: skip
    assert accounts[f"bluesky:{A}"]["last_post"] == "2026-04-10"
    assert activity.get_column("person_id").to_list() == ["ann-archer", "ben-bower"]


def test_after_the_end_of_a_term_figures_are_nobodys() -> None:
    held = appointments(("ann-archer", "2019-01-01", "2026-03-31"))
    checks = [
        check("2026-03-01", posts=900, last_post="2026-02-28"),
        check("2026-06-01", posts=950, last_post="2026-05-30"),
    ]
    accounts, activity = judged(CLAIMS[:2], checks, appointments=held)
    account = accounts[f"bluesky:{A}"]
    assert (account["person_id"], account["posts"], account["last_post"]) == ("ann-archer", 900, "2026-02-28")
    assert activity.get_column("person_id").to_list() == ["ann-archer", None]


def test_an_account_made_in_the_term_is_the_holders_as_a_whole() -> None:
    held = appointments(("ann-archer", "2019-01-01", None))
    accounts, _ = judged(CLAIMS[:2], [check("2025-01-02", posts=900)], appointments=held)
    assert accounts[f"bluesky:{A}"]["posts"] == 900
    held = appointments(("ann-archer", "2021-01-01", None))
    accounts, _ = judged(CLAIMS[:2], [check("2025-01-02", posts=900)], appointments=held)
    assert accounts[f"bluesky:{A}"]["posts"] is None


def test_a_personal_account_stays_with_its_owner() -> None:
    held = appointments(("ann-archer", "2026-05-01", None))
    claims = [claim("ann.example", "2026-01-01", kind="official_personal")]
    accounts, _ = judged(
        claims, [seen("ann.example", A, "2026-02-01", posts=5, last_post="2026-01-30")], appointments=held
    )
    assert (accounts[f"bluesky:{A}"]["posts"], accounts[f"bluesky:{A}"]["last_post"]) == (5, "2026-01-30")
