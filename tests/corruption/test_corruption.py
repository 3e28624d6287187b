"""A part of the campaign, the same each time. The whole: `python -m tests.corruption`; INCUMBENT_CORRUPTIONS=1000."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from tests.corruption import campaign
from tests.corruption.changes import CHANGES
from tests.corruption.corruptions import CORRUPTIONS
from tests.corruption.lists import SHAPES

#: Corruptions; a fifth as many changes. Each kind and each change once.
COUNT = int(os.environ.get("INCUMBENT_CORRUPTIONS", len(CORRUPTIONS)))
#: Of the whole campaign all sizes; here one, since each list has to be published first.
SIZES = campaign.SIZES if COUNT >= 1000 else (30,)


@pytest.fixture(scope="module")
def spoilt() -> Sequence[campaign.Case]:
    return list(campaign.corruptions(range(COUNT), SIZES))


def test_of_a_hundred_corruptions_at_most_one_goes_unnoticed(spoilt: Sequence[campaign.Case]) -> None:
    assert len(spoilt) == COUNT
    missed = [case for case in spoilt if case.came in ("unnoticed", "unchanged")]
    assert 100 * len(missed) <= len(spoilt), campaign.summary(spoilt) + "".join(f"\n{case}" for case in missed)


def test_the_campaign_is_of_every_kind_and_shape_and_ends_in_every_way(spoilt: Sequence[campaign.Case]) -> None:
    assert {case.kind for case in spoilt} == set(CORRUPTIONS)
    assert {case.shape for case in spoilt} == set(SHAPES)
    assert {case.came for case in spoilt} >= {"held", "flagged"}


def test_what_concerns_the_whole_page_is_always_held(spoilt: Sequence[campaign.Case]) -> None:
    whole = {"another_page", "foreign_page", "old_page", "swapped_columns"}
    assert {case.came for case in spoilt if case.kind in whole} == {"held"}


def test_of_a_hundred_legitimate_changes_at_most_one_is_held() -> None:
    changed = list(campaign.changes(range(max(len(CHANGES), COUNT // 5)), SIZES))
    held = [case for case in changed if case.came == "held"]
    assert 100 * len(held) <= len(changed), campaign.summary(changed) + "".join(f"\n{case}" for case in held)
    assert {case.kind for case in changed if case.came == "published"} >= set(CHANGES) - {"other_wording"}
    assert not any(case.by for case in changed if case.kind == "honours")


def test_a_case_is_the_same_each_time(spoilt: Sequence[campaign.Case]) -> None:
    again = list(campaign.corruptions([3, 5], SIZES))
    assert [case._replace(seconds=0) for case in again] == [spoilt[number]._replace(seconds=0) for number in (3, 5)]
