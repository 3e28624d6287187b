"""The log of corrections: kept by hand, completed by withdrawals, published beside the versions."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from incumbent import corrections, package, publish, suppressing, suppression, verify, withdrawal
from incumbent.corrections import Correction
from incumbent.errors import RosterError, VerifyError
from tests import synthetic_package as synthetic
from tests.test_publish import SLUG
from tests.test_suppression import SECRET, Kept

HEADER = "date,versions,kind,what\n"


def curated(folder: Path, rows: str) -> Path:
    (folder / "curation").mkdir(parents=True, exist_ok=True)
    (folder / "curation/corrections.csv").write_text(HEADER + rows, encoding="utf-8")
    return folder


def test_the_log_is_published_and_grows_with_the_withdrawals(tmp_path: Path) -> None:
    folder = curated(
        tmp_path / "roster", '2031-07-01,1.0.0,reading,"Two posts, read as one."\n2031-06-29,,other,A link\n'
    )
    draft = package.Draft(synthetic.tables(), Kept(folder=folder), synthetic.AS_OF)
    published = tmp_path / "published"
    publish.publish(draft, published, SLUG, corrections=draft.corrections())
    log = published / SLUG / "corrections.csv"
    assert log.read_bytes() == (
        b'date,versions,kind,what\r\n2031-06-29,,other,A link\r\n2031-07-01,1.0.0,reading,"Two posts, read as one."\r\n'
    )
    withdrawal.withdraw(published, SLUG, ["1.0.0"], reason="licence", date="2031-08-01")
    assert log.read_bytes().endswith(b"2031-08-01,1.0.0,withdrawn,licence\r\n")
    curated(folder, "2031-07-01,1.0.0,reading,Other words\n")
    draft = dataclasses.replace(draft)
    publish.publish(draft, published, SLUG, corrections=draft.corrections())
    assert [each.what for each in corrections.published(log)] == ["Other words", "licence"]
    publish.publish(draft, published, SLUG, corrections=[])  # nothing has changed but the log
    assert [each.what for each in corrections.published(log)] == ["licence"]
    assert verify.verify(published) == []


def test_nobody_is_named_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(suppression.KEY, SECRET)
    folder = curated(tmp_path / "roster", "2031-07-01,1.0.0,matching,ADA QUILL was taken for another\n")
    found = suppressing.look_up(tmp_path, SLUG, "Ada Quill")
    suppressing.suppress(folder / "curation", tmp_path, SLUG, found, reason="objection", date="2031-07-02")
    draft = package.Draft(synthetic.tables(), Kept(folder=folder), synthetic.AS_OF)
    assert [each.what for each in draft.corrections()] == ["[name withheld] was taken for another"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("soon,,other,A link\n", ":2"),
        ("2031-07-01,first,other,A link\n", "1.0.0;1.1.0"),
        ("2031-07-01,,withdrawn,A link\n", "source | reading"),
        ("2031-07-01,,other,\n", "one line of text"),
        ('2031-07-01,,other,"two\nlines"\n', "one line of text"),
        ("2031-07-01,,other\n", HEADER.strip()),
        ('2031-07-01,,other,"open\n', "CSV in UTF-8"),
    ],
)
def test_a_row_that_is_no_correction_is_named(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(RosterError) as caught:
        corrections.load(curated(tmp_path, rows) / "curation")
    assert said in caught.value.describe()


def test_other_columns_and_a_damaged_log_are_refused(tmp_path: Path) -> None:
    path = tmp_path / corrections.FILE
    path.write_text("when,what\n")
    with pytest.raises(RosterError, match="other columns"):
        corrections.load(tmp_path)
    for content in (b"", b"when,what\r\n", b"date,versions,kind,what\r\n1\r\n", b"\xff"):
        path.write_bytes(content)
        with pytest.raises(VerifyError, match="damaged"):
            corrections.published(path)
    assert corrections.load(tmp_path / "none") == corrections.published(tmp_path / "none") == []
    assert corrections.log(tmp_path / "none", [Correction("2031-01-01", "", "withdrawn", "x")], []) == []
