"""`python -m tests.hostile 10000 [FIRST]`: ask that many cases, print what is wrong as it is found, and count."""

from __future__ import annotations

import sys
import time
from collections import Counter

from tests.hostile.cases import case
from tests.hostile.judge import judge


def main(count: int, first: int = 0) -> int:
    """Exit status 1 when a case was answered wrongly."""
    statuses: Counter[str] = Counter()
    began, slowest = time.process_time(), (0.0, first)
    for seed in range(first, first + count):
        answer, faults = judge(case(seed))
        for fault in faults:
            print(f"seed {seed}: {fault}", flush=True)
        statuses["wrong" if faults or answer is None else str(answer.status)] += 1
        if answer is not None:
            slowest = max(slowest, (answer.seconds, seed))
        if (seed - first + 1) % 100 == 0:
            print(f"{seed - first + 1} asked, {dict(sorted(statuses.items()))}", flush=True)
    print(f"{count} cases from seed {first}: {dict(sorted(statuses.items()))} by exit status")
    print(f"{time.process_time() - began:.0f} s of processor time, the slowest {slowest[0]:.1f} s (seed {slowest[1]})")
    return 1 if statuses["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
