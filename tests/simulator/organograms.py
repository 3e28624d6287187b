"""data.gov.uk's catalogue (CKAN) and the files it lists: CSVs of senior and junior posts of each organisation.

Formats: https://docs.ckan.org/en/latest/api/ and https://www.gov.uk/government/publications/organograms-guidance. Every
row of a CSV has a telephone number and an address for mail, CANARY_PHONE and CANARY_EMAIL: personal data that nothing
that a run leaves behind may hold.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tests.simulator.entities import Organisation, Organogram, content_id, number_of
from tests.simulator.messages import Answer, Call, http_date, json_answer, text_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

CANARY_PHONE = "020 7946 0999"
CANARY_EMAIL = "canary.mailbox@personal.invalid"
HEADER = (
    "Post Unique Reference", "Name", "Grade (or equivalent)", "Job Title", "Job/Team Function", "Parent Department",
    "Organisation", "Unit", "Contact Phone", "Contact E-mail", "Reports to Senior Post", "Salary Cost of Reports (£)",
    "FTE", "Actual Pay Floor (£)", "Actual Pay Ceiling (£)", "", "Professional/Occupational Group", "Notes", "Valid?",
)  # fmt: skip
_JUNIOR = (
    "Parent Department", "Organisation", "Unit", "Reporting Senior Post", "Grade", "Payscale Minimum (£)",
    "Payscale Maximum (£)", "Generic Job Title", "Number of Posts in FTE", "Professional/Occupational Group",
)  # fmt: skip
_CATALOGUE = "https://ckan.publishing.service.gov.uk"
#: How organisations save their files; the same one always the same way.
_ENCODINGS = ("utf-8", "utf-8", "cp1252", "utf-8-sig")


def catalogue(call: Call, world: World, simulator: Simulator) -> Answer | None:
    if call.path == "/robots.txt":
        return text_answer("User-agent: *\nDisallow: /dataset/rate/\nDisallow: /revision/\nCrawl-Delay: 10\n")
    if call.path.rstrip("/") != "/api/3/action/package_search" and call.path != "/api/action/package_search":
        return None
    rows = min(call.number("rows", 10), 1000)
    start = call.number("start", 0)
    found = [one for one in _datasets(world) if _wanted(one, call)]
    count = len(found)
    page = found[start : start + rows]
    if call.endless:
        count, page = start + 2 * rows + 1, found[:rows]
    result = {
        "count": count,
        "facets": {},
        "results": page,
        "sort": call.one("sort") or "score desc, metadata_modified desc",
        "search_facets": {},
    }
    help_url = f"{_CATALOGUE}/api/3/action/help_show?name=package_search"
    return json_answer(
        {"help": help_url, "success": True, "result": result}, content_type="application/json;charset=utf-8"
    )


def files(call: Call, world: World, simulator: Simulator) -> Answer | None:
    """The CSVs, on whichever host an organogram has."""
    url = f"https://{call.host}{call.path}"
    for one in world.organograms:
        if one.published > world.today:
            continue
        for kind in ("senior", "junior"):
            if one.url(kind) == url:
                text = senior_csv(one, world) if kind == "senior" else _junior_csv(one, world)
                encoding = _ENCODINGS[number_of(one.organisation, 3) % len(_ENCODINGS)]
                return Answer(
                    text.encode(encoding),
                    "text/csv",
                    headers=(
                        ("Last-Modified", http_date(datetime(*one.published.timetuple()[:3], 10, 24, 3))),
                        ("Accept-Ranges", "bytes"),
                        ("Server", "AmazonS3"),
                    ),
                    validated=True,
                )
    return None


def senior_csv(one: Organogram, world: World) -> str:
    """The file as at its day: each post with its holder as they write them, Vacant, N/D; one row was eliminated."""
    body = world.organisations[one.organisation]
    name = body.name(one.day)
    department = world.organisations[body.parent].name(one.day) if body.parent else name
    rows = []
    for number, post in enumerate(world.posts_of(one.organisation, one.day), start=1):
        holders = world.holders(post.key, one.day)
        written = [
            world.people[holder.person].organogram_name or world.people[holder.person].name for holder in holders
        ]
        for person in written or ["Vacant"]:
            pay = (0, 0) if person in ("Vacant", "N/D") else (120_000, 124_999)
            rows.append(
                (
                    f"{number}", person, post.grade, post.title(one.day), f"Responsible for {post.title(one.day)}",
                    department, name, "Board and Executive", CANARY_PHONE, CANARY_EMAIL, "XX" if number == 1 else "1",
                    "0", "1", *map(str, pay), "", "Operational Delivery", "", "1",
                )
            )  # fmt: skip
    closed = (
        "900", "Eliminated", "SCS1", "Not in post", "", department, name, "Board and Executive", "", "", "1", "0", "0",
        "0", "0", "", "Policy", "", "1",
    )  # fmt: skip
    return _csv(HEADER, [*rows, closed])


def _junior_csv(one: Organogram, world: World) -> str:
    name = world.organisations[one.organisation].name(one.day)
    return _csv(_JUNIOR, [(name, name, "Board and Executive", "1", "EO", "25000", "29000", "Officer", "4.5", "Policy")])


def _csv(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([header, *rows])
    return out.getvalue()


def _datasets(world: World) -> list[dict[str, Any]]:
    """Of each organisation its organograms, and a dataset of its spending, which is none."""
    found = []
    for body in world.organisations.values():
        published = [one for one in world.organograms if one.organisation == body.key and one.published <= world.today]
        if published:
            found.append(_organogram_dataset(body, published, world))
        found.append(_spending_dataset(body, world))
    return found


def _organogram_dataset(body: Organisation, published: list[Organogram], world: World) -> dict[str, Any]:
    title = f"Organogram of Staff Roles & Salaries: {body.name(world.today)}"
    resources = []
    for one in sorted(published, key=lambda each: each.day):
        for kind in ("senior", "junior"):
            resources.append(
                _resource(one.url(kind), f"{one.day:%Y-%m-%d} Organogram ({kind.capitalize()})", "CSV", one.published)
                | {"datafile-date": f"{one.day}"}
            )
        xls = _resource(one.url().replace(".csv", ".xls"), f"{one.day:%Y-%m-%d} Organogram", "XLS", one.published)
        resources.append(xls | {"datafile-date": f"{one.day}"})
    return _dataset(f"organogram-{body.key}", title, body, resources, world) | {
        "schema-vocabulary": "d3c0b23f-6979-45e4-88ed-d2ab59b005d0",
        "theme-primary": "government",
    }


def _spending_dataset(body: Organisation, world: World) -> dict[str, Any]:
    url = f"https://assets.publishing.service.gov.uk/media/{body.key}/spend-over-25000.csv"
    resources = [_resource(url, "Spend over £25,000", "CSV", body.opened)]
    return _dataset(
        f"spend-over-25-000-{body.key}", f"Spend over £25,000 in {body.name(world.today)}", body, resources, world
    )


def _resource(url: str, name: str, form: str, day: date) -> dict[str, Any]:
    return {
        "cache_last_updated": None,
        "cache_url": None,
        "created": f"{day}T10:24:05.113411",
        "description": name,
        "format": form,
        "hash": "",
        "id": content_id("resource", url),
        "last_modified": None,
        "metadata_modified": f"{day}T10:24:05.098211",
        "mimetype": None,
        "mimetype_inner": None,
        "name": name,
        "package_id": content_id("dataset", url),
        "resource-type": "file",
        "resource_type": None,
        "size": None,
        "state": "active",
        "url": url,
        "url_type": None,
    }


def _dataset(
    name: str, title: str, body: Organisation, resources: list[dict[str, Any]], world: World
) -> dict[str, Any]:
    identifier = content_id("dataset", name)
    days = [resource["created"] for resource in resources]
    for position, resource in enumerate(resources):
        resource |= {"package_id": identifier, "position": position}
    owner = content_id("publisher", body.key)
    return {
        "author": None,
        "creator_user_id": content_id("user", body.key),
        "extras": [],
        "groups": [],
        "id": identifier,
        "isopen": True,
        "license_id": "uk-ogl",
        "license_title": "UK Open Government Licence (OGL)",
        "license_url": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "maintainer": None,
        "metadata_created": min(days),
        "metadata_modified": max(days),
        "name": name,
        "notes": f"{title}.",
        "num_resources": len(resources),
        "num_tags": 0,
        "organization": {
            "id": owner,
            "name": body.slug(world.today),
            "title": body.name(world.today),
            "type": "organization",
            "description": "",
            "image_url": "",
            "created": f"{body.opened}T09:00:00.000000",
            "is_organization": True,
            "approval_status": "approved",
            "state": "active",
        },
        "owner_org": owner,
        "private": False,
        "relationships_as_object": [],
        "relationships_as_subject": [],
        "resources": resources,
        "state": "active",
        "tags": [],
        "title": title,
        "type": "dataset",
        "url": None,
        "version": None,
    }


def _wanted(dataset: dict[str, Any], call: Call) -> bool:
    """Whether a dataset has every word of q, and what fq asks of its publisher and formats."""
    text = f"{dataset['name']} {dataset['title']} {dataset['notes']}".casefold()
    words = re.findall(r"[a-z0-9]+", re.sub(r"\w+:", "", call.one("q").casefold()))
    if not all(word in text for word in words if word not in ("and", "or")):
        return False
    for name, quoted, bare in re.findall(r'([\w-]+):(?:"([^"]*)"|([^\s")]+))', call.one("fq")):
        value = quoted or bare
        if name in ("organization", "publisher") and value != dataset["organization"]["name"]:
            return False
        if name == "res_format" and value not in {resource["format"] for resource in dataset["resources"]}:
            return False
        if name.endswith("schema-vocabulary") and value != dataset.get("schema-vocabulary"):
            return False
    return True
