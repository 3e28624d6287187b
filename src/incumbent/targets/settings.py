"""What --target-option may say: our own few settings, and what fsspec's file system takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from incumbent.errors import InputError

#: Words of an option's name that make it a secret. A command line is seen by everybody on the machine, and is kept in
#: the history of a shell.
SECRETS = ("key", "secret", "token", "password", "passwd", "credential", "credentials", "connection_string")

_NUMBER = re.compile(r"[0-9]{1,7}(\.[0-9]+)?")
_WORDS = {"true": True, "false": False}


def read_settings(options: Sequence[str]) -> Settings:
    """The settings of KEY=VALUE pairs. Raises InputError for what is none, is given twice, or is a secret."""
    given: dict[str, str] = {}
    for text in options:
        key, equals, value = text.partition("=")
        if not equals or re.fullmatch(r"[a-z][a-z0-9_]*", key) is None:
            raise InputError("this is no option", where="--target-option", expected="KEY=VALUE")
        if key in SECRETS or any(key.endswith(f"_{word}") for word in SECRETS):
            raise InputError(
                f"{key} is a secret, and others on this machine can read a command line",
                where="--target-option",
                expected="credentials in the environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                do="docs/targets.md names the ways",
            )
        if key in given:
            raise InputError(f"{key} is given twice", where="--target-option", expected="each option once")
        given[key] = value
    own = {key: read(key, given.pop(key)) for key, read in _OWN.items() if key in given}
    return Settings(storage={key: _WORDS.get(value, value) for key, value in given.items()}, **own)


def _seconds(key: str, value: str) -> float:
    if _NUMBER.fullmatch(value) is None:
        raise InputError(f"{key} is no number of seconds", where="--target-option", expected="such as 60")
    return float(value)


def _yes(key: str, value: str) -> bool:
    if value not in _WORDS:
        raise InputError(f"{key} is neither true nor false", where="--target-option", expected="true or false")
    return _WORDS[value]


def _folder(key: str, value: str) -> Path:
    if not value:
        raise InputError(f"{key} names no folder", where="--target-option", expected="a folder")
    return Path(value).expanduser()


_OWN: Mapping[str, Callable[[str, str], Any]] = {
    "cache": _folder,
    "one_writer": _yes,
    "takeover_seconds": _seconds,
    "wait_seconds": _seconds,
}


@dataclass(frozen=True)
class Settings:
    """How a target is written to.

    cache             where working copies are kept; None: the user's cache folder
    one_writer        the operator promises that nobody else writes: needed where writes cannot be conditional
    takeover_seconds  a run that gave no sign for so long has died, and its publication is taken over
    wait_seconds      how long to wait for another run that is publishing there
    storage           options of fsspec's file system, such as endpoint_url
    """

    cache: Path | None = None
    one_writer: bool = False
    takeover_seconds: float = 900.0
    wait_seconds: float = 60.0
    storage: Mapping[str, Any] = field(default_factory=dict)
