"""What the machine refused: a full disk, a missing right, a limit. No defect of ours, and the user can mend it."""

from __future__ import annotations

import errno
import os
import re

from incumbent.errors import IncumbentError

_ROOM = ("room for the files that are written", "make room or give another folder, then run again")
_RIGHT = ("files and folders that this user may read and write", "mend the rights or give another folder")
_DEVICE = ("a disk that can be read and written", "look at the disk and at the kernel's log, then run again")
_HANDLES = ("as many open files as a run needs", "raise the limit (ulimit -n), then run again")
#: errno -> what was expected of the machine, and what its user can do. Any other is a defect of ours.
_REFUSALS = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: ("files as long as they have to be", "raise the limit (ulimit -f), then run again"),
    errno.EROFS: ("a file system that can be written to", "mount it for writing or give another folder"),
    errno.EACCES: _RIGHT,
    errno.EPERM: _RIGHT,
    errno.EIO: _DEVICE,
    errno.ESTALE: _DEVICE,
    errno.ENXIO: _DEVICE,
    errno.EMFILE: _HANDLES,
    errno.ENFILE: _HANDLES,
    errno.ENOMEM: ("as much memory as a run needs", "end other programs or raise the limit, then run again"),
}  # fmt: skip
#: How Rust's standard library, and so Polars, ends the text of an error of the operating system.
_RUST = re.compile(r"\(os error (\d{1,4})\)")


def refusal(error: BaseException, *, where: str = "") -> MachineError | None:
    """`error` as what the machine refused; None where it is something else. `where`: when the error names no file.

    Polars tells an error of the operating system as an OSError without a number, or as an exception of its own: there
    the number stands in the text.
    """
    number = error.errno if isinstance(error, OSError) else None
    if number is None and (isinstance(error, OSError) or type(error).__module__.startswith("polars")):
        told = _RUST.search(str(error))
        number = int(told[1]) if told else None
    if number not in _REFUSALS:
        return None
    expected, do = _REFUSALS[number]
    names = (getattr(error, "filename", None), getattr(error, "filename2", None))
    files = " -> ".join(os.fsdecode(name) for name in names if isinstance(name, str | bytes))
    return MachineError(
        f"the machine refused to go on: {os.strerror(number)}", where=files or where, expected=expected, do=do
    )


class MachineError(IncumbentError):
    """A disk, a right or a limit of this machine that a command met. What was published before is as it was."""
