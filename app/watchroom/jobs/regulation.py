"""The step that maps models to regulations: what of each heading is held, where, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from watchroom.domain.card_text import parts
from watchroom.domain.regulation import Item, Judged, Known, Regulation, judge
from watchroom.jobs.regulation_facts import SUBJECTS, facts
from watchroom.store.draft import Draft
from watchroom.store.preview import Preview
from watchroom.workspace.load import Workspace
from watchroom.workspace.regulation_maps import read_regulations


def map_regulations(draft: Draft, workspace: Workspace) -> str:
    """Fill `regulations`, `regulation_headings` and `regulation`; returns what was done, in words.

    Everything that the map looks at (all parts but `problems`) must be there. What is wrong in the files under
    `regulations/` is among the workspace's problems; the others are mapped.
    """
    found = read_regulations(workspace.folder).regulations
    reader = Preview(draft)
    versions = _versions(reader)
    known = _known(reader) if versions else {}
    draft.insert("regulations", [_regulation_row(place, one) for place, one in enumerate(found, start=1)])
    draft.insert("regulation_headings", [row for one in found for row in _heading_rows(one)])
    rows = [
        _row(model, version, one, place, judge(heading, known.get(model, Known())))
        for model, version in versions
        for one in found
        if one.fits(model)
        for place, heading in enumerate(one.headings, start=1)
    ]
    draft.insert("regulation", rows)
    return f"regulations: {len(found):,}, headings of models: {len(rows):,}"


def _versions(reader: Preview) -> list[tuple[str, int | None]]:
    return [
        (str(model), version)
        for model, version in reader.rows(f"with {SUBJECTS} select model, version from subjects order by model")
    ]


def _known(reader: Preview) -> dict[str, Known]:
    """What the store holds of every model, as a map asks for it."""
    told, items, files, cards = facts(reader), _items(reader), _evidence(reader), _cards(reader)
    models = {*told, *items, *files, *cards}
    return {
        model: Known(
            told.get(model, {}), items.get(model, {}), cards.get(model, frozenset()), tuple(files.get(model, ()))
        )
        for model in models
    }


_ITEMS = f"""
with {SUBJECTS}
select c.model, c.item, c.status, i.text, c.evidence
from checks c join subjects s on s.model = c.model and s.version = c.version
join model_policies p on p.model = c.model
join policy_items i on i.policy = p.policy and i.item = c.item
"""


def _items(reader: Preview) -> dict[str, dict[str, Item]]:
    found: dict[str, dict[str, Item]] = {}
    for model, item, status, text, evidence in reader.rows(_ITEMS):
        found.setdefault(str(model), {})[str(item)] = Item(str(status), str(text).rstrip("."), str(evidence or ""))
    return found


_EVIDENCE = f"""
with {SUBJECTS}
select e.model, e.name from evidence e join subjects s on s.model = e.model and s.version = e.version
where e.status = 'held' order by e.seq
"""


def _evidence(reader: Preview) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for model, name in reader.rows(_EVIDENCE):
        found.setdefault(str(model), []).append(str(name))
    return found


def _cards(reader: Preview) -> dict[str, frozenset[str]]:
    rows = reader.rows("select model, text from cards")
    return {str(model): frozenset(part.key for part in parts(str(text))) for model, text in rows}


def _regulation_row(place: int, one: Regulation) -> tuple[Any, ...]:
    source = one.source
    told = (source.text, source.url or None, source.issued, source.read_on)
    return (one.id, place, one.title, one.about, one.applies, *told, one.unverified or None, one.file)


def _heading_rows(one: Regulation) -> Iterable[tuple[Any, ...]]:
    for place, heading in enumerate(one.headings, start=1):
        yield (one.id, heading.id, place, heading.group or None, heading.title, heading.asks, len(heading.needs))


def _row(model: str, version: int | None, one: Regulation, place: int, found: Judged) -> tuple[Any, ...]:
    held, missing = found.held, found.missing
    return (
        model,
        one.id,
        found.heading.id,
        place,
        version,
        found.status,
        [told.words for told in held],
        [told.page for told in held],
        [told.words for told in missing],
        [told.page for told in missing],
    )
