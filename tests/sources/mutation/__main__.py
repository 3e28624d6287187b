"""`python -m tests.sources.mutation ADAPTER COUNT [FIRST]`: that many spoilt responses, what is wrong, and a summary.

ADAPTER is an adapter's name, or `all`: then COUNT for each adapter. The responses of an adapter are taken in turn.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from tests.sources.mutation.case import ask
from tests.sources.mutation.cases import CASES
from tests.sources.mutation.mutate import mutated


def main(adapter: str, count: int, first: int = 0) -> int:
    """Exit status 1 when a response was answered wrongly."""
    names = sorted({case.adapter for case in CASES.values()})
    return max(_campaign(name, count, first) for name in (names if adapter == "all" else [adapter]))


def _campaign(adapter: str, count: int, first: int) -> int:
    cases = [case for case in CASES.values() if case.adapter == adapter]
    if not cases:
        raise SystemExit(f"no response of {adapter!r}; there are {sorted({case.adapter for case in CASES.values()})}")
    came: Counter[str] = Counter()
    began, slowest, seen = time.process_time(), (0.0, first), set[str]()
    for seed in range(first, first + count):
        case = cases[seed % len(cases)]
        body = mutated(case, seed)
        answer = ask(case, body)
        slowest = max(slowest, (answer.seconds, seed))
        for fault in answer.faults:
            if fault[:60] not in seen:  # one of a kind is enough to read
                print(f"{case.name}, seed {seed}: {fault}", flush=True)
            seen.add(fault[:60])
        came["wrong" if answer.faults else "typed error" if answer.errors else "claims"] += 1
    print(
        f"{adapter}: {count} responses from seed {first}: {dict(sorted(came.items()))}; "
        f"{time.process_time() - began:.0f} s of processor time, the slowest {slowest[0]:.2f} s (seed {slowest[1]})",
        flush=True,
    )
    return 1 if came["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
