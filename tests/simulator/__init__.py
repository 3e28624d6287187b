"""A loopback server that answers for every source that rosters capture, in their formats, faults included.

    with Simulator(World.generate(1)) as sim:
        fetcher = Fetcher("tests", bases={"*": sim.origin})

See server.Simulator, world.World and faults.FAULTS.
"""

from tests.simulator.entities import Account, Appointment, Capture, Legislator, Organisation, Person, Post
from tests.simulator.faults import FAULTS, Fault
from tests.simulator.server import Logged, Simulator
from tests.simulator.world import World, slug_of

__all__ = [
    "FAULTS",
    "Account",
    "Appointment",
    "Capture",
    "Fault",
    "Legislator",
    "Logged",
    "Organisation",
    "Person",
    "Post",
    "Simulator",
    "World",
    "slug_of",
]
