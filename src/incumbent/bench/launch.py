"""Runs one program and writes down what it took: `python launch.py USAGE PROGRAM ARGUMENT...`.

A process of its own, with next to nothing imported: the kernel counts a child's peak memory from that of its parent on.
USAGE gets JSON: status, seconds, processor (seconds), peak (bytes).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

#: What ru_maxrss counts in: bytes on macOS, units of 1024 elsewhere (getrusage(2)).
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


def main(usage_file: str, *command: str) -> None:
    """Runs `command`; its standard output and error are this process's."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        process.wait()
        raise
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)  # waited for here, not by subprocess
    taken = {
        "status": process.returncode,
        "seconds": seconds,
        "processor": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * _MAXRSS_UNIT,
    }
    Path(usage_file).write_text(json.dumps(taken), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
