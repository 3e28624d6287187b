"""A sound response with what is known of it (Case), and what its parser makes of it or of a spoilt one (Answer)."""

from __future__ import annotations

import contextlib
import hashlib
import resource
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from incumbent.archive import Snapshot
from incumbent.claims import ACCOUNT_CLAIMS, CLAIMS, OBSERVATIONS
from incumbent.errors import SourceError
from incumbent.sources import Context, Parsed, registry

SOURCE = "spoilt"
#: Bounds of one response: processor seconds, and how far it may raise the process's peak of memory.
CPU_SECONDS = 5
PEAK_MEGABYTES = 300
_FETCHED = "2026-11-22T08:00:00Z"
#: What differs between two responses that say the same.
_OF_THE_BYTES = ("claim_id", "snapshot")


def ask(case: Case, body: bytes) -> Answer:
    """What the adapter of `case` makes of `body`: parse, links and redacted, each with a result or its error."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    answer = Answer()
    try:
        with _time_limit():
            _call(case, body, answer)
    except OutOfTimeError as error:
        answer.faults.append(f"took more than {CPU_SECONDS} s of processor time, in {error}")
    answer.seconds = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    if grown > PEAK_MEGABYTES:
        answer.faults.append(f"took {grown:.0f} MB")
    return answer


def _call(case: Case, body: bytes, answer: Answer) -> None:
    snapshot, context = case.snapshot(body), case.context()
    try:
        answer.parsed = registry.get(case.adapter).parse(snapshot, case.settings, context)
        answer.faults += _wrong_tables(answer.parsed)
    except SourceError as error:
        answer.errors.append(error)
    except _ENDS:
        raise
    except BaseException as error:
        answer.faults.append(f"parse: {type(error).__name__}: {str(error)[:300]}")
    try:
        answer.links = registry.links(case.adapter, snapshot, case.settings, context)
        answer.faults += [f"links: {link!r} is no address" for link in _wrong_addresses(answer.links)]
    except SourceError as error:
        answer.errors.append(error)
    except _ENDS:
        raise
    except BaseException as error:
        answer.faults.append(f"links: {type(error).__name__}: {str(error)[:300]}")
    try:
        answer.kept = registry.redacted(case.adapter, body, case.content_type)
    except ValueError as error:
        answer.refused = str(error)
    except _ENDS:
        raise
    except BaseException as error:
        answer.faults.append(f"redacted: {type(error).__name__}: {str(error)[:300]}")
    for error in answer.errors:
        if error.source != SOURCE or not error.locator or not error.what:
            answer.faults.append(f"the error lacks source, place or words: {error.as_dict()}")


def _wrong_tables(parsed: Parsed) -> Iterator[str]:
    """What no table of claims may be, whatever it was read from."""
    shapes = (("claims", CLAIMS), ("account_claims", ACCOUNT_CLAIMS), ("observations", OBSERVATIONS))
    for name, shape in shapes:
        table = getattr(parsed, name)
        if dict(table.schema) != shape:
            yield f"{name} is of another shape: {table.schema}"
        elif table["claim_id"].n_unique() != table.height or table["locator"].null_count():
            yield f"{name} has a claim twice, or one without a place"


def _wrong_addresses(links: registry.Links) -> list[str]:
    return [link for link in (*links.more, *links.pages) if not link.startswith(("http://", "https://"))]


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    def stop(_: int, frame: FrameType | None) -> None:
        where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "?"
        raise OutOfTimeError(where)

    kept = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, kept)


class OutOfTimeError(BaseException):
    """Not an Exception, so that nothing on the way absorbs it."""


#: What is not the parser's; anything else that is raised is (a panic inside Polars is no Exception).
_ENDS = (OutOfTimeError, KeyboardInterrupt)


@dataclass(frozen=True)
class Case:
    """A sound response of an adapter's source.

    format: json | yaml | jsonlines | csv | html | wiki (HTML in a JSON object) | lines; what its fields are. nodes: of
    HTML, the selectors of the elements that the parser reads.
    """

    name: str
    adapter: str
    format: str
    body: bytes
    settings: Mapping[str, Any] = field(default_factory=dict)
    url: str = "https://works.example/list"
    content_type: str = "application/json"
    role: str = "evidence"
    scope: str = "partial"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()

    def snapshot(self, body: bytes) -> Snapshot:
        """`body` as it would come from the archive."""
        return Snapshot(
            source_id=SOURCE, url=self.url, fetched_at=_FETCHED, sha256=hashlib.sha256(body).hexdigest(), content=body,
            content_type=self.content_type, record="spoilt.warc.gz, offset 0", headers=self.headers, status=self.status,
        )  # fmt: skip

    def context(self) -> Context:
        """What roster.yaml would say of it."""
        return Context(
            roster="works", source=SOURCE, role=self.role, publisher="Works", source_url=self.url, scope=self.scope,
            stated_at=_FETCHED[:10],
        )  # fmt: skip


@dataclass
class Answer:
    """What came of a response; `faults`: what must never come of one."""

    parsed: Parsed | None = None
    links: registry.Links | None = None
    kept: bytes | None = None
    refused: str = ""
    errors: list[SourceError] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def says(self) -> tuple[Any, ...]:
        """What it says, without what depends on the bytes: equal for two responses that say the same."""
        tables: list[Any] = []
        for name in ("claims", "account_claims", "observations"):
            if self.parsed is not None:
                table = getattr(self.parsed, name).drop(_OF_THE_BYTES)
                tables.append(sorted(map(repr, table.rows())))
        return (*tables, self.links, [error.what for error in self.errors])
