"""The simulator's answers have every key path that the recorded samples have, of the same type."""

from __future__ import annotations

import csv
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from tests.simulator import Simulator, World
from tests.simulator.asking import get
from tests.simulator.organograms import HEADER

pytestmark = pytest.mark.shared

#: Parts of the samples that nobody reads: pictures, contacts, what is featured, viewers.
_UNREAD = re.compile(
    r"ordered_contacts|ordered_foi|ordered_featured|default_news_image|social_media_links|\.images|image_\w+|"
    r"\.policy_areas|related_policies|document_collections|\.government\b|\.viewer|\.associated|\.embed|facets|"
    r"\.ministerial\b|withdrawn_notice|\.tags\.|change_history|\.avatar\b|threadgate|tombstone"
)


def paths(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Each key path of a JSON value (list items are []) with the type of what is there."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, f"{at}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from paths(item, f"{at}[]")
    else:
        yield at, type(value).__name__


def types(value: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path, name in paths(value):
        found.setdefault(path, set()).add(name)
    return found


def lacking(ours: Any, sample: Any, unread: Iterable[str] = ()) -> list[str]:
    """Key paths of the sample that ours lacks, or has with another type. Null fits all."""
    have = types(ours)
    left_out = re.compile("|".join((_UNREAD.pattern, *unread)))
    problems = []
    for path, names in types(sample).items():
        if left_out.search(path):
            continue
        if path not in have:
            problems.append(path)
        elif not have[path] & names and "NoneType" not in have[path] | names:
            problems.append(f"{path}: {have[path]}, not {names}")
    return problems


@pytest.fixture(scope="module")
def world() -> World:
    world = World.generate(11, organisations=3)
    harbours = "department-for-harbours"
    minister = next(key for key, post in world.posts.items() if post.kind == "ministerial_role")
    former = world.person("Ola Vosper")
    world.appoint(former, minister, date(2015, 1, 5), end=date(2019, 2, 1))
    world.announce(former, minister, date(2015, 1, 5), date(2014, 12, 20))
    account = world.account("x", "suspended_one", datetime(2012, 1, 1))
    world.change_account(account, date(2020, 1, 1), state="suspended")
    fields: dict[str, Any] = {
        "person": former,
        "on_page": True,
        "links": ("https://www.gov.uk/x",),
        "display_name": "Ola Vosper",
    }
    world.account("mastodon", "ola@social.example", datetime(2020, 1, 1), **fields)
    account = world.account("bluesky", "ola.bsky.social", datetime(2023, 7, 1), **fields)
    for hour, kind in enumerate(("post", "reply", "repost")):
        world.publish(account, datetime(2026, 1, 1, hour), kind, "Good morning.")
    assert harbours in world.organisations
    return world


@pytest.fixture(scope="module")
def sim(world: World) -> Iterator[Simulator]:
    with Simulator(world) as simulator:
        yield simulator


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / "samples"


def loaded(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", ["organisation_attorney_general", "organisation_organisation"])
def test_organisations(sim: Simulator, samples: Path, name: str) -> None:
    ours = get(sim, "https://www.gov.uk/api/content/government/organisations/department-for-harbours").json()
    agency = get(sim, "https://www.gov.uk/api/content/government/organisations/orchards-agency").json()
    assert lacking([ours, agency], [loaded(samples / "govuk" / f"{name}.json")]) == []


def test_roles(sim: Simulator, samples: Path) -> None:
    ours = get(sim, "https://www.gov.uk/api/content/government/ministers/secretary-of-state-for-harbours").json()
    assert lacking(ours, loaded(samples / "govuk" / "role_prime_minister.json")) == []


def test_news(sim: Simulator, samples: Path) -> None:
    found = get(sim, "https://www.gov.uk/api/search.json?filter_format=announcement").json()["results"][0]
    ours = get(sim, f"https://www.gov.uk/api/content{found['link']}").json()
    for name in ("best-practice-press-release", "best-practice-news-story", "news_article_press_release"):
        sample = loaded(samples / "govuk" / f"news_article_{name}.json")
        kept = {key: value for key, value in sample["links"].items() if key in ours["links"]}
        assert {"people", "roles"} <= set(ours["links"])
        assert lacking(ours, sample | {"links": kept}, [r"available_translations\[\]\.description"]) == []


def test_people_have_what_the_schema_requires(sim: Simulator, world: World, samples: Path) -> None:
    schema = loaded(samples / "govuk" / "person.frontend.schema.json")
    ours = get(sim, "https://www.gov.uk/api/content/government/people/ola-vosper").json()
    assert set(schema["required"]) <= set(ours)
    allowed = set(schema["definitions"]["details"]["properties"])
    assert set(ours["details"]) <= allowed
    assert set(ours["links"]) <= set(schema["properties"]["links"]["properties"])


def test_wikidata_entities(sim: Simulator, world: World, samples: Path) -> None:
    item = world.people["ola-vosper"].qid
    ours = get(sim, f"https://www.wikidata.org/wiki/Special:EntityData/{item}.json").json()["entities"][item]
    sample = next(iter(loaded(samples / "wikidata" / "q159344.json")["entities"].values()))
    assert set(ours) == set(sample)
    every = [statement for statements in sample["claims"].values() for statement in statements]
    statement = next(one for one in every if one["mainsnak"]["datatype"] == "wikibase-item")
    assert lacking(ours["claims"]["P39"][0], statement, ["references"]) == []
    account = loaded(samples / "wikidata" / "P2002_claim_Q43404.json")["P2002"][0]
    holder = next(one for one in world.accounts.values() if one.platform == "x" and one.person)
    other = world.people[str(holder.person)].qid
    claims = get(sim, f"https://www.wikidata.org/wiki/Special:EntityData/{other}.json").json()["entities"][other][
        "claims"
    ]
    assert lacking(claims["P2002"][0], account, ["P1552", "P3744", "P585"]) == []


def test_wikidata_results(sim: Simulator, samples: Path) -> None:
    query = quote("SELECT ?item ?start ?end ?position WHERE { ?item p:P39 ?x }")
    ours = get(sim, f"https://query.wikidata.org/sparql?format=json&query={query}").json()
    sample = loaded(samples / "wikidata" / "mandates_Q14211.json")
    assert set(ours) == set(sample) and set(ours["head"]) == set(sample["head"])
    (dated,) = [one for one in sample["results"]["bindings"] if one.get("ordinal", {}).get("value") == "74"]
    row = next(one for one in ours["results"]["bindings"] if "end" in one)
    assert row["item"].keys() == dated["item"].keys()
    assert row["start"].keys() == dated["start_date"].keys()
    assert re.fullmatch(r"http://www\.wikidata\.org/entity/Q\d+", row["item"]["value"])
    assert row["start"]["datatype"] == dated["start_date"]["datatype"]
    assert len(row["start"]["value"]) == len(dated["start_date"]["value"])


def test_organograms(sim: Simulator, world: World, samples: Path) -> None:
    with (samples / "organogram" / "cabinet_office-2012-03-31-senior.csv").open(encoding="utf-8", newline="") as file:
        sample = next(csv.reader(file))
    body = get(sim, world.organograms[0].url()).body
    rows = list(
        csv.reader(io.StringIO(body.decode("cp1252" if b"\xa3" in body and b"\xc2" not in body else "utf-8-sig")))
    )
    assert rows[0] == list(HEADER) == sample[: len(HEADER)]
    assert all(len(row) == len(HEADER) for row in rows)


def test_the_wayback_index(sim: Simulator, world: World, samples: Path) -> None:
    recorded = yaml.safe_load((samples / "wayback" / "test_search_multipage.yaml").read_text())
    sample = zlib.decompressobj(31).decompress(recorded["interactions"][0]["response"]["body"]["string"]).decode()
    url = quote(world.captures[0].url, safe="")
    ours = get(sim, f"https://web.archive.org/cdx/search/cdx?url={url}&limit=3&showResumeKey=true").text
    line = re.compile(r"\S+\) ?\S* \d{14} \S+ \S+ \d{3} [A-Z2-7]{32} \d+|\S+ \d{14} \S+ \S+ \d{3} [A-Z2-7]{32} \d+")
    for text in (ours, sample):
        lines = text.split("\n")
        assert lines[-1] == "" and lines[-3] == "" and "%29%2F" in lines[-2]
        assert all(line.fullmatch(one) for one in lines[:-3])


def test_a_capture(sim: Simulator, world: World, samples: Path) -> None:
    recorded = yaml.safe_load((samples / "wayback" / "test_get_memento.yaml").read_text())
    sample = {name.lower(): values[0] for name, values in recorded["interactions"][-1]["response"]["headers"].items()}
    one = world.captures[2]
    ours = get(sim, f"https://web.archive.org/web/{one.timestamp}id_/{one.url}").headers
    assert {"memento-datetime", "link"} <= set(ours) & set(sample)
    rels = re.compile(r'rel="([^"]+)"')
    assert set(rels.findall(ours["link"])) == set(rels.findall(sample["link"]))
    assert datetime.strptime(ours["memento-datetime"], "%a, %d %b %Y %H:%M:%S GMT") == one.at
    assert datetime.strptime(sample["memento-datetime"], "%a, %d %b %Y %H:%M:%S GMT")


def test_a_blocked_site(sim: Simulator, samples: Path) -> None:
    recorded = yaml.safe_load((samples / "wayback" / "test_search_raises_for_blocked_urls.yaml").read_text())
    response = recorded["interactions"][0]["response"]
    sim.blocked = frozenset({"blocked.example"})
    ours = get(sim, "https://web.archive.org/cdx/search/cdx?url=https://www.blocked.example/page")
    sim.blocked = frozenset()
    assert ours.status == response["status"]["code"] == 403
    (error,) = response["headers"]["X-Archive-Wayback-Runtime-Error"]
    assert ours.headers["x-archive-wayback-runtime-error"] == error == ours.text.strip()


def test_mastodon_accounts(sim: Simulator, world: World, samples: Path) -> None:
    recorded = loaded(samples / "mastodon" / "test_account_lookup.json")
    missing, sample = recorded[1], recorded[2]
    ours = get(sim, "https://social.example/api/v1/accounts/lookup?acct=ola")
    assert lacking(ours.json(), sample["body"]) == []
    limits = {name for name in sample["headers"] if name.startswith("x-ratelimit")}
    assert limits <= set(ours.headers)
    absent = get(sim, "https://social.example/api/v1/accounts/lookup?acct=nobody")
    assert (absent.status, absent.json()) == (missing["status"]["code"], missing["body"])


def _bluesky(path: Path) -> Any:
    return json.loads(yaml.safe_load(path.read_text())["http_interactions"][0]["response"]["body"]["string"])


def test_bluesky_profiles(sim: Simulator, samples: Path) -> None:
    sample = _bluesky(samples / "bluesky" / "bskyr_a_profile.yml")
    ours = get(sim, "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfiles?actors=ola.bsky.social").json()
    assert lacking(ours, sample) == []


def test_bluesky_feeds(sim: Simulator, samples: Path) -> None:
    sample = _bluesky(samples / "bluesky" / "bskyr_f_autfeed.yml")
    feed = "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=ola.bsky.social"
    ours = get(sim, f"{feed}&limit=2").json()
    assert set(ours) == set(sample) == {"feed", "cursor"}
    assert len(ours["cursor"]) == len(sample["cursor"])
    items = get(sim, feed).json()["feed"]
    kinds = {tuple(sorted(item)) for item in sample["feed"]}
    assert {tuple(sorted(item)) for item in items} == kinds == {("post",), ("post", "reply"), ("post", "reason")}
    unread = [r"labels\[\]", "grandparent", "notFound", r"\.reply\.(root|parent)\.record", r"displayName"]
    assert lacking(items, sample["feed"], unread) == []


def test_bluesky_identities(sim: Simulator, world: World, samples: Path) -> None:
    did = world.accounts["bluesky:ola.bsky.social"].did
    sample = loaded(samples / "bluesky" / "did_doc.json")
    assert lacking(get(sim, f"https://plc.directory/{did}").json(), sample["didDoc"]) == []
    resolved = get(sim, "https://public.api.bsky.app/xrpc/com.atproto.identity.resolveHandle?handle=ola.bsky.social")
    assert resolved.json().keys() == loaded(samples / "bluesky" / "resolve_handle.json").keys()
    assert len(did) == len(sample["didDoc"]["id"])


def test_x_users_and_posts(sim: Simulator, world: World, samples: Path) -> None:
    token = {"Authorization": "Bearer token-for-tests"}
    holder = next(one for one in world.accounts.values() if one.platform == "x" and len(one.posts) > 5)
    users = get(sim, f"https://api.x.com/2/users/by?usernames={holder.on(world.today).handle}", **token)
    (sample,) = loaded(samples / "x" / "test_client_get_users.json")
    assert users.json()["data"][0].keys() == sample["body"]["data"][0].keys()
    posts = get(sim, f"https://api.x.com/2/users/{holder.number}/tweets?max_results=5", **token)
    (sample,) = loaded(samples / "x" / "test_client_get_users_tweets.json")
    assert lacking(posts.json(), sample["body"]) == []
    assert {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"} <= set(posts.headers)


def test_x_errors(sim: Simulator, world: World, samples: Path) -> None:
    token = {"Authorization": "Bearer token-for-tests"}
    suspended, missing, account = (one["body"] for one in loaded(samples / "x" / "errors_from_public_repos.json"))
    ours = get(sim, "https://api.x.com/2/users/by?usernames=suspended_one,nobody_at_all", **token).json()
    assert "data" not in ours
    for error, sample in zip(ours["errors"], (suspended["errors"][0], missing["errors"][0]), strict=True):
        assert error.keys() == sample.keys()
        assert (error["title"], error["type"]) == (sample["title"], sample["type"])
        assert re.sub(r"usernames?|\[.*\]", "", error["detail"]) == re.sub(r"usernames?|\[.*\]", "", sample["detail"])
    sim.fault("403_account", host="api.x.com", times=1)
    assert get(sim, "https://api.x.com/2/users/by?usernames=a", **token).json() == account
