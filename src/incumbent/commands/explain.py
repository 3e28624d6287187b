"""`incumbent explain`: why a published cell says what it says, down to the source's bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from incumbent import output, targets
from incumbent.commands import options
from incumbent.commands.versions import version_folder

if TYPE_CHECKING:
    from incumbent.explain import Explanation, TracedClaim

_SAID = ("person", "post", "organisation", "event", "start", "end", "as_at", "platform", "handle", "state", "posts")


@click.command()
@click.argument("roster")
@click.argument("entry")
@click.argument("field", required=False)
@click.option("--version", "version", default="latest", show_default=True, help="Which published version to explain.")
@options.published
@options.target
@options.archive
@options.rosters
@options.as_json
def explain(
    roster: str,
    entry: str,
    field: str | None,
    version: str,
    published: str,
    target_options: tuple[str, ...],
    archive: str | None,
    rosters: str | None,
    as_json: bool,
) -> None:
    """Walk from ENTRY of ROSTER, or one FIELD of it, to the bytes that say so.

    ENTRY is an entry_id, or a part of the listed person's name that only one entry has.
    """
    from incumbent import explain as explanations
    from incumbent import roster as roster_module
    from incumbent.archive import Archive

    loaded = roster_module.load(roster, Path(rosters) if rosters else None)
    kept = Archive(Path(archive) if archive else loaded.folder / "archive")
    with targets.opened(published, target_options, write=False) as place:
        folder = version_folder(place, loaded.slug, version)
        explanation = explanations.explain(loaded, kept, folder, entry, field)
    if as_json:
        output.deliver(output.json_text(explanation.as_dict()), None)
    else:
        _print(explanation)


def _print(explanation: Explanation) -> None:
    entry, line = explanation.entry, output.print_line
    line(f"{entry['entry_id']} in version {explanation.version}")
    listed = (entry[f"listed_{name}"] for name in ("person", "post", "organisation"))
    line("listed: " + ", ".join(filter(None, listed)))
    if explanation.field:
        value = entry[explanation.field]
        line(f"{explanation.field}: {'(empty)' if value is None else value}")
    else:
        line(f"verdict: {entry['verdict'].replace('_', ' ')}. {entry['explanation'] or ''}")
    numbers = {claim.claim["claim_id"]: number for number, claim in enumerate(explanation.claims, 1)}
    for finding in explanation.findings:
        cited = ", ".join(f"[{numbers[claim]}]" for claim in (finding["evidence"] or "").split(";") if claim in numbers)
        line()
        line(f"finding: {finding['reason'].replace('_', ' ')} ({finding['confidence']}), from {cited or 'the list'}")
        line(finding["explanation"], indent=2)
    for claim in explanation.claims:
        line()
        _print_claim(numbers[claim.claim["claim_id"]], claim)


def _print_claim(number: int, traced: TracedClaim) -> None:
    claim, snapshot, line = traced.claim, traced.snapshot, output.print_line
    said = "; ".join(f"{key} {claim[key]}" for key in _SAID if claim.get(key) is not None)
    line(f"[{number}] claim {claim['claim_id']}: {said}")
    line(f"source: {claim['source']} ({traced.source_title})", indent=4)
    stated = claim.get("stated_at") or "no date given"
    line(f"said by {claim['publisher'] or 'nobody named'}, {stated}: {claim['source_url'] or snapshot.url}", indent=4)
    line(f"snapshot: {snapshot.sha256}", indent=4)
    line(f"archived: {snapshot.record}; verified as it was read", indent=4)
    line(f"place: {claim['locator']}" + (f", byte {traced.excerpt.offset}" if traced.excerpt else ""), indent=4)
    if traced.excerpt:
        line(f"words: … {traced.excerpt.around} …", indent=4)
    else:
        line("words: written in no form that can be shown; the place above has them", indent=4)
