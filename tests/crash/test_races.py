"""Many writers, many readers, and kills at any time: one writer for each version, and nobody meets a torn one."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections import Counter

import pytest

from tests import synthetic_package as synthetic
from tests.crash import disk, judge, watching
from tests.crash.program import SLUG
from tests.crash.story import Scale, Story, sealed

WRITERS = 40


def release(story: Story, number: int, label: str, *more: str) -> list[str]:
    """A release so many days after the first; its label makes it differ from others of the same day."""
    day = (dt.date.fromisoformat(synthetic.AS_OF) + dt.timedelta(days=number)).isoformat()
    into = ["--published", str(story.published)]
    return ["publish-draft", str(story.contents[number % 2]), "--as-of", day, "--label", label, *into, *more]


@pytest.mark.parametrize("drafts", [1, 4], ids=["one draft", "four drafts"])
def test_of_forty_writers_one_wins_each_version(story: Story, drafts: int) -> None:
    """All start at once; the one that holds the roster stays in it for a while. Those that were turned away try again
    until every one has published or found nothing to do."""
    story.lay({})
    waiting = [release(story, 3, f"draft {number % drafts}", "--linger", "0.2") for number in range(WRITERS)]
    made: list[str] = []
    for _ in range(drafts):
        racers = [(command, story.program.start(command, held=True)) for command in waiting]
        for _, racer in racers:
            racer.go()
        ended = [(command, racer.ended()) for command, racer in racers]
        assert {done.status for _, done in ended} <= {0, 75}, [done.said for _, done in ended if done.status]
        assert {done.said.splitlines()[0] for _, done in ended if done.status} <= {"another run is publishing here"}
        won = [done.said.split() for _, done in ended if not done.status]
        made += [version for version, became in won if became == "made"]
        waiting = [command for command, done in ended if done.status] or waiting
    assert made
    assert len(made) == len(set(made)), f"a version was made twice: {made}"
    listed = [each["version"] for each in judge.listed(disk.read(story.published), SLUG)]
    assert sorted(listed) == sorted(made)
    assert drafts > 1 or listed == ["1.0.0"]
    assert judge.problems(story.published, disk.read(story.published)) == []


def test_a_reader_never_meets_a_torn_version(story: Story, scale: Scale) -> None:
    """It follows latest.json to each file of a version, while versions are published one after the other."""
    story.lay(story.after["first"])
    with watching.readers(story.published, 2) as counts:
        number = 0
        while (reads := counts().reads) < scale.reads or number < 4:
            number += 1
            sealed(story.program.run(release(story, number, f"reads {reads}")))
        seen = counts()
    assert seen.torn == []
    assert len(seen.versions) > 2, "the readers saw no version follow another"
    print(f"{seen.reads} reads of {len(seen.versions)} versions while {number} were published, none torn")


def test_kills_at_any_time(story: Story, scale: Scale) -> None:
    """Publications, withdrawals and checks, each killed at some moment or not at all; then one that is left alone."""
    chance, ends = random.Random(scale.seed), Counter[str]()
    story.lay(story.after["first"])
    with watching.readers(story.published, 1) as counts:
        for number in range(1, scale.kills + 1):
            command = _any_command(story, number, chance)
            running = story.program.start(command, held=True)
            running.go()
            time.sleep(chance.uniform(0, 0.25))
            running.kill()
            done = running.ended()
            ends[f"{command[0]} {'killed' if done.status < 0 else 'ended'}"] += 1
            assert done.status in (0, -9), done.said
            assert story.torn(disk.read(story.base)) == []
            if number % 4 == 0:
                sealed(story.program.run(release(story, number, "left alone")))
                tree = disk.read(story.published)
                assert judge.problems(story.published, tree) == []
    sealed(story.program.run(release(story, scale.kills + 1, "the last")))
    assert judge.problems(story.published, disk.read(story.published)) == []
    assert counts().torn == []
    print(f"{dict(sorted(ends.items()))}; {counts().reads} reads meanwhile, none torn")


def _any_command(story: Story, number: int, chance: random.Random) -> list[str]:
    kind = chance.random()
    into = ["--published", str(story.published)]
    if kind < 0.25:
        return ["withdraw", SLUG, "latest", "--reason", "wrong_data", "--date", "2031-12-01", *into]
    if kind < 0.35:
        return ["note-check", "--at", f"2031-12-{number % 28 + 1:02}", *into]
    return release(story, number, f"soak {number}", *(["--made-here"] if kind > 0.85 else []))
