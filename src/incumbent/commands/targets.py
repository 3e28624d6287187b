"""`incumbent pages`: what is published, as a folder that GitHub Pages serves."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from incumbent import output
from incumbent.commands import options


@click.command()
@click.option("--to", required=True, metavar="DIR", help="The folder to make: new, empty, or made by this before.")
@click.option("--cname", default=None, metavar="HOST", help="The site's own domain, written into CNAME.")
@options.published
@options.as_json
def pages(to: str, cname: str | None, published: str, as_json: bool) -> None:
    """Lay out what is published as a folder for GitHub Pages, with all that it asks for looked at.

    Every version is verified first. Sizes, links and names that Pages would refuse or break are refused here.
    """
    from incumbent.targets.pages import FILE_LIMIT, SITE_LIMIT, lay_out

    made = lay_out(Path(published), Path(to), cname=cname)
    if as_json:
        output.deliver(output.json_text(asdict(made) | {"limit": SITE_LIMIT, "file_limit": FILE_LIMIT}), None)
        return
    output.print_line(f"{made.files} files of {len(made.rosters)} rosters in {made.folder}")
    output.print_line(f"{made.bytes / 1e6:.1f} MB of the {SITE_LIMIT / 1e6:.0f} MB that a site may have")
    output.print_line(f"largest: {made.largest}, {made.largest_bytes / 1e6:.1f} MB of {FILE_LIMIT / 1e6:.0f} MB")
