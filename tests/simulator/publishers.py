"""Which publisher answers for which host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulator import archives, bluesky, congress, govuk, mastodon, organograms, wikidata, wikipedia, x
from tests.simulator.messages import Answer, Call, text_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator


def answer(call: Call, world: World, simulator: Simulator) -> Answer:
    """What the host of the call answers, in a world. 404 for an address that no publisher knows."""
    for publisher in (_HOSTS.get(call.host, mastodon.answer), organograms.files):
        found = publisher(call, world, simulator)
        if found is not None:
            return found
    if call.path == "/robots.txt":
        return text_answer("User-agent: *\nDisallow:\n")
    return text_answer("404 page not found\n", status=404)


_HOSTS: dict[str, Callable[[Call, World, Simulator], Answer | None]] = {
    "www.gov.uk": govuk.answer,
    "query.wikidata.org": wikidata.query,
    "www.wikidata.org": wikidata.wiki,
    "en.wikipedia.org": wikipedia.answer,
    "ckan.publishing.service.gov.uk": organograms.catalogue,
    "web.archive.org": archives.internet_archive,
    "webarchive.nationalarchives.gov.uk": archives.government_archive,
    "raw.githubusercontent.com": congress.answer,
    "unitedstates.github.io": congress.answer,
    "theunitedstates.io": congress.answer,
    "public.api.bsky.app": bluesky.answer,
    "plc.directory": bluesky.directory,
    "api.x.com": x.answer,
    "api.twitter.com": x.answer,
}
