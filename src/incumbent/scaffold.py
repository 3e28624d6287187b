"""A new roster's folder: an invented list of three people that runs, to be replaced line by line by a real one."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import string
import tempfile
from pathlib import Path

from incumbent import roster, transcribe
from incumbent.errors import InputError

_TEMPLATES = Path(__file__).resolve().parent / "data" / "scaffold"
#: How long before the day the example's second entry went out of date.
_EARLIER = dt.timedelta(days=60)


def scaffold(slug: str, rosters: Path, title: str, day: dt.date) -> Path:
    """Write `rosters/<slug>`, whole or not at all, and return it: data/scaffold with its names and days filled in.

    `day` is the day that the example's facts are stated on. Raises InputError for a slug that is none, and where such
    a folder exists already.
    """
    if not re.fullmatch(roster.SLUG, slug):
        raise InputError(
            f"{slug!r} cannot name a roster",
            expected="small letters, digits and hyphens, such as my-council",
            do="choose another name: it becomes the folder's, and part of every address",
        )
    if not title.strip() or not title.isprintable():
        raise InputError(f"the title {title!r} is not one line of text", do="give --title a few words")
    folder = rosters / slug
    if folder.exists():
        raise InputError("there is such a folder already", where=str(folder), do="choose another name, or remove it")
    rosters.mkdir(parents=True, exist_ok=True)
    values = {
        "slug": slug,
        "title": title,
        "title_yaml": json.dumps(title, ensure_ascii=False),
        "title_csv": '"' + title.replace('"', '""') + '"',
        "rosters": str(rosters),
        "today": day.isoformat(),
        "earlier": (day - _EARLIER).isoformat(),
    }
    with tempfile.TemporaryDirectory(dir=rosters, prefix=".new-") as staging:
        made = Path(staging) / slug
        for template in sorted(path for path in _TEMPLATES.rglob("*") if path.is_file()):
            target = made / template.relative_to(_TEMPLATES)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = string.Template(template.read_text(encoding="utf-8")).substitute(values)
            target.write_text(text, encoding="utf-8", newline="")
        transcribe.rebuild(made)
        roster.load(made)
        shutil.move(made, folder)
    return folder
