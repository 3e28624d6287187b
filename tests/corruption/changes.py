"""What really happens to a list: changes that a publisher makes, and that are to be published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from tests.corruption.lists import NEW_SUBJECTS, Line, people


class Changed(NamedTuple):
    """The list after the change, and those of its lines of which a gazette might tell."""

    lines: Sequence[Line]
    notices: Sequence[Line]


def reshuffle(rng: Random, lines: Sequence[Line]) -> Changed:
    """Two to four people take each other's posts."""
    chosen = rng.sample(range(len(lines)), rng.randint(2, 4))
    after = list(lines)
    for place, taken_from in zip(chosen, [*chosen[1:], chosen[0]], strict=True):
        after[place] = after[place]._replace(person=lines[taken_from].person)
    return Changed(after, [after[place] for place in chosen])


def new_person(rng: Random, lines: Sequence[Line]) -> Changed:
    """One to three posts have new holders."""
    chosen = rng.sample(range(len(lines)), rng.randint(1, 3))
    after = list(lines)
    for place, name in zip(chosen, people(rng, len(chosen), [line.person for line in lines]), strict=True):
        after[place] = after[place]._replace(person=name)
    return Changed(after, [after[place] for place in chosen])


def departure(rng: Random, lines: Sequence[Line]) -> Changed:
    """One or two leave, and their posts with them."""
    gone = set(rng.sample(range(len(lines)), rng.randint(1, 2)))
    return Changed([line for number, line in enumerate(lines) if number not in gone], [])


def renamed_post(rng: Random, lines: Sequence[Line]) -> Changed:
    place = rng.randrange(len(lines))
    after = list(lines)
    after[place] = after[place]._replace(post=f"Director General, {rng.choice(NEW_SUBJECTS)}")
    return Changed(after, [after[place]])


def renamed_body(rng: Random, lines: Sequence[Line]) -> Changed:
    """One body has another name, on all of its lines."""
    body, name = rng.choice(sorted({line.body for line in lines})), f"Department for {rng.choice(NEW_SUBJECTS)}"
    after = [line._replace(body=name) if line.body == body else line for line in lines]
    return Changed(after, [])


def new_department(rng: Random, lines: Sequence[Line]) -> Changed:
    """A body that was not there, with three to five people, among them somebody who moved there."""
    body = f"Ministry of {rng.choice(NEW_SUBJECTS)}"
    names = people(rng, rng.randint(3, 5), [line.person for line in lines])
    posts = ("Permanent Secretary", "Director of Strategy", "Director of People", "General Counsel", "Chief Scientist")
    added = [Line(name, post, body) for name, post in zip(names, posts, strict=False)]
    if rng.random() < 0.5:
        place = rng.randrange(len(lines))
        added[0] = added[0]._replace(person=lines[place].person)
        lines = [line for number, line in enumerate(lines) if number != place]
    return Changed([*lines, *added], added)


def new_entries(rng: Random, lines: Sequence[Line]) -> Changed:
    """A handful more of people in bodies that are there."""
    after, added = list(lines), []
    for name in people(rng, rng.randint(1, 4), [line.person for line in lines]):
        place = rng.randrange(len(after))
        added.append(Line(name, f"Deputy Director, {rng.choice(NEW_SUBJECTS)}", after[place].body))
        after.insert(place + 1, added[-1])
    return Changed(after, added)


def other_wording(rng: Random, lines: Sequence[Line]) -> Changed:
    """The publisher's editor prefers other words, on a part of the list or on all of it."""
    share = rng.choice((0.1, 0.5, 1.0))
    old, new = rng.choice((("Director of ", "Director, "), ("Head of ", "Head, "), ("Department of", "Dept of")))
    worded = [line._replace(post=line.post.replace(old, new), body=line.body.replace(old, new)) for line in lines]
    chosen = [rng.random() < share for _ in lines]
    if all(line == other for line, other, is_chosen in zip(lines, worded, chosen, strict=True) if is_chosen):
        chosen = [True] * len(lines)
    after = [other if is_chosen else line for line, other, is_chosen in zip(lines, worded, chosen, strict=True)]
    return Changed(after, [])


def honours(rng: Random, lines: Sequence[Line]) -> Changed:
    after = list(lines)
    for place in rng.sample(range(len(lines)), rng.randint(1, 4)):
        name = after[place].person
        after[place] = after[place]._replace(person=rng.choice((f"Sir {name}", f"Dame {name}", f"{name} CBE")))
    return Changed(after, [])


def other_order(rng: Random, lines: Sequence[Line]) -> Changed:
    """The list is sorted otherwise, and a person is new: the order alone changes nothing."""
    after, notices = new_person(rng, lines)
    return Changed(sorted(after, key=lambda line: line.person), notices)


def corrected_name(rng: Random, lines: Sequence[Line]) -> Changed:
    """A misspelt name is put right: one letter of a surname."""
    after = list(lines)
    place = rng.randrange(len(lines))
    given, surname = after[place].person.split(" ", 1)
    at = rng.randrange(1, len(surname))
    after[place] = after[place]._replace(person=f"{given} {surname[:at]}{surname[at - 1]}{surname[at:]}")
    return Changed(after, [])


def several(rng: Random, lines: Sequence[Line]) -> Changed:
    """Two or three small things between one capture and the next."""
    after, notices = lines, []
    for change in rng.sample((new_person, departure, renamed_post, honours, corrected_name), rng.randint(2, 3)):
        after, told = change(rng, after)
        notices += told
    return Changed(after, [line for line in notices if line in after])


Change = Callable[[Random, Sequence[Line]], Changed]
CHANGES: dict[str, Change] = {
    each.__name__: each
    for each in (
        reshuffle, new_person, departure, renamed_post, renamed_body, new_department, new_entries, other_wording,
        honours, other_order, corrected_name, several,
    )
}  # fmt: skip
