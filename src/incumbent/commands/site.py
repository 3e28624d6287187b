"""`incumbent site`: makes the pages again from what is published."""

from __future__ import annotations

from pathlib import Path

import click

from incumbent import output
from incumbent.commands import options
from incumbent.commands.verifying import signing_key
from incumbent.errors import InputError


@click.command()
@click.argument("roster", required=False)
@options.published
@signing_key
@options.as_json
@options.quiet
def site(roster: str | None, published: str, as_json: bool, quiet: bool) -> None:
    """Make the pages of ROSTER (default: of every roster) again, from what is published, and the index of all.

    A release makes them by itself; this is for when the templates have changed.
    """
    from incumbent.site.writing import write_index, write_pages

    folder = Path(published)
    slugs = [roster] if roster else [path.parent.name for path in sorted(folder.glob("*/versions.json"))]
    if not slugs:
        raise InputError("nothing is published here", where=published, do="run it first: incumbent run")
    progress, made = output.Progress(quiet=quiet), []
    for slug in slugs:
        with progress.step(f"pages of {slug}"):
            written = write_pages(folder, slug)
            made.append({"roster": slug, "pages": len(written.paths), "changed": written.changed})
    write_index(folder)
    if as_json:
        output.deliver(output.json_text({"published": published, "rosters": made}), None)
    else:
        for each in made:
            output.print_line(f"{each['roster']}: {each['pages']} pages, {each['changed']} changed")
        output.print_line(f"open {folder / 'index.html'}")
