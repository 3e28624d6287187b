"""What values of published fields are called."""

from __future__ import annotations

from incumbent import schemas, wording


def test_every_reason_of_the_schema_has_its_words() -> None:
    assert set(schemas.load()["findings"].field("reason").constraints["enum"]) == set(wording.REASONS)


def test_what_has_no_words_yet_is_called_by_its_own() -> None:
    assert wording.label(wording.REASONS, "left") == "left"
    assert wording.label(wording.PLATFORMS, "new_platform") == "new platform"
    assert wording.label(wording.PLATFORMS, None) == ""
