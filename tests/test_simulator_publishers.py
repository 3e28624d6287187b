"""What each simulated publisher says of a world, where a wrong answer would let a wrong parser pass."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from tests.simulator import Legislator, Simulator, World
from tests.simulator.asking import Reply, get
from tests.simulator.organograms import CANARY_EMAIL, CANARY_PHONE

TOKEN = {"Authorization": "Bearer token-for-tests"}
XRPC = "https://public.api.bsky.app/xrpc"
HEAD = "permanent-secretary--department-for-harbours"


@pytest.fixture
def world() -> World:
    world = World(date(2026, 6, 1))
    harbours = world.organisation("Department for Harbours", acronym="DfH", item="Q4001")
    head = world.post("Permanent Secretary", harbours, item="Q4002")
    world.post("Director, Tides", harbours, grade="SCS2")
    ada = world.person("Ada Lanyon", organogram_name="Lanyon Ada", item="Q4003")
    bea = world.person("Bea Oddie", organogram_name="N/D", item="Q4004")
    world.appoint(bea, head, date(2018, 1, 8))
    world.move(ada, head, date(2024, 2, 5))
    return world


@pytest.fixture
def sim(world: World) -> Iterator[Simulator]:
    with Simulator(world) as simulator:
        yield simulator


def bindings(sim: Simulator, query: str) -> Any:
    return get(sim, f"https://query.wikidata.org/sparql?format=json&query={quote(query)}").json()["results"]["bindings"]


def profile(sim: Simulator, actor: str) -> Reply:
    return get(sim, f"{XRPC}/app.bsky.actor.getProfile?actor={actor}")


# GOV.UK.


def test_organisations_are_listed_twenty_a_page() -> None:
    with Simulator(World.generate(2, organisations=41, people_per=1)) as sim:
        url: str | None = "https://www.gov.uk/api/organisations"
        found: list[str] = []
        for page in (1, 2, 3):
            body = get(sim, url or "").json()
            assert (body["current_page"], body["pages"], body["total"], body["page_size"]) == (page, 3, 41, 20)
            assert body["start_index"] == 20 * (page - 1) + 1
            found += [one["id"] for one in body["results"]]
            url = body.get("next_page_url")
        assert url is None and len(set(found)) == 41
        assert get(sim, "https://www.gov.uk/api/organisations?page=4").status == 404


@pytest.mark.parametrize("query", ["colour=red", "count=1501", "count=many", "fields=title,shoe_size"])
def test_a_search_refuses_what_it_does_not_know(sim: Simulator, query: str) -> None:
    reply = get(sim, f"https://www.gov.uk/api/search.json?{query}")
    assert (reply.status, list(reply.json())) == (422, ["error"])


def test_a_search_filters_orders_and_pages(sim: Simulator, world: World) -> None:
    world.article("Harbours report", "A report.", date(2026, 5, 1), organisations=["department-for-harbours"])
    world.announce("ada-lanyon", HEAD, date(2024, 2, 5), date(2024, 1, 9))
    base = "https://www.gov.uk/api/search.json?"
    news = get(sim, f"{base}filter_format=announcement&order=-public_timestamp").json()["results"]
    assert [one["public_timestamp"][:10] for one in news] == ["2026-05-01", "2024-01-09"]
    about = get(sim, f"{base}filter_people=ada-lanyon&fields=title,link").json()["results"]
    assert [one["title"] for one in about] == ["Ada Lanyon appointed as Permanent Secretary"]
    assert "description" not in about[0]
    page = get(sim, f"{base}filter_format=person&order=title&count=1&start=1").json()
    assert (page["total"], page["start"], page["results"][0]["title"]) == (2, 1, "Bea Oddie")
    recent = get(sim, f"{base}filter_public_timestamp=from:2026-01-01&filter_format=announcement").json()
    assert recent["total"] == 1


def test_html_pages_give_previous_roles_by_years_only(sim: Simulator) -> None:
    text = get(sim, "https://www.gov.uk/government/people/bea-oddie").text
    assert "2018 to 2024" in text and "2018-01-08" not in text
    assert get(sim, "https://www.gov.uk/government/organisations/nowhere").status == 404


# Wikidata, Wikipedia, catalogues, archives, Congress.


def test_a_query_answers_the_variables_of_its_select_clause(sim: Simulator) -> None:
    rows = bindings(sim, "SELECT DISTINCT ?person ?end ?replacedByLabel ?unheard_of WHERE { ?person p:P39 ?s }")
    assert {row["person"]["value"].rpartition("/")[2]: sorted(row) for row in rows} == {
        "Q4003": ["person"],
        "Q4004": ["end", "person", "replacedByLabel"],
    }
    assert len(bindings(sim, "SELECT ?person WHERE { VALUES ?person { wd:Q4004 } }")) == 1
    assert len(bindings(sim, "SELECT ?person WHERE { VALUES ?position { wd:Q4002 } } LIMIT 1")) == 1
    assert get(sim, "https://query.wikidata.org/sparql?query=nonsense").status == 400


def test_an_entity_changes_its_revision_with_its_content_only(sim: Simulator, world: World) -> None:
    url = "https://www.wikidata.org/wiki/Special:EntityData/Q4003.json"
    first = get(sim, url)
    world.today = date(2026, 6, 2)
    assert get(sim, url, If_Modified_Since=first.headers["last-modified"]).status == 304
    world.leave("ada-lanyon", date(2026, 6, 2))
    second = get(sim, url, If_Modified_Since=first.headers["last-modified"])
    assert second.status == 200
    (was,), (now,) = (one.json()["entities"]["Q4003"]["claims"]["P39"] for one in (first, second))
    assert "P582" not in was["qualifiers"] and now["qualifiers"]["P582"][0]["datavalue"]["value"]["precision"] == 11
    assert get(sim, "https://www.wikidata.org/wiki/Special:EntityData/Q999.json").status == 404


def test_robots_txt_of_wikimedia_forbids_what_it_forbids(sim: Simulator) -> None:
    assert "Disallow: /sparql" in get(sim, "https://query.wikidata.org/robots.txt").text
    assert "Disallow: /w/" in get(sim, "https://en.wikipedia.org/robots.txt").text
    assert "Allow: /wiki/Special:EntityData/*." in get(sim, "https://www.wikidata.org/robots.txt").text
    sim.robots["query.wikidata.org"] = ""
    assert get(sim, "https://query.wikidata.org/robots.txt").text == ""


def test_an_article_is_the_same_table_through_the_api_and_on_its_page(sim: Simulator) -> None:
    page = get(sim, "https://en.wikipedia.org/wiki/Department_for_Harbours").text
    api = "https://en.wikipedia.org/w/api.php?action=parse&prop=text&format=json&page="
    second = get(sim, f"{api}Department_for_Harbours&formatversion=2").json()["parse"]["text"]
    assert get(sim, f"{api}Department_for_Harbours").json()["parse"]["text"] == {"*": second}
    assert second in page
    assert "<i>Incumbent</i>" in second and 'rowspan="2"' in second and "8 January 2018" in second
    missing = get(sim, f"{api}Nowhere&formatversion=2")
    assert (missing.status, missing.json()["error"]["code"]) == (200, "missingtitle")


def test_the_catalogue_finds_organograms_and_their_files(sim: Simulator, world: World) -> None:
    world.organogram("department-for-harbours", date(2026, 3, 31), published=date(2026, 6, 2))
    world.organogram("department-for-harbours", date(2025, 9, 30))
    search = "https://ckan.publishing.service.gov.uk/api/3/action/package_search?q=organogram&fq=organization:"
    result = get(sim, f"{search}department-for-harbours").json()["result"]
    (dataset,) = result["results"]
    senior = [one["url"] for one in dataset["resources"] if one["url"].endswith("senior.csv")]
    assert (result["count"], len(senior)) == (1, 1)  # the other is published tomorrow
    assert get(sim, f"{search}elsewhere").json()["result"]["count"] == 0
    text = get(sim, senior[0]).body.decode("utf-8-sig", "replace")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Name"] for row in rows] == ["Lanyon Ada", "Vacant", "Eliminated"]
    assert rows[0]["Contact Phone"] == CANARY_PHONE and rows[0]["Contact E-mail"] == CANARY_EMAIL


def test_a_capture_shows_the_page_of_its_day(sim: Simulator, world: World) -> None:
    page = "https://www.gov.uk/government/organisations/department-for-harbours"
    for year in (2019, 2025):
        world.capture("ia", page, datetime(year, 3, 4, 5, 6, 7))
    world.capture("ukgwa", page, datetime(2019, 3, 4, 5, 6, 7))
    old = get(sim, f"https://web.archive.org/web/20190304050607id_/{page}")
    assert "Bea Oddie" in old.text and "Ada Lanyon" not in old.text
    assert "Ada Lanyon" in get(sim, f"https://web.archive.org/web/20250304050607id_/{page}").text
    near = get(sim, f"https://web.archive.org/web/20200101id_/{page}")
    assert (near.status, near.headers["location"]) == (302, f"https://web.archive.org/web/20190304050607id_/{page}")
    index = "https://webarchive.nationalarchives.gov.uk/ukgwa/cdx?output=json&url="
    (line,) = get(sim, index + quote(page, safe="")).text.splitlines()
    assert json.loads(line)["timestamp"] == "20190304050607"
    digest = json.loads(line)["digest"]
    assert digest in get(sim, f"https://web.archive.org/cdx/search/cdx?url={page}&to=2020").text
    world.today = date(2024, 1, 1)
    assert len(get(sim, f"https://web.archive.org/cdx/search/cdx?url={page}").text.splitlines()) == 1


def test_an_index_resumes_where_it_stopped(sim: Simulator, world: World) -> None:
    for month in range(1, 8):
        world.capture("ia", "https://www.list.example/", datetime(2020, month, 1), body=b"<html>%d</html>" % month)
    url = "https://web.archive.org/cdx/search/cdx?url=list.example&limit=3&showResumeKey=true"
    seen, key = [], ""
    for _ in range(3):
        lines = get(sim, url + key).text.split("\n")
        seen += [line.split(" ")[1] for line in lines if " " in line]
        key = f"&resumeKey={quote(lines[-2], safe='')}" if lines[-3:-2] == [""] else ""
    assert seen == [f"20200{month}01000000" for month in range(1, 8)]
    assert key == ""


def test_legislators_move_from_current_to_historical(sim: Simulator, world: World) -> None:
    term = ("rep", date(2025, 1, 3), date(2027, 1, 3), "VT", 1, "Independent")
    world.legislator(Legislator("one", "Ines", "Quarmby", (term,), (("twitter", "RepQuarmby"),)))
    site = "https://unitedstates.github.io/congress-legislators/legislators-"
    assert [len(get(sim, f"{site}{name}.json").json()) for name in ("current", "historical", "social-media")] == [
        1,
        0,
        1,
    ]
    raw = "https://raw.githubusercontent.com/unitedstates/congress-legislators/main/legislators-current.yaml"
    assert yaml.safe_load(get(sim, raw).text) == get(sim, f"{site}current.json").json()
    world.today = date(2027, 1, 3)
    assert [len(get(sim, f"{site}{name}.json").json()) for name in ("current", "historical", "social-media")] == [
        0,
        1,
        0,
    ]


# Platforms.


def test_a_handle_leads_to_who_has_it_today_and_the_did_to_who_had_it(sim: Simulator, world: World) -> None:
    old = world.account("bluesky", "harbours.example", datetime(2023, 1, 1), key="old")
    new = world.account("bluesky", "waiting.example", datetime(2024, 1, 1), key="new")
    world.change_account(old, date(2026, 6, 2), handle="former.example")
    world.change_account(new, date(2026, 6, 2), handle="harbours.example")
    dids = {key: world.accounts[key].did for key in (old, new)}
    assert profile(sim, "harbours.example").json()["did"] == dids[old]
    world.today = date(2026, 6, 2)
    assert profile(sim, "harbours.example").json()["did"] == dids[new]
    assert profile(sim, dids[old]).json()["handle"] == "former.example"
    assert get(sim, f"https://plc.directory/{dids[old]}").json()["alsoKnownAs"] == ["at://former.example"]


@pytest.mark.parametrize(
    ("state", "error"),
    [("suspended", "AccountTakedown"), ("deactivated", "AccountDeactivated"), ("deleted", "InvalidRequest")],
)
def test_bluesky_says_why_an_account_is_not_shown(sim: Simulator, world: World, state: str, error: str) -> None:
    account = world.account("bluesky", "a.example", datetime(2023, 1, 1))
    world.account("bluesky", "b.example", datetime(2023, 1, 1), opted_out=True)
    world.change_account(account, date(2026, 1, 1), state=state)
    reply = profile(sim, world.accounts[account].did)
    assert (reply.status, reply.json()["error"]) == (400, error)
    shown = get(sim, f"{XRPC}/app.bsky.actor.getProfiles?actors=a.example&actors=b.example").json()["profiles"]
    assert [(one["handle"], one["labels"][0]["val"]) for one in shown] == [("b.example", "!no-unauthenticated")]
    world.change_account(account, date(2026, 5, 1), state="active")
    assert profile(sim, world.accounts[account].did).status == 200


def test_a_feed_pages_to_its_end_and_counts_no_reposts(sim: Simulator, world: World) -> None:
    account = world.account("bluesky", "a.example", datetime(2023, 1, 1))
    for day in range(1, 8):
        world.publish(account, datetime(2026, 5, day), "repost" if day == 7 else "post", pinned=day == 2)
    world.publish(account, datetime(2026, 6, 1, 12), text="not yet")
    url, cursor, seen = f"{XRPC}/app.bsky.feed.getAuthorFeed?actor=a.example&limit=3", "", []
    for _ in range(3):
        body = get(sim, url + cursor).json()
        seen += [one["post"]["record"]["createdAt"][:10] for one in body["feed"]]
        cursor = f"&cursor={body['cursor']}" if "cursor" in body else ""
    assert seen == ["2026-05-05"] + [f"2026-05-0{day}" for day in range(6, 0, -1)] and cursor == ""
    assert profile(sim, "a.example").json()["postsCount"] == 6
    pinned = get(sim, f"{url}&includePins=true").json()["feed"][0]
    assert pinned["reason"]["$type"].endswith("#reasonPin")


def test_mastodon_accounts_in_every_state(sim: Simulator, world: World) -> None:
    there = world.account("mastodon", "ada@new.example", datetime(2024, 1, 1), followers=9)
    here = world.account("mastodon", "ada@old.example", datetime(2020, 1, 1))
    world.publish(here, datetime(2026, 5, 4))
    account = "https://old.example/api/v1/accounts/"
    number = world.accounts[here].number
    assert get(sim, f"{account}lookup?acct=ada@old.example").json()["last_status_at"] == "2026-05-04"
    world.change_account(here, date(2026, 6, 2), moved_to=there)
    world.change_account(here, date(2026, 6, 3), state="protected", opted_out=True)
    world.change_account(here, date(2026, 6, 4), state="suspended")
    world.change_account(here, date(2026, 6, 5), state="gone")
    world.change_account(here, date(2026, 6, 6), state="deleted")
    world.today = date(2026, 6, 2)
    assert get(sim, account + number).json()["moved"]["acct"] == "ada@new.example"
    world.today = date(2026, 6, 3)
    entity = get(sim, account + number).json()
    assert (entity["locked"], entity["indexable"], entity["noindex"]) == (True, False, True)
    assert get(sim, f"{account}{number}/statuses").json() == []
    world.today = date(2026, 6, 4)
    entity = get(sim, account + number).json()
    assert (entity["suspended"], entity["statuses_count"], entity["last_status_at"]) == (True, 0, None)
    finger = "https://old.example/.well-known/webfinger?resource=acct:ada@old.example"
    for day, status in ((5, 410), (6, 404)):
        world.today = date(2026, 6, day)
        assert get(sim, account + number).status == status
        assert get(sim, finger).status == status
    sim.closed_mastodon = frozenset({"old.example"})
    assert get(sim, account + number).status == 401
    assert get(sim, "https://nowhere.example/api/v1/accounts/lookup?acct=ada").status == 404


def test_mastodon_statuses_page_backwards(sim: Simulator, world: World) -> None:
    account = world.account("mastodon", "ada@old.example", datetime(2020, 1, 1))
    for day in range(1, 6):
        world.publish(account, datetime(2026, 5, day), "repost" if day == 3 else "post")
    url = f"https://old.example/api/v1/accounts/{world.accounts[account].number}/statuses?limit=2&exclude_reblogs=true"
    seen: list[str] = []
    while (reply := get(sim, url)).json():
        seen += [one["created_at"][8:10] for one in reply.json()]
        url = reply.headers["link"].split(">")[0].removeprefix("<")
    assert seen == ["05", "04", "02", "01"]


def test_x_wants_a_token_and_tells_suspended_from_missing(sim: Simulator, world: World) -> None:
    world.account("x", "DfH", datetime(2011, 3, 1))
    world.change_account(world.account("x", "shut", datetime(2012, 1, 1)), date(2020, 1, 1), state="suspended")
    url = "https://api.x.com/2/users/by?usernames=dfh,shut,nobody"
    assert get(sim, url).status == 401
    assert get(sim, url, Authorization="Bearer stolen").status == 401
    body = get(sim, url, **TOKEN).json()
    assert [one["username"] for one in body["data"]] == ["DfH"]
    assert [(one["value"], one["title"]) for one in body["errors"]] == [
        ("shut", "Forbidden"),
        ("nobody", "Not Found Error"),
    ]


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_x_spells_its_fields_as_it_is_told(sim: Simulator, world: World, spelling: str) -> None:
    account = world.account("x", "DfH", datetime(2011, 3, 1))
    for day in range(1, 9):
        world.publish(account, datetime(2026, 5, day), "repost" if day == 8 else "post")
    sim.x_spelling = spelling
    fields = "user.fields=public_metrics,most_recent_tweet_id,protected"
    (user,) = get(sim, f"https://api.x.com/2/users/by?usernames=DfH&{fields}", **TOKEN).json()["data"]
    assert user["public_metrics"][f"{spelling}_count"] == 8 and f"most_recent_{spelling}_id" in user
    url = f"https://api.x.com/2/users/{user['id']}/tweets?max_results=5&post.fields=created_at"
    token, seen = "", []
    for _ in range(2):
        page = get(sim, url + token, **TOKEN).json()
        assert page["meta"]["result_count"] == len(page["data"])
        assert all(f"edit_history_{spelling}_ids" in one for one in page["data"])
        seen += [one["created_at"][:10] for one in page["data"]]
        following = page["meta"].get("next_token")
        token = f"&pagination_token={following}"
    assert following is None and seen == [f"2026-05-0{day}" for day in range(8, 0, -1)]
    world.change_account(account, date(2026, 6, 1), state="protected")
    assert get(sim, url, **TOKEN).json()["errors"][0]["title"] == "Authorization Error"
