"""Rates: how fast a capture is beside what its hosts allow, and what it holds in memory.

    python -m tests.live.rates                        500 pages from one host, from ten hosts, 10,000 responses
    python -m tests.live.rates --pages 50 --responses 1000

The simulator, 5 ms late, is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from incumbent import capturing, roster
from incumbent.fetch import Fetcher, Limits, Request
from tests.simulator import Simulator

LATENCY = 0.005
DAY = "2026-06-01"
SLUG = "rates"


def write_roster(folder: Path, hosts: int, pages: int, delay: float, concurrency: int) -> Path:
    """A roster of one page, and for each host a source of so many pages that may be asked every `delay` seconds."""
    home = folder / SLUG
    home.mkdir(parents=True)
    common = {
        "adapter": "html_list", "title": "Leaders", "publisher": "Works", "licence": "CC0-1.0", "minimum": 0,
        "settings": {"items": "li", "minimum": 0, "patterns": ["(?P<person>[^,]+), (?P<post>.+)"]},
    }  # fmt: skip
    sources: list[dict[str, Any]] = []
    for number in range(hosts):
        at = f"https://host-{number}.example"
        polite = {"delay_seconds": delay, "concurrency": concurrency}
        urls = [f"{at}/page/{page}" for page in range(pages)]
        sources.append({
            "id": f"host-{number}", "role": "evidence" if number else "roster", "url": urls[0], "urls": urls[1:],
            "politeness": polite, **json.loads(json.dumps(common)),
        })  # fmt: skip
    about = {
        "slug": SLUG, "title": "Rates", "description": "Made up.", "licence": "CC0-1.0", "attribution": "tests",
        "contact": "tests@example.org", "sources": sources,
    }  # fmt: skip
    (home / roster.FILE).write_text(yaml.safe_dump(about, sort_keys=False))
    return home


@contextmanager
def served(hosts: int, pages: int) -> Iterator[str]:
    """The origin of a simulator in a process of its own that has so many pages at so many hosts."""
    command = [sys.executable, "-m", "tests.live.rates", "--serve", str(hosts), str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def serve(hosts: int, pages: int) -> None:
    """Answer until nobody listens any more."""
    with Simulator(latency=LATENCY) as sim:
        for host in range(hosts):
            for page in range(pages):
                rows = "".join(f"<li>Ada Page {page} of {host}, Post {row}</li>" for row in range(20))
                sim.serve(f"https://host-{host}.example/page/{page}", f"<ul>{rows}</ul></html>")
        print(sim.origin, flush=True)
        sys.stdin.read()


def captured(hosts: int, pages: int, delay: float, concurrency: int) -> dict[str, float]:
    """Seconds that a capture takes, pages a second, and the seconds that the hosts' allowed rate takes by itself."""
    with served(hosts, pages) as origin, tempfile.TemporaryDirectory(prefix="incumbent-rates-") as folder:
        known = roster.load(write_roster(Path(folder), hosts, pages, delay, concurrency))
        politeness = capturing.politeness(known)
        began, cpu = time.monotonic(), time.process_time()
        with Fetcher("tests@example.org", bases={"*": origin}, politeness=politeness) as fetcher:
            states = capturing.capture(known, Path(folder) / "archive", fetcher, DAY)
        spent = time.monotonic() - began
    assert all(state["state"] == "fresh" and state["snapshots"] == pages for state in states), states[:2]
    return {
        "seconds": round(spent, 2),
        "allowed_seconds": round(pages * delay, 2),
        "pages_a_second": round(hosts * pages / spent, 1),
        "cpu_seconds": round(time.process_time() - cpu, 2),
    }


def resident_mb() -> float:
    """What this process holds now."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def held(responses: int, steps: int = 10) -> list[float]:
    """MB held after each of `steps` parts of so many responses through one fetcher; each response is let go."""
    found = []
    with served(1, 100) as origin:
        limits = Limits(deadline_seconds=30)
        polite = {"*": roster.Politeness(delay_seconds=0, concurrency=4)}
        with Fetcher("tests@example.org", bases={"*": origin}, politeness=polite, limits=limits) as fetcher:
            for number in range(responses):
                fetcher.fetch(Request(f"https://host-0.example/page/{number % 100}"))
                if (number + 1) % (responses // steps) == 0:
                    found.append(resident_mb())
    return [round(value, 1) for value in found]


def main(arguments: Iterable[str] | None = None) -> None:
    """Print a line of JSON for each figure."""
    parser = argparse.ArgumentParser(prog="python -m tests.live.rates")
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--responses", type=int, default=10_000)
    parser.add_argument("--serve", type=int, nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args(None if arguments is None else list(arguments))
    if asked.serve:
        serve(*asked.serve)
        return
    polite = {"delay": 0.1, "concurrency": 2}
    print(json.dumps({"one host, 10 a second": captured(1, asked.pages, **polite)}), flush=True)
    print(json.dumps({"ten hosts, 10 a second each": captured(10, asked.pages // 10, **polite)}), flush=True)
    print(json.dumps({"one host, no pause, 8 at once": captured(1, asked.pages, 0, 8)}), flush=True)
    print(json.dumps({f"MB after each tenth of {asked.responses} responses": held(asked.responses)}), flush=True)


if __name__ == "__main__":
    main()
