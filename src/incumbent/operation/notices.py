"""Sending a message to the addresses that the operator gave: by e-mail, to a webhook, to whatever apprise can reach.

Addresses are apprise's (https://appriseit.com/services): mailto://user:password@example.org?to=me@example.org,
json://host/path. They hold passwords, so they come from the environment or from a file that it names, and are in no
log, report, archive, database or message: what is told of a delivery is its kind and its place in the list.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

#: Addresses, separated by white space; and a file with one in each line, such as systemd's or Docker's secrets are.
ADDRESSES, FILE = "INCUMBENT_NOTIFY", "INCUMBENT_NOTIFY_FILE"
#: One address may take this long, in all; then it counts as failed.
SECONDS = 30.0
_TALKATIVE = ("apprise", "urllib3.connectionpool", "urllib3.util.retry")
_THREAD = "incumbent-notice"


class Delivery(TypedDict):
    """`address`: its number in the list, from 1. `kind`: such as E-Mail. `fault`: why it was not `delivered`."""

    address: int
    kind: str
    delivered: bool
    fault: str | None


@dataclass(frozen=True)
class Message:
    """One plain message: a subject on one line, and lines of text."""

    subject: str
    text: str


def addresses(environment: Mapping[str, str] | None = None) -> list[str]:
    """The addresses that messages go to; none where nothing is set.

    Raises OSError (and UnicodeDecodeError) where the file that is named cannot be read.
    """
    known = os.environ if environment is None else environment
    found = known.get(ADDRESSES, "").split()
    if path := known.get(FILE, "").strip():
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        found += [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return found


def send(message: Message, to: list[str], *, seconds: float = SECONDS) -> list[Delivery]:
    """Sends the message to every address, all at once. Never raises for what an address or a server does."""
    told: dict[int, Delivery] = {}
    with _silent():
        threads = [
            threading.Thread(target=_deliver, args=(message, address, number, told), daemon=True, name=_THREAD)
            for number, address in enumerate(to, start=1)
        ]
        for thread in threads:
            thread.start()
        for number, thread in enumerate(threads, start=1):
            thread.join(seconds)
            if thread.is_alive():
                told[number] = _told(number, "unknown", f"no end within {seconds:.0f} s")
    return [told[number] for number in sorted(told)]


def kinds(to: list[str]) -> list[str | None]:
    """What each address is to apprise, such as E-Mail; None for what it cannot read."""
    import apprise

    with _silent():
        services = [apprise.Apprise.instantiate(address) for address in to]
    return [str(service.service_name) if service else None for service in services]


def _deliver(message: Message, address: str, number: int, told: dict[int, Delivery]) -> None:
    import apprise

    kind, fault = "unknown", None
    try:
        service = apprise.Apprise.instantiate(address)
        if service is None:
            fault = "it is no address that apprise knows"
        else:
            kind = str(service.service_name)
            target = apprise.Apprise()
            target.add(service)
            if not target.notify(body=message.text, title=message.subject, body_format=apprise.NotifyFormat.TEXT):
                fault = "the server refused it, or could not be reached"
    except Exception as error:  # a plugin of apprise; its words may hold the address
        fault = f"the attempt ended with {type(error).__name__}"
    told[number] = _told(number, kind, fault)


def _told(number: int, kind: str, fault: str | None) -> Delivery:
    return {"address": number, "kind": kind, "delivered": fault is None, "fault": fault}


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Apprise logs hosts, users and answers of servers, and urllib3 the paths of webhooks, which are their secrets."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        if not any(thread.name == _THREAD for thread in threading.enumerate()):  # one that hangs may yet talk
            for logger, was in zip(loggers, before, strict=True):
                logger.disabled = was
