"""A roster's folder: roster.yaml into checked models, with errors that name file, line, what and what was expected."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from incumbent import edtf, resources, sources, yamlfile
from incumbent.errors import IncumbentError, RosterError
from incumbent.sources.html import check_selector

FILE = "roster.yaml"
#: What names a roster or a source.
SLUG = r"^[a-z0-9][a-z0-9-]{0,80}$"
#: Where readers can write to: an e-mail address, with `mailto:` or without, or a page of the web.
_CONTACT = re.compile(r"(mailto:)?[^\s@:/?&<>\"]+@[^\s@:/?&<>\"]+\.[^\s@:/?&<>\"]+|https://[^\s/<>\"]+\.[^\s<>\"]+")


def load(slug_or_path: str | Path, rosters_dir: Path | None = None) -> Roster:
    """The roster of that slug in `rosters_dir` (the bundled ones by default), or in the folder of that path.

    Raises RosterError: for an unknown roster, with those that exist; for a roster.yaml that is not as it must be, with
    file and line.
    """
    folder = _folder(slug_or_path, rosters_dir)
    path = folder / FILE
    data, lines = yamlfile.load(path)
    if not isinstance(data, dict):
        raise RosterError("roster.yaml is not a mapping", where=f"{path}:1", expected="keys such as slug: and title:")
    try:
        roster = Roster.model_validate(data)
    except ValidationError as error:
        raise _roster_error(error, Roster, path, lines) from None
    if roster.slug != folder.resolve().name:
        raise RosterError(
            f"the slug {roster.slug!r} is not the folder's name",
            where=f"{path}:{lines[('slug',)]}",
            expected=folder.resolve().name,
        )
    for number, source in enumerate(roster.sources):
        _check_adapter(source, ("sources", number), path, lines)
    roster._folder, roster._lines = folder, lines
    return roster


def list_rosters(rosters_dir: Path | None = None) -> list[str]:
    """Slugs of the folders that have a roster.yaml, sorted."""
    folder = rosters_dir or resources.path("rosters")
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if (path / FILE).is_file())


def _folder(slug_or_path: str | Path, rosters_dir: Path | None) -> Path:
    text = str(slug_or_path)
    if isinstance(slug_or_path, Path) or "/" in text:
        folder = Path(slug_or_path)
        folder = folder.parent if folder.name == FILE else folder
        if not (folder / FILE).is_file():
            raise RosterError(
                "there is no roster in this folder",
                where=str(folder),
                expected=FILE,
                do="give a roster's slug or folder",
            )
        return folder
    existing = list_rosters(rosters_dir)
    if text not in existing:
        near = difflib.get_close_matches(text, existing, n=1)
        raise RosterError(
            f"there is no roster {text!r}" + (f"; did you mean {near[0]}?" if near else ""),
            where=str(rosters_dir or "the bundled rosters"),
            expected=", ".join(existing) or "a folder with a roster.yaml",
            do="`incumbent roster list` shows them; --rosters DIR looks elsewhere",
        )
    return (rosters_dir or resources.path("rosters")) / text


def _check_adapter(source: Source, key: yamlfile.Key, path: Path, lines: dict[yamlfile.Key, int]) -> None:
    try:
        adapter = sources.get(source.adapter)
    except IncumbentError as error:
        where = f"{path}:{_line(lines, (*key, 'adapter'))}"
        raise RosterError(error.what, where=where, expected=error.expected) from None
    try:
        adapter.Settings.model_validate(source.settings)
    except ValidationError as error:
        raise _roster_error(error, adapter.Settings, path, lines, (*key, "settings")) from None


def _roster_error(
    error: ValidationError,
    model: type[BaseModel],
    path: Path,
    lines: dict[yamlfile.Key, int],
    prefix: yamlfile.Key = (),
) -> RosterError:
    """The first problem of a validation, by line, as the error that the author of a roster.yaml can act on.

    A misspelt key comes before the missing one that it causes.
    """
    problems = []
    for problem in error.errors(include_url=False):
        key = (*prefix, *problem["loc"])
        what, expected = _told(problem, model)
        problems.append((problem["type"] != "extra_forbidden", _line(lines, key), what, expected))
    _, line, what, expected = min(problems)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return RosterError(what + more, where=f"{path}:{line}", expected=expected, do="correct the line")


def _told(problem: Any, model: type[BaseModel]) -> tuple[str, str]:
    location = problem["loc"]
    name = ".".join(str(part) for part in location) or "the settings"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        return f"unknown key {name!r}" + (f"; did you mean {near[0]}?" if near else ""), ", ".join(known)
    if problem["type"] == "missing":
        return f"the key {name!r} is missing", "a value for it"
    if problem["type"] == "value_error":
        return f"{name}: {message}", ""
    return f"{name} is {problem['input']!r}", message[:1].lower() + message[1:]


def _known_keys(model: Any, location: tuple[int | str, ...]) -> list[str]:
    """The keys of the model at `location` within `model`."""
    for part in location:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[part].annotation
        else:
            model = get_args(model)[-1]
        while get_origin(model) in (Union, UnionType, Annotated):
            model = next(one for one in get_args(model) if one is not type(None))
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _line(lines: dict[yamlfile.Key, int], key: tuple[Any, ...]) -> int:
    """The line of `key`, or of the nearest thing around it that is written in the file."""
    while key not in lines and key:
        key = key[:-1]
    return lines.get(key, 1)


def _checked_date(text: str) -> str:
    edtf.bounds(text)
    return text


def _checked_day(text: str) -> str:
    first, last = edtf.bounds(text)
    if first != last:
        raise ValueError(f"{text!r} is not a whole day such as 2012-06-28")
    return text


def _checked_url(text: str) -> str:
    if not re.match(r"^https?://[^\s/]+(/\S*)?$", text):
        raise ValueError(f"{text!r} is not an http or https address")
    return text


def _checked_cron(text: str) -> str:
    if not re.match(r"^[\d*/,\-A-Za-z]+( [\d*/,\-A-Za-z]+){4}$", text):
        raise ValueError(f"{text!r} is not a cron line such as 0 6 * * *")
    return text


def _checked_contact(text: str) -> str:
    """Words, which nobody is shown, or an address, which readers are: one that leads nowhere is refused."""
    if re.match(r"(?i)[a-z][a-z0-9+.-]*:\S|[^\s@]*@[^\s@]*$", text) and not _CONTACT.fullmatch(text):
        raise ValueError(f"{text!r} is no address such as mailto:lists@example.org or https://example.org/issues")
    return text


Date = Annotated[str, AfterValidator(_checked_date)]
Day = Annotated[str, AfterValidator(_checked_day)]
Url = Annotated[str, AfterValidator(_checked_url)]
Text = Annotated[str, Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Markers(_Model):
    """What a good response must carry; one that does not is quarantined, never read."""

    title: Text | None = None  # a part of the page's <title>
    selector: Annotated[str, AfterValidator(check_selector)] | None = None  # finds at least one node
    contains: list[Text] = Field(default_factory=list)  # each stands in the text, such as a known name


class Politeness(_Model):
    """How a host is treated when a source is captured."""

    delay_seconds: Annotated[float, Field(ge=0)] = 1.0
    concurrency: Annotated[int, Field(ge=1, le=16)] = 1
    refresh_hours: Annotated[float, Field(ge=0)] = 0.0  # a page that came whole less than that ago is not asked again


class Source(_Model):
    """One source: who says it, where, in which format, and what must be true of it."""

    id: Annotated[str, Field(pattern=SLUG)]
    role: Literal["roster", "evidence"] = "evidence"
    adapter: Text
    title: Text
    publisher: Text
    url: Url
    parameters: dict[Text, Text] = Field(default_factory=dict)  # of the query string of `url`, legible
    urls: list[Url] = Field(default_factory=list)  # further addresses to capture, read like `url`
    follows: list[Text] = Field(default_factory=list)  # captures what the pages of these sources name, not `url`
    past: list[Text] = Field(default_factory=list)  # as follows, but only with `capture --history`: web archives
    since: Day | None = None  # releases as of this day or later read it
    until: Day | None = None  # releases as of this day or later no longer do
    hosts: list[Text] = Field(default_factory=list)  # hosts that a redirect may lead to, besides its own
    interface: Url | None = None  # where its publisher documents it for programs: then no robots.txt is asked
    token_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None  # variable that holds its token
    page_limit: Annotated[int, Field(ge=1)] = 1000  # pages of one capture; more is an endless pagination
    kind: Literal["capture", "transcription", "curation"] = "capture"
    licence: Text
    primary: bool = False  # an official appointment record or gazette: confirms alone
    required: bool = False
    scope: Literal["complete", "partial"] = "partial"
    stated_at: Date | None = None  # where the snapshot does not carry its own
    max_age_days: Annotated[int, Field(ge=0)] | None = None
    minimum: Annotated[int, Field(ge=0)] = 1  # claims that each snapshot must give
    minimum_total: Annotated[int, Field(ge=0)] = 0  # claims that all its current pages must give together
    maintained: bool = True  # a page that has not changed still says so; an article only said so once
    markers: Markers = Markers()
    politeness: Politeness = Politeness()
    settings: dict[str, Any] = Field(default_factory=dict)  # the adapter's own; checked by its Settings

    @property
    def addresses(self) -> list[str]:
        """What is asked for, where the source follows no other: `url` with its parameters, then `urls`."""
        query = urlencode(self.parameters)
        return [self.url + (f"{'&' if '?' in self.url else '?'}{query}" if query else ""), *self.urls]


class Policy(_Model):
    """Thresholds of judgement. Days and per cent."""

    max_age_days: Annotated[int, Field(ge=1)] = 200  # evidence older than this no longer supports `current`
    dormant_days: Annotated[int, Field(ge=1)] = 180  # an account without a post for this long
    hold_change_percent: Annotated[float, Field(gt=0, le=100)] = 50.0  # more change than this needs an approval


class Platform(_Model):
    """What may be published of one social platform (design 9), enforced at the last gate."""

    publish_ids: bool = True
    publish_metrics: bool = False
    legal_basis: Text | None = None
    honour: list[Text] = Field(default_factory=list)  # opt-outs, such as !no-unauthenticated

    @model_validator(mode="after")
    def _metrics_have_a_basis(self) -> Platform:
        if self.publish_metrics and self.legal_basis is None:
            raise ValueError("publish_metrics needs a legal_basis: the terms or the law that allow it")
        return self


class Schedule(_Model):
    """When the flows run."""

    cron: Annotated[str, AfterValidator(_checked_cron)]
    timezone: Text = "UTC"


class Roster(_Model):
    """A roster as roster.yaml declares it. `releases` are the days for which an edition is published."""

    slug: Annotated[str, Field(pattern=SLUG)]
    title: Text
    description: Text
    licence: Text
    attribution: Text
    contact: Annotated[str, AfterValidator(_checked_contact)] = ""  # who is told of errors; published if an address
    as_of: Day | None = None  # what a run without --as-of uses; today's date where it is not set
    releases: list[Day] = Field(default_factory=list)
    policy: Policy = Policy()
    platforms: dict[str, Platform] = Field(default_factory=dict)
    schedule: Schedule | None = None
    sources: list[Source] = Field(min_length=1)

    _folder: Path = PrivateAttr(default=Path())
    _lines: dict[yamlfile.Key, int] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _sources_fit_together(self) -> Roster:
        ids = [source.id for source in self.sources]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two sources have the id {twice[0]}")
        for source in self.sources:
            unknown = [one for one in (*source.follows, *source.past) if one not in ids[: ids.index(source.id)]]
            if unknown:
                raise ValueError(f"{source.id} follows {unknown[0]}, which is no source that stands before it")
        if not any(source.role == "roster" for source in self.sources):
            raise ValueError("no source has the role `roster`: there is no list to check")
        return self

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def past_only(self) -> frozenset[str]:
        """Ids of the sources that only tell where the past of others is kept: indexes of web archives."""
        past = {name for source in self.sources for name in source.past}
        return frozenset(past - {name for source in self.sources for name in source.follows})

    def in_force(self, as_of: str) -> list[Source]:
        """The sources that a release as of that day reads."""
        return [
            source
            for source in self.sources
            if (source.since is None or source.since <= as_of) and (source.until is None or as_of < source.until)
        ]

    def where(self, *key: str | int) -> str:
        """File and line of a key, such as where("sources", 0, "settings", "items"): `.../roster.yaml:31`."""
        return f"{self._folder / FILE}:{_line(self._lines, key)}"
