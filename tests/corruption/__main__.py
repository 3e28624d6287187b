"""The whole campaign: `python -m tests.corruption [--corruptions 1000] [--changes 200] [--start 0]`.

Prints a line per case that did not end as it should, then the tables that docs/gates.md shows. Exit status 1 when more
than one corruption of a hundred goes unnoticed, or more than one change of a hundred is held.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from tests.corruption import campaign


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.corruption")
    parser.add_argument("--corruptions", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--start", type=int, default=0, help="number of the first case of each")
    asked = parser.parse_args()
    spoilt = list(campaign.corruptions(range(asked.start, asked.start + asked.corruptions)))
    unnoticed = campaign.unnoticed(spoilt)
    changed = list(campaign.changes(range(asked.start, asked.start + asked.changes)))
    held = [case for case in changed if case.came == "held"]
    for case in (*unnoticed, *held, *(each for each in spoilt if each.came == "unchanged")):
        print(*case)
    for cases in filter(None, (spoilt, changed)):
        print(f"\n{campaign.summary(cases)}\n")
        print(f"{statistics.median(case.seconds for case in cases):.2f} s a case (median)")
    noticed = [case for case in spoilt if case.came == "flagged"]
    lines = sum(case.touched for case in noticed)
    print(f"flagged: {sum(case.named for case in noticed)} of {lines} lines that were touched are named")
    print(f"changes with a warning: {sum(bool(case.by) for case in changed)} of {len(changed)}")
    return int(100 * len(unnoticed) > len(spoilt) or 100 * len(held) > len(changed))


if __name__ == "__main__":
    sys.exit(main())
