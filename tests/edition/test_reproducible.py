"""The same run elsewhere gives the same bytes: other time zone, locale, hash seed, working folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.edition.runs import JUNE, OCTOBER, Edition, Ran, files, incumbent, release

#: Where the three runs publish, from the folder that they run in.
SAME, ALONE = Path("relative") / "to here", Path("alone")


def strangest_locale() -> str:
    """Turkish, where the small I has a dot, where it is installed; else the plain C locale of ASCII."""
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    return next((name for name in listed if name.startswith("tr_TR")), "POSIX")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Ran]]:
    """The folder in which both releases were run, and October alone; and how the runs ended."""
    folder = tmp_path_factory.mktemp("working folder")
    ran = incumbent(
        release(JUNE, SAME),
        release(OCTOBER, SAME),
        release(OCTOBER, ALONE),
        environment={
            "TZ": "Pacific/Kiritimati",
            "LC_ALL": strangest_locale(),
            "LANGUAGE": "tr",
            "PYTHONHASHSEED": "4711",
            "PYTHONCOERCECLOCALE": "0",  # or Python would put a UTF-8 locale in place of POSIX
            "PYTHONUTF8": "0",
        },
        folder=folder,
    )
    return folder, ran


def test_the_same_runs_elsewhere_give_the_same_bytes(edition: Edition, elsewhere: tuple[Path, list[Ran]]) -> None:
    folder, ran = elsewhere
    assert [each.report["version"] for each in ran[:2]] == ["1.0.0", "1.1.0"]
    made = files(folder / SAME)
    assert set(made) == set(edition.after_october)
    assert [name for name in made if made[name] != edition.after_october[name]] == []


def test_a_release_without_the_one_before_says_the_same_of_its_day(
    edition: Edition, elsewhere: tuple[Path, list[Ran]]
) -> None:
    """October alone is a version 1.0.0 without changes; every other table is that of the second release.

    But the table of checks: some compare with the version before.
    """
    folder, ran = elsewhere
    report = ran[2].report
    made, known = files(folder / report["path"]), files(edition.october)
    assert report["version"] == "1.0.0"
    assert set(made) == set(known)
    differ = {name for name in made if made[name] != known[name]}
    assert differ == {
        "changes.csv", "excel/changes.csv", "changes.parquet", "datapackage.json", "README.md", "CITATION.cff",
        "quality.csv", "excel/quality.csv", "quality.parquet", "croissant.json",
        "SHA256SUMS", "news.json", "dataset.jsonld", "excel/uk-civil-service-leadership.xlsx",
    }  # fmt: skip
