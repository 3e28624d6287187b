"""Where each page and row of the site is: names of files, anchors, and addresses that can be followed safely.

Every address is relative, so that the site works from a folder, from a project page and from a stick.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

#: What every file system takes as it is, in upper and lower case alike (FAT, NTFS and APFS do not tell them apart).
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,118}[a-z0-9])?")
#: Names of devices on Windows, with which no file can be called whatever its ending
#: (https://learn.microsoft.com/windows/win32/fileio/naming-a-file), and the page of a folder.
_TAKEN = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]|index")

_WEB = re.compile(r"https?://[^\s\"<>\\^`{|}\x00-\x1f\x7f-\x9f]+")
#: Where an issue can be opened with its text filled in, and by which parameters: GitHub (https://docs.github.com/issues,
#: "creating an issue from a URL query"), GitLab (https://docs.gitlab.com/user/project/issues/create_issues/) and
#: Codeberg, which is Forgejo. Any other place gets the plain link.
_TRACKERS = (
    (r"(https://github\.com/[\w.-]+/[\w.-]+?)(?:\.git)?(?:/issues(?:/new)?)?/?", "{}/issues/new?title={}&body={}"),
    (
        r"(https://gitlab\.com/[\w.-]+(?:/[\w.-]+)+?)(?:\.git)?(?:/-/issues(?:/new)?)?/?",
        "{}/-/issues/new?issue%5Btitle%5D={}&issue%5Bdescription%5D={}",
    ),
    (r"(https://codeberg\.org/[\w.-]+/[\w.-]+?)(?:\.git)?(?:/issues(?:/new)?)?/?", "{}/issues/new?title={}&body={}"),
)


def stem(identifier: str) -> str:
    """The name, without its ending, of the file about `identifier`: the id itself where every file system takes it.

    Else what of it is plain, a dot and the beginning of its SHA-256, which no plain id can be.
    """
    if _PLAIN.fullmatch(identifier) and not _TAKEN.fullmatch(identifier):
        return identifier
    readable = re.sub(r"[^a-z0-9]+", "-", identifier.casefold()).strip("-")[:60].strip("-") or "entry"
    return f"{readable}.{hashlib.sha256(identifier.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def anchor(identifier: str) -> str:
    """The id of an entry's row in the table: letters, digits, - and _, a letter first, so without `=` (table.js)."""
    name = stem(identifier)
    return f"h-{name.replace('.', '-')}" if "." in name else f"e-{name}"


def entry_page(identifier: str) -> str:
    """The page of an entry, relative to the roster's folder."""
    return f"entries/{stem(identifier)}.html"


def holders_chart(identifier: str) -> str:
    """The picture of an entry's timeline, without its ending, relative to the roster's folder."""
    return f"charts/holders--{stem(identifier)}"


def web(address: str | None) -> str | None:
    """`address` if it is one of the web and nothing else; None for any other, which is shown as text."""
    return address if address and _WEB.fullmatch(address) else None


def report(contact: dict[str, str], subject: str, body: str) -> str | None:
    """An address that opens a message about an error, filled in; None where the version names nobody to write to.

    `contact`: a contributor of the descriptor with an `email` or a `path`.
    """
    email, path = contact.get("email", ""), contact.get("path", "")
    if re.fullmatch(r"[^\s@<>\"?&]+@[^\s@<>\"?&]+", email):
        return f"mailto:{quote(email, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
    for pattern, address in _TRACKERS:
        if tracker := re.fullmatch(pattern, path):
            return address.format(tracker[1], quote(subject, safe=""), quote(body, safe=""))
    return web(path)
