"""Who is not to be shown is in no byte of any later file, whatever the case, the order and the marks."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from anyascii import anyascii

from incumbent import cli, curation, mentions, package, publish, schemas, suppressing, suppression, verify, withholding
from incumbent.errors import HeldError, InputError, RosterError
from incumbent.suppression import Person, Suppressed
from tests import synthetic_package as synthetic
from tests.test_publish import SLUG, bytes_of

SECRET = "5f" * 32
DAY = "2031-12-01"
#: Everything by which Ada Quill is known in the tables below, without case, marks and what stands between words.
TRACES = ("adaquill", "quillada", "adalouisequill", "q4242", "xada99", "x4711", "lightsexample")


@dataclasses.dataclass(frozen=True)
class Kept(synthetic.Roster):
    """A roster with a folder, as the real ones have."""

    folder: Path = Path()


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(suppression.KEY, SECRET)


def tables(as_of: str = synthetic.AS_OF, **more: Any) -> dict[str, pl.DataFrame]:
    """The synthetic release, with Ada Quill in every kind of cell that can name a person."""
    made = synthetic.tables(as_of, **more)

    def put(table: str, key: str, **cells: Any) -> None:
        made.update(synthetic.edited(made, table, key, **cells))

    put("people", "ada-quill", other_names="Quill, Ada;QUILL Ada;Dame Ada Louise Quill", identifiers="wikidata:Q4242")
    put("people", "gil-voss", other_names="G. Voss;not Ada Quill")
    put("roster", "bo-o-fenn", holder="Àda QUILL", explanation="Dame Ada Quill’s post is Bo’s now; Quill left in May.")
    put("roster", "cyn-marsh", explanation="Cyn Marsh follows QUILL, Ada; ask @xada99 or Q. Ada.", evidence="c" * 20)
    put("findings", "missing-lamplighter", holder="Ada Louise Quill", finding_id="missing-ada-quill")
    put("findings", "eve-tarn-left", explanation="Eve Tarn left, as Ada\u200b Quill wrote.", holder="Ada Quill")
    put("posts", "pilot--harbour-board", other_names="Aide to Ada Quill;Pilot of the North")
    put("posts", "clerk--harbour-board", name="Private Secretary to Ada Quill", post_id="clerk-to-ada-quill")
    put("roster", "cyn-marsh", post_id="clerk-to-ada-quill")
    put("organisations", "harbour-board", other_names="HB;Ada Quill’s Board")
    put(
        "accounts",
        "x-1",
        handle="xada99",
        platform_id="4711",
        account_id="x-4711",
        profile_url="https://x.example/xada99",
    )
    made["activity"] = made["activity"].with_columns(
        pl.lit("x-4711").alias("account_id"), pl.lit("xada99").alias("handle")
    )
    made["accounts"] = pl.concat(
        [made["accounts"], pl.DataFrame([{"account_id": "x-office", "person_id": "ada-quill", "platform": "x",
         "handle": "harbourmaster", "kind": "role", "state": "active", "evidence": "f" * 20}])],
        how="diagonal_relaxed",
    )  # fmt: skip
    put(
        "sources",
        "news" if "news" in made["sources"]["source_id"] else "post",
        title="Ada Quill appointed",
        url="https://port.example/people/ada%2Dquill",
    )
    put(
        "listings", "bo-o-fenn", explanation="Bo O’Fenn gave way to Ada Quíll.", earlier_entry_ids="bo-fenn;ada-quill-2"
    )
    return made


def draft(folder: Path, as_of: str = synthetic.AS_OF, **more: Any) -> package.Draft:
    return package.Draft(tables(as_of, **more), Kept(folder=folder), as_of)


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """(file, its text) of every file; Parquet and workbooks decoded."""
    import openpyxl

    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".parquet":
            yield name, pl.read_parquet(path).select(pl.all().cast(pl.String)).write_csv()
            yield name, path.read_bytes().decode("latin-1")
        elif path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            cells = (cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
            yield name, "\n".join(map(str, cells))
            with zipfile.ZipFile(path) as parts:
                yield from ((name, parts.read(part).decode()) for part in parts.namelist())
        elif path.suffix != ".png":  # the .svg beside it has the same words
            yield name, path.read_text(encoding="utf-8-sig")


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", anyascii(unicodedata.normalize("NFKC", text.replace("%2D", "-"))).lower())


def traces(folder: Path) -> list[str]:
    found = []
    for name, text in everything(folder):
        lines = text.splitlines()
        found += [f"{name}: {line[:200]}" for line in lines if any(trace in plain(line) for trace in TRACES)]
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "roster/curation").mkdir(parents=True)
    return tmp_path / "roster"


def suppress(folder: Path, published: Path, person: str = "ada-quill", **more: Any) -> Any:
    found = suppressing.look_up(published, SLUG, person)
    return suppressing.suppress(folder / "curation", published, SLUG, found, reason="objection", date=DAY, **more)


#: What is published beside the tables of a version, by the end of its path: each can name a person.
PLACES = (
    "datapackage.json", "dataset.jsonld", "croissant.json", "excel/roster.csv", f"excel/{SLUG}.xlsx", "changes.csv",
    "news.json", "history.parquet", "changes-feed.xml", "SHA256SUMS", "index.html", "findings.html", "findings-rows.js",
    "changes.html", "quality.html", "about.html", "entries/ada-quill.html", "charts/days-wrong.svg",
    "charts/days-wrong-dark.svg", "charts/days-wrong.csv", "embed/table.html",
)  # fmt: skip


def test_the_fixture_names_the_person_everywhere(folder: Path, tmp_path: Path) -> None:
    """So that to find nothing after the suppression means something: tables, pages, pictures, feeds, history, seals."""
    publish.publish(draft(folder), tmp_path / "published", SLUG)
    paths = {line.split(":")[0] for line in traces(tmp_path / "published")}
    righted = synthetic.edited(tables(synthetic.LATER, extra=True), "roster", "ada-quill", verdict="current")
    later = package.Draft(righted, Kept(folder=folder), synthetic.LATER)
    publish.publish(later, tmp_path / "published", SLUG)
    paths |= {line.split(":")[0] for line in traces(tmp_path / "published")}
    named = {path.rpartition("/")[2] for path in paths}
    tables_named = {name for name in schemas.TABLES if f"{name}.csv" in named and f"{name}.parquet" in named}
    assert tables_named >= {"roster", "findings", "people", "posts", "organisations", "accounts", "activity", "sources"}
    assert tables_named >= {"listings", "evidence", "changes"}
    assert [place for place in PLACES if not any(path.endswith(f"/{place}") for path in paths)] == []


def test_a_suppressed_person_is_in_no_byte_of_any_later_file(folder: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish.publish(draft(folder), published, SLUG)
    publish.publish(draft(folder, synthetic.LATER, extra=True), published, SLUG)
    done = suppress(folder, published)
    assert (done.versions, done.live) == (("1.0.0", "1.1.0"), None)
    assert traces(published) == []
    for as_of, more in ((synthetic.AS_OF, {}), (synthetic.LATER, {"extra": True})):  # rebuilds, the past one first
        publish.publish(draft(folder, as_of, **more), published, SLUG)
    assert traces(published) == []
    assert traces(folder) == []
    assert verify.verify(published) == []
    assert [each.version for each in publish.releases(published / SLUG)] == ["2.0.0", "2.1.0"]

    version = published / SLUG / "v2.1.0"
    roster = pl.read_parquet(version / "roster.parquet")
    assert roster.height == 6
    hidden = roster.row(by_predicate=pl.col("listed_person") == mentions.WITHHELD, named=True)
    assert {name: value for name, value in hidden.items() if value is not None} == {
        "entry_id": "withheld--master--harbour-board",
        "listed_person": "[name withheld]",
        "listed_post": "Harbour Master",
        "listed_organisation": "Harbour Board",
        "verdict": "unverified",
        "explanation": withholding.EXPLANATION,
        "post_id": "master--harbour-board",
        "organisation_id": "harbour-board",
        "source_id": "the-list",
    }
    other = roster.row(by_predicate=pl.col("entry_id") == "bo-o-fenn", named=True)
    assert (other["holder"], other["evidence"]) == ("[name withheld]", None)
    assert other["explanation"] == "Dame [name withheld]’s post is Bo’s now; [name withheld] left in May."
    posts = pl.read_parquet(version / "posts.parquet")
    assert "clerk-to-withheld" in posts["post_id"]
    assert posts.filter(pl.col("post_id") == "pilot--harbour-board")["other_names"].to_list() == ["Pilot of the North"]
    figures = dict(pl.read_parquet(version / "headlines.parquet").select("measure", "value").iter_rows())
    assert (figures["entries"], figures["out_of_date"], figures["unverified"], figures["with_account"]) == (6, 1, 2, 0)
    accounts = pl.read_parquet(version / "accounts.parquet")
    office = accounts.row(by_predicate=pl.col("account_id") == "x-office", named=True)
    assert (office["handle"], office["person_id"], office["evidence"]) == ("harbourmaster", None, None)
    assert accounts["account_id"].sort().to_list() == ["x-2", "x-office"]


def test_several_people_are_looked_up_before_their_versions_go(folder: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish.publish(draft(folder), published, SLUG)
    found = suppressing.look_up(published, SLUG, "ada-quill", "Bo O’Fenn", "Zoe Nemo")
    assert (len(found.people), found.published, found.versions) == (3, False, ("1.0.0",))
    suppressing.suppress(folder / "curation", published, SLUG, found, reason="objection", date=DAY)
    publish.publish(draft(folder), published, SLUG)
    assert traces(published) == []
    roster = pl.read_csv(published / SLUG / "latest/roster.csv")
    assert (roster["listed_person"] == mentions.WITHHELD).sum() == 2
    assert "O’Fenn" not in (published / SLUG / "latest/people.csv").read_text(encoding="utf-8")


def test_a_list_that_holds_nobody_of_the_tables_changes_no_byte(folder: Path, tmp_path: Path) -> None:
    draft(folder).write("1.0.0", tmp_path / "before", None)
    found = suppressing.look_up(tmp_path, SLUG, "Zoe Nemo")
    assert (found.published, found.versions) == (False, ())
    suppressing.suppress(folder / "curation", tmp_path, SLUG, found, reason="safety", date=DAY)
    draft(folder).write("1.0.0", tmp_path / "after", None)
    assert bytes_of(tmp_path / "before") == bytes_of(tmp_path / "after")


def test_the_gate_gives_the_same_when_it_is_passed_twice(folder: Path, tmp_path: Path) -> None:
    found = suppressing.look_up(tmp_path, SLUG, "Ada Quill")
    listed = Suppressed.only(found.people[0])
    known = schemas.load()
    once, _ = withholding.withhold(tables(), known, listed)
    again, _ = withholding.withhold(once, known, listed)
    assert all(again[name].equals(frame) for name, frame in once.items())
    assert not withholding.holds(once, known, listed)


def test_a_release_that_is_held_says_what_is_missing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish.publish(draft(folder), tmp_path / "published", SLUG)
    suppress(folder, tmp_path / "published")
    monkeypatch.delenv(suppression.KEY)
    with pytest.raises(HeldError, match="secret that tells who they are is missing") as caught:
        publish.publish(draft(folder), tmp_path / "published", SLUG)
    assert caught.value.exit_status == 3
    monkeypatch.setenv(suppression.KEY, "6e" * 32)
    with pytest.raises(HeldError, match="another secret"):
        publish.publish(draft(folder), tmp_path / "published", SLUG)
    with pytest.raises(HeldError, match="another secret"):
        suppress(folder, tmp_path / "published", "Bo O’Fenn")
    assert publish.current(tmp_path / "published" / SLUG) is None


@pytest.mark.parametrize(("value", "said"), [("", "is missing"), ("short", "too short")])
def test_a_secret_that_keeps_nothing_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    publish.publish(draft(folder), tmp_path / "published", SLUG)
    monkeypatch.setenv(suppression.KEY, value)
    with pytest.raises(InputError, match=said):
        suppress(folder, tmp_path / "published")
    assert not (folder / "curation" / suppression.FILE).exists()


def test_a_version_left_over_from_before_is_never_built_upon(folder: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish.publish(draft(folder), published, SLUG)
    copy = Path(shutil.copytree(published, tmp_path / "copy"))
    suppress(folder, published)
    with pytest.raises(HeldError, match="shows a person who is not to be shown"):
        publish.publish(draft(folder, synthetic.LATER), copy, SLUG)


def test_a_title_that_names_the_person_holds_the_release(folder: Path, tmp_path: Path) -> None:
    found = suppressing.look_up(tmp_path, SLUG, "Ada Quill")
    suppressing.suppress(folder / "curation", tmp_path, SLUG, found, reason="erasure", date=DAY)
    roster = Kept(folder=folder, description="The board of ADA QUILL and others.")
    with pytest.raises(HeldError, match="names a person who is not to be shown"):
        package.Draft(tables(), roster, synthetic.AS_OF).write("1.0.0", tmp_path / "v1.0.0", None)


def test_the_list_holds_digests_dates_and_classes_only(folder: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    publish.publish(draft(folder), published, SLUG)
    suppress(folder, published, expires="2032-12-31")
    path = folder / "curation" / suppression.FILE
    text = path.read_text(encoding="ascii")
    assert re.fullmatch(r"digest,kind,date,reason,expires\n([0-9a-f]{64},[a-z_]+,2031-12-01,[a-z_]*,[0-9-]*\n)+", text)
    rows = suppression.read(folder / "curation")
    assert {row.kind for row in rows} == set(suppression.KINDS)
    before = path.read_bytes()
    again = suppressing.look_up(published, SLUG, "Ada Quill")
    suppressing.suppress(folder / "curation", published, SLUG, again, reason="safety", date="2031-12-02")
    known = {row.digest for row in rows}
    assert before in path.read_bytes() or known <= {row.digest for row in suppression.read(folder / "curation")}
    assert suppression.load(folder / "curation", "2033-01-01") is None
    assert suppression.load(folder / "curation", "2012-06-28") is not None
    assert SECRET not in repr(suppression.load(folder / "curation"))
    curation.load(folder / "curation")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name\nAda Quill\n", "other columns"),
        ("digest,kind,date,reason,expires\nAda Quill,name,2031-12-01,objection,\n", "64 hexadecimal"),
        (f"digest,kind,date,reason,expires\n{'0' * 64},face,2031-12-01,objection,\n", "kind: key"),
        (f"digest,kind,date,reason,expires\n{'0' * 64},name,soon,objection,\n", "days such as"),
        (f"digest,kind,date,reason,expires\n{'0' * 64},name,,objection,\n", "date: a day"),
        (f"digest,kind,date,reason,expires\n{'0' * 64},name\n", "digest,kind"),
        ("digest,kind,date,reason,expires\nÀda\n", "holds no name"),
    ],
)
def test_a_row_that_is_none_is_named(folder: Path, content: str, said: str) -> None:
    (folder / "curation" / suppression.FILE).write_text(content, encoding="utf-8")
    with pytest.raises(RosterError) as caught:
        curation.load(folder / "curation")
    assert said in caught.value.describe()


@pytest.mark.parametrize(
    "text",
    [
        "Jonathan Cunliffe", "JON CUNLIFFE", "Cunliffe, Jon", "cunliffe jonathan", "Sir Jon Cunliffe KCB",
        "jón cünliffe", "Jon\u00a0Cunliffe", "Jon\nCunliffe", "Jo\u0301n Cunliffe", "J\u200bon Cunliffe",
        "jon-cunliffe", "Jon_Cunliffe",
        "https://site.example/people/jon-cunliffe", "jon%20cunliffe", "Jonathan S. Cunliffe", "Jon Stephen Cunliffe",
        "Jon Cunliffe's", "ＪＯＮ ＣＵＮＬＩＦＦＥ", "@joncunliffe", "the office of Jon Cunliffe, as was",
    ],
)  # fmt: skip
def test_a_name_is_found_in_any_dress(text: str) -> None:
    listed = Suppressed.only(Person(frozenset({"Sir Jonathan Cunliffe", "Jon Cunliffe"})))
    looked_for = mentions.Mentions(listed)
    assert looked_for.found(text)
    assert not looked_for.found(looked_for.without(text))


@pytest.mark.parametrize(
    "text",
    [
        "Jon Day",
        "Cunliffe Street",
        "Jon",
        "Jon Day and Martin Cunliffe",
        "Jonas Cunliff",
        "",
        ";;",
        "Jon. Then came Cunliffe's",
    ],
)
def test_others_are_left_alone(text: str) -> None:
    looked_for = mentions.Mentions(Suppressed.only(Person(frozenset({"Jon Cunliffe"}))))
    assert not looked_for.found(text)
    assert looked_for.without(text) == text


def test_two_entries_of_one_post_keep_apart(folder: Path) -> None:
    made = tables()
    for key, name in (("eve-tarn", "Ada Quill"), ("fay-ulm", "Quill, Ada")):
        made = synthetic.edited(made, "roster", key, listed_person=name)
    listed = Suppressed.only(Person(frozenset({"Ada Quill"})))
    roster = withholding.withhold(made, schemas.load(), listed)[0]["roster"]
    hidden = roster.filter(pl.col("listed_person") == mentions.WITHHELD)["entry_id"].sort().to_list()
    assert hidden == [
        "withheld--master--harbour-board", "withheld--warden--harbour-board", "withheld--warden--harbour-board-2",
    ]  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out, written.err


def test_the_command_asks_and_then_does_all_of_it(
    tmp_path: Path, repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = "uk-senior-civil-service"
    rosters = tmp_path / "rosters"
    shutil.copytree(repository / "rosters" / slug, rosters / slug)
    roster = dataclasses.replace(Kept(folder=rosters / slug), slug=slug)
    publish.publish(package.Draft(tables(), roster, synthetic.AS_OF), tmp_path / "published", slug)
    place = ("--published", str(tmp_path / "published"), "--rosters", str(rosters))
    given = ("suppress", slug, "Ada Quill", "--reason", "objection", "--date", DAY)
    status, _, err = run(capsys, *given, *place)
    assert status == 2 and "1.0.0 of uk-senior-civil-service show this" in err
    assert not (rosters / slug / "curation").exists()
    status, out, _ = run(capsys, *given, "--yes", "--json", *place)
    answer = json.loads(out)
    assert (status, answer["withdrawn"], answer["live"], answer["known"]) == (0, ["1.0.0"], None, True)
    status, out, _ = run(capsys, "suppress", slug, "Zoe Nemo", "--reason", "safety", "--until", "2040-01-01", *place)
    assert status == 0 and "somebody is in no version" in out
    assert run(capsys, "suppress", slug, "Quill", "--reason", "safety", *place)[0] == 2
    assert run(capsys, "suppress", slug, "Zoe Nemo", "--reason", "whim", *place)[0] == 2
    monkeypatch.delenv(suppression.KEY)
    status, _, err = run(capsys, "suppress", slug, "Zoe Nemo", "--reason", "safety", *place)
    assert status == 2 and suppression.KEY in err
