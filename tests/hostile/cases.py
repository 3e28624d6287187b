"""One hostile case: a pure function of its seed. A list, one or two evidence files, and how the check is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.hostile import cells, files, tables
from tests.hostile.tables import Rows


@dataclass(frozen=True)
class Case:
    """`files`: name -> bytes, to be written into an empty folder. `arguments`: of `incumbent`, names relative to it.

    `entries`: how many entries the list has, where it is sound; null where it was spoilt and only the answer can say.
    """

    seed: int
    files: dict[str, bytes]
    arguments: tuple[str, ...]
    list_file: str
    format: str
    output: str | None
    entries: int | None

    def write(self, folder: Path) -> None:
        """Put the files into `folder`."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def case(seed: int) -> Case:
    """The case of this seed, the same on every machine and in every process."""
    random = Random(seed)
    crowded = random.random() < 0.01
    listed, evidence = _crowd(random) if crowded else tables.pair(random)
    one, one_bytes, one_sound = files.write(random, listed)
    written = {f"list{one}": one_bytes}
    names = [f"evidence{random.choice(('', ' ü', '%s', '[red]', ''))}"]
    if random.random() < 0.15:
        names.append("more")
    evidence_files = []
    for number, name in enumerate(names):
        table = evidence if number == 0 else tables.pair(random)[1]
        suffix, content, _ = files.write(random, table)
        written[f"{name}{suffix}"] = content
        evidence_files.append(f"{name}{suffix}")
    if random.random() < 0.02:
        evidence_files.append(random.choice((f"list{one}", "absent.csv", ".", "nul\x00.csv", "x" * 300)))
    options, output = _options(random)
    arguments = ["check", f"list{one}", *(part for name in evidence_files for part in ("--evidence", name)), *options]
    format_ = "table"
    for at, option in enumerate(options):
        if option == "--format":
            format_ = options[at + 1]
        if option == "--json":
            format_ = "json"
    return Case(seed, written, tuple(arguments), f"list{one}", format_, output, len(listed.rows) if one_sound else None)


def _options(random: Random) -> tuple[list[str], str | None]:
    options: list[str] = []
    output = None
    if random.random() < 0.8:
        options += random.choice(
            (["--format", "csv"], ["--format", "csv", "--excel"], ["--format", "json"], ["--json"], ["--format", "csv"])
        )
    if random.random() < 0.7:
        options += ["--as-of", cells.day(random) if random.random() < 0.95 else random.choice(cells.DATES)]
    if random.random() < 0.3:
        output = "answer"
        options += ["--output", output]
    for chance, option in (
        (0.2, ["--explain"]), (0.1, ["--quiet"]), (0.1, ["--max-age", str(random.choice((0, 200, 100_000)))]),
        (0.02, ["--organisation", random.choice(("Harbour Office", cells.hostile(random)))]),
        (0.02, ["--columns", random.choice(("person=Name", "post=person", "post=", cells.hostile(random)))]),
        (0.02, ["--sheet", random.choice(("S", "T", cells.hostile(random)))]),
    ):  # fmt: skip
        if random.random() < chance:
            options += [part.replace("\x00", "") if part.startswith("-") else part for part in option]
    return options, output


def _crowd(random: Random) -> tuple[Rows, Rows]:
    """Hundreds to thousands of rows that differ in nothing, or in a number only."""
    kind = random.choice(_CROWDS)
    # Rows that all speak of one office meet one another, which costs the square of their number.
    size = random.choice((300, 1_000)) if kind in ("same", "one post") else random.choice((300, 1_000, 2_000))
    name, post, body = cells.name(random), cells.post(random), cells.body(random)
    rows = {
        "same": [[name, post, body] for _ in range(size)],
        "one name": [[name, f"{post} {number}", body] for number in range(size)],
        "one post": [[f"{name} {number}", post, body] for number in range(size)],
        "one body": [[f"Ann Archer {number}", f"Chief Clerk {number}", "Harbour Office"] for number in range(size)],
        "bodies": [[name, post, f"Harbour Office {number}"] for number in range(size)],
        "anybody": [[cells.name(random), cells.post(random), cells.body(random)] for _ in range(size)],
    }
    chosen = rows[kind]
    evidence = [[*row, "2012-06-01"] for row in chosen[: random.choice((1, 100, size))]]
    return (
        Rows(["person", "post", "organisation"], chosen, sound=True),
        Rows(["person", "post", "organisation", "as_at"], evidence, sound=True),
    )


_CROWDS = ("same", "one name", "one post", "one body", "bodies", "anybody")
