"""Recorded answers of the platforms, and what a person reads from them. They lie in ../shared: not ours to publish."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from incumbent.platforms import bluesky, mastodon, x
from incumbent.sources import Context
from tests.platforms.answers import CONTEXT, one, snapshot

pytestmark = pytest.mark.shared


def observations(adapter: Any, body: object, url: str, **more: Any) -> list[dict[str, Any]]:
    context: Context = CONTEXT
    rows: list[dict[str, Any]] = adapter.parse(snapshot(body, url, **more), {}, context).observations.rows(named=True)
    return rows


def recorded(path: Path) -> list[tuple[str, int, Any]]:
    """Address, status and body of each exchange of a sample."""
    if path.suffix == ".json":
        return [(one["uri"], one["status"]["code"], one["body"]) for one in json.loads(path.read_text())]
    tape = yaml.safe_load(path.read_text())
    if "http_interactions" in tape:
        exchanges = [(one["request"]["uri"], one["response"]) for one in tape["http_interactions"]]
        return [(uri, answer["status"], answer["body"]["string"]) for uri, answer in exchanges]
    exchanges = [(one["request"]["uri"], one["response"]) for one in tape["interactions"]]
    return [(uri, answer["status"]["code"], answer["body"]["string"]) for uri, answer in exchanges]


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / "samples"


def test_a_bluesky_profile(samples: Path) -> None:
    ((url, status, body),) = recorded(samples / "bluesky/bskyr_a_profile.yml")
    row = one(observations(bluesky, body, url, status=status))
    assert (row["platform_id"], row["handle"]) == ("did:plc:wpe35pganb6d4pg4ekmfy6u5", "chriskenny.bsky.social")
    assert (row["state"], row["posts"], row["followers"], row["created"]) == ("live", 65, 554, "2023-09-19")
    assert row["links"] == "https://christophertkenny.com/"
    assert row["opted_out"] is False


def test_a_bluesky_feed(samples: Path) -> None:
    ((url, _, body),) = recorded(samples / "bluesky/bskyr_f_autfeed.yml")
    captured = replace(snapshot(body, url), fetched_at="2025-05-19T17:41:26Z")
    row = one(bluesky.parse(captured, {}, CONTEXT).observations.rows(named=True))
    assert (row["platform_id"], row["last_post"]) == ("did:plc:wpe35pganb6d4pg4ekmfy6u5", "2025-05-05")
    # 50 items from 5 May 2025 back to 21 March 2024, seven of them reposts; a page that goes on after it.
    assert (row["posts_30d"], row["posts_90d"], row["posts_365d"]) == (8, 21, 42)


def test_who_a_bluesky_handle_is(samples: Path) -> None:
    document = (samples / "bluesky/did_doc.json").read_text()
    row = one(observations(bluesky, document, "did_doc.json"))
    assert (row["handle"], row["platform_id"]) == ("test.marshal.dev", "did:plc:kvwvcn5iqfooopmyzvb4qzba")
    resolved = (samples / "bluesky/resolve_handle.json").read_text()
    url = "https://public.api.bsky.app/xrpc/com.atproto.identity.resolveHandle?handle=bsky.app"
    assert one(observations(bluesky, resolved, url))["platform_id"] == "did:plc:z72i7hdynmk6r22z27h6tvur"


@pytest.mark.parametrize("name", ["test_account_lookup.json", "test_account_lookup.yaml"])
def test_a_mastodon_lookup(samples: Path, name: str) -> None:
    own, absent, local, whole = recorded(samples / "mastodon" / name)
    for url, status, body in (own, local, whole):
        row = one(observations(mastodon, body, url, status=status))
        assert (row["handle"], row["state"]) == ("mastodonpy_test@localhost:3000", "live")
        assert row["platform_id"] == "http://localhost:3000/ap/users/117020565966271181"
        assert (row["posts"], row["followers"], row["last_post"]) == (0, 0, "2026-08-01")
        assert (row["opted_out"], row["verified_links"], row["description"]) == (False, None, "I walk funny")
    url, status, body = absent
    row = one(observations(mastodon, body, url, status=status))
    assert (row["handle"], row["state"], row["posts"]) == (
        "kljadklajsdkljlkjlkjlkjasdasd@localhost:3000",
        "not_found",
        None,
    )


def test_two_mastodon_accounts(samples: Path) -> None:
    remote, own = recorded(samples / "mastodon/test_entity_account.json")
    row = one(observations(mastodon, remote[2], remote[0]))
    assert (row["handle"], row["posts"], row["followers"]) == ("halcy@icosahedron.website", 75076, 3553)
    assert (row["last_post"], row["created"], row["opted_out"]) == ("2026-04-11", "2017-02-03", False)
    assert row["verified_links"] == "https://halcy.de/"
    assert row["links"] == "https://halcy.de/;https://demoscene.vc/"
    row = one(observations(mastodon, own[2], own[0]))
    assert (row["handle"], row["posts"], row["opted_out"]) == ("halcy@mastodon.social", 988, True)


def test_users_and_posts_of_x(samples: Path) -> None:
    ((url, _, body),) = recorded(samples / "x/test_client_get_users.json")
    users = {row["handle"]: row for row in observations(x, body, url)}
    assert {handle: row["platform_id"] for handle, row in users.items()} == {
        "Twitter": "783214", "TwitterDev": "2244994945",
    }  # fmt: skip
    assert {(row["state"], row["posts"]) for row in users.values()} == {("live", None)}
    ((_, _, packed),) = recorded(samples / "x/test_client_get_users.yaml")
    assert json.loads(gzip.decompress(packed if isinstance(packed, bytes) else base64.b64decode(packed))) == body
    ((url, _, body),) = recorded(samples / "x/test_client_get_users_tweets.json")
    row = one(observations(x, body, url))
    assert (row["platform_id"], row["last_post"]) == ("783214", "2022-10-05")
    assert (row["posts_30d"], row["posts_365d"]) == (0, 0), "the older of the two is over a year old"


def test_errors_of_x(samples: Path) -> None:
    suspended, missing, refused = json.loads((samples / "x/errors_from_public_repos.json").read_text())
    row = one(observations(x, suspended["body"], "https://api.x.com/2/users?ids=481186914"))
    assert (row["platform_id"], row["handle"], row["state"]) == ("481186914", None, "suspended")
    row = one(observations(x, missing["body"], "https://api.x.com/2/users/by?usernames=adfldfddddd"))
    assert (row["platform_id"], row["handle"], row["state"]) == (None, "adfldfddddd", "not_found")
    url = "https://api.x.com/2/users/by?usernames=harbour"
    row = one(observations(x, refused["body"], url, status=refused["status"]))
    assert (row["handle"], row["state"]) == ("harbour", "unknown"), "our own account's suspension, not theirs"
