"""What goes wrong with a page: each corruption makes other bytes of a list, and says which lines it touched."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from tests.corruption.lists import Line, Shape, generate

#: No corruption touches more than this share of the lines unless it is of the whole page: the large ones are easy.
_MOST = 0.4


class Page(NamedTuple):
    """A list as it should be served now, and as it was served before its last change."""

    lines: Sequence[Line]
    earlier: Sequence[Line]
    shape: Shape


class Spoilt(NamedTuple):
    """The bytes that come instead, and the lines that are not as they should be."""

    body: bytes
    touched: Sequence[Line]


def dropped_rows(rng: Random, page: Page) -> Spoilt:
    gone = set(rng.sample(range(len(page.lines)), _some(rng, page)))
    return _spoilt(page, [line for number, line in enumerate(page.lines) if number not in gone], gone)


def truncated_list(rng: Random, page: Page) -> Spoilt:
    kept = len(page.lines) - _some(rng, page)
    return _spoilt(page, page.lines[:kept], range(kept, len(page.lines)))


def swapped_people(rng: Random, page: Page) -> Spoilt:
    lines = list(page.lines)
    touched = rng.sample(range(len(lines)), 2 * rng.randint(1, 3))
    for one, other in zip(touched[::2], touched[1::2], strict=True):
        first, second = lines[one], lines[other]
        lines[one], lines[other] = first._replace(person=second.person), second._replace(person=first.person)
    return _spoilt(page, lines, touched)


def column_off_by_rows(rng: Random, page: Page) -> Spoilt:
    """One column of a block stands some rows lower than it should."""
    column = rng.choice(("person", "person", "post"))
    block = _block(rng, page, least=2)
    cells = [getattr(page.lines[number], column) for number in block]
    lines = list(page.lines)
    for number, cell in zip(block, [*cells[-1:], *cells[:-1]], strict=True):
        lines[number] = lines[number]._replace(**{column: cell})
    return _spoilt(page, lines, block)


def shifted_columns(rng: Random, page: Page) -> Spoilt:
    """The cells of some lines stand one column further than they should."""
    order = rng.choice(((1, 2, 0), (2, 0, 1), (1, 0, 2), (0, 2, 1)))
    block = _block(rng, page)
    lines = list(page.lines)
    for number in block:
        lines[number] = Line(*(lines[number][column] for column in order))
    return _spoilt(page, lines, block)


def duplicated_block(rng: Random, page: Page) -> Spoilt:
    block = _block(rng, page)
    lines = list(page.lines)
    lines[block[-1] + 1 : block[-1] + 1] = [page.lines[number] for number in block]
    return _spoilt(page, lines, block)


def emptied_fields(rng: Random, page: Page) -> Spoilt:
    column, touched = rng.choice(Line._fields), rng.sample(range(len(page.lines)), _some(rng, page))
    lines = [line._replace(**{column: ""}) if number in touched else line for number, line in enumerate(page.lines)]
    return _spoilt(page, lines, touched)


def old_page(_rng: Random, page: Page) -> Spoilt:
    """The page as it was before its last change."""
    touched = [line for line in page.lines if line not in page.earlier]
    touched += [line for line in page.earlier if line not in page.lines]
    return Spoilt(page.shape.written(page.earlier).encode(), touched)


def another_page(rng: Random, page: Page) -> Spoilt:
    """A list of other people of the same publisher, in the same format."""
    other = generate(rng.randrange(10**6), len(page.lines))
    return Spoilt(page.shape.written(other).encode(), page.lines)


def foreign_page(rng: Random, page: Page) -> Spoilt:
    """A page that is no list: a notice, an empty list, a page that asks who is there."""
    notices = (
        "<!doctype html><html><head><title>One moment</title></head><body><p>Are you a robot?</p></body></html>",
        "<!doctype html><html><head><title>Sorry</title></head><body><h1>We are working on it</h1></body></html>",
        "",
        page.shape.written([]),
    )
    return Spoilt(rng.choice(notices).encode(), page.lines)


def wrong_encoding(rng: Random, page: Page) -> Spoilt:
    """The text was encoded, decoded or repaired by somebody who took it for something else."""
    text = page.shape.written(page.lines)
    bodies = (
        text.encode().decode("cp1252", "replace").encode(),  # read as Windows-1252, and written again
        text.encode("latin-1", "replace"),  # written as Latin-1, and said to be UTF-8
        re.sub(r"[^\x00-\x7f]", "\ufffd", text).encode(),
        re.sub(r"[^\x00-\x7f]", "?", text).encode(),
    )
    touched = [line for line in page.lines if not line.person.isascii()]
    return Spoilt(rng.choice(bodies), touched)


def merged_cells(rng: Random, page: Page) -> Spoilt:
    """Two lines became one, or two cells of a line did."""
    lines, number = list(page.lines), rng.randrange(len(page.lines) - 1)
    one, other = lines[number], lines[number + 1]
    if rng.random() < 0.5:
        lines[number : number + 2] = [
            Line(f"{one.person} {other.person}", f"{one.post} {other.post}", rng.choice((one.body, other.body)))
        ]
        return _spoilt(page, lines, (number, number + 1))
    lines[number] = rng.choice(
        (
            Line(f"{one.person}, {one.post}", one.post, one.body),
            Line(f"{one.person} {one.body}", one.post, one.body),
            Line(one.person, f"{one.person} {one.post}", one.body),
        )
    )
    return _spoilt(page, lines, (number,))


def copied_cells(rng: Random, page: Page) -> Spoilt:
    """A name stands on its neighbours' lines too, as when a formula is pulled down."""
    block = _block(rng, page, least=2)
    lines = list(page.lines)
    for number in block[1:]:
        lines[number] = lines[number]._replace(person=lines[block[0]].person)
    return _spoilt(page, lines, block[1:])


def scrambled_people(rng: Random, page: Page) -> Spoilt:
    """One column was sorted without the others."""
    block = _block(rng, page, least=3)
    given = [page.lines[number].person for number in block]
    names = sorted(given, key=lambda name: name.split()[-1][::-1])
    if names == given:
        names.reverse()
    lines = list(page.lines)
    for number, name in zip(block, names, strict=True):
        lines[number] = lines[number]._replace(person=name)
    touched = [number for number in block if lines[number] != page.lines[number]]
    return _spoilt(page, lines, touched)


def cut_body(rng: Random, page: Page) -> Spoilt:
    """The bytes end in the middle, and nothing says so."""
    whole = page.shape.written(page.lines)
    cut = whole[: rng.randrange(len(whole) // 4, len(whole) - 40)]
    return Spoilt(cut.encode(), [line for line in page.lines if line.person not in cut])


def swapped_columns(rng: Random, page: Page) -> Spoilt:
    """The headers of two columns, or of all, changed places, and their cells did not."""
    order = rng.choice(((1, 0, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0)))
    lines = [Line(*(line[column] for column in order)) for line in page.lines]
    return Spoilt(page.shape.written(lines).encode(), page.lines)


Corruption = Callable[[Random, Page], Spoilt]
CORRUPTIONS: dict[str, Corruption] = {
    each.__name__: each
    for each in (
        dropped_rows, truncated_list, swapped_people, column_off_by_rows, shifted_columns, duplicated_block,
        emptied_fields, old_page, another_page, foreign_page, wrong_encoding, merged_cells, copied_cells,
        scrambled_people, cut_body, swapped_columns,
    )
}  # fmt: skip


def _some(rng: Random, page: Page) -> int:
    """How many lines: one as often as many."""
    most = max(2, int(_MOST * len(page.lines)))
    return 1 if rng.random() < 0.25 else rng.randint(1, min(most, 3 if rng.random() < 0.5 else most))


def _block(rng: Random, page: Page, least: int = 1) -> list[int]:
    size = max(least, _some(rng, page))
    start = rng.randrange(len(page.lines) - size + 1)
    return list(range(start, start + size))


def _spoilt(page: Page, lines: Sequence[Line], touched: Sequence[int] | set[int] | range) -> Spoilt:
    return Spoilt(page.shape.written(lines).encode(), [page.lines[number] for number in sorted(touched)])
