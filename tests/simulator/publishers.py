"""Which publisher answers for which host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulator import govuk
from tests.simulator.messages import Answer, Call, text_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator


def answer(call: Call, world: World, simulator: Simulator) -> Answer:
    """What the host of the call answers, in a world. 404 for an address that no publisher knows."""
    publisher = _HOSTS.get(call.host)
    found = publisher(call, world, simulator) if publisher else None
    if found is not None:
        return found
    if call.path == "/robots.txt":
        return text_answer("User-agent: *\nDisallow:\n")
    return text_answer("404 page not found\n", status=404)


_HOSTS: dict[str, Callable[[Call, World, Simulator], Answer | None]] = {
    "www.gov.uk": govuk.answer,
}
