"""A model's card as of a snapshot: what the store knows, and what people wrote with their figures filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from watchroom.charts.words import days, short
from watchroom.domain import card_text
from watchroom.domain.card_claims import Claim, judge
from watchroom.domain.card_text import Binding, Part
from watchroom.reports.card import basics, bound, headings, known, measured, standing, worth
from watchroom.reports.card.known import Known
from watchroom.reports.card.shape import Block, Card, Gap, Grid, Line, Para, Prose, Section, Span
from watchroom.store.snapshot import Snapshot

_SECTIONS: tuple[tuple[str, str, tuple[Callable[[Known], Iterable[Block]], ...]], ...] = (
    ("use", "Purpose and use", (basics.use,)),
    ("owners", "People and risk", (basics.owners, basics.risk)),
    ("data", "Data", (basics.data,)),
    ("performance", "Performance", (measured.performance,)),
    ("drivers", "What drives its answers", (measured.drivers,)),
    ("fairness", "Fairness", (measured.fairness,)),
    ("limits", "Limits", (standing.limits,)),
    ("costs", "Costs of a wrong answer, and targets", (worth.costs,)),
    ("versions", "How it was made, and its versions", (basics.versions,)),
    ("checks", "Checklist", (standing.checks,)),
    ("approvals", "Approvals", (standing.approvals,)),
)
"""Every section of a card in its order."""

MORE = "more"
"""Sections of headings that are the team's own have this before their number in their key."""


def card(snapshot: Snapshot, *, model: str, version: int | None = None) -> Card:
    """The card of a version; of the champion, else of the newest version, where none is given.

    Raises StoreError for a model or a version that the snapshot does not know.
    """
    return of_known(known.read(snapshot, model=model, version=version))


def claims(snapshot: Snapshot, *, model: str) -> tuple[Claim, ...]:
    """What the text of a model's card binds and claims, judged by its champion, else by its newest version."""
    found = known.read(snapshot, model=model)
    return _claims(found)


def of_known(found: Known) -> Card:
    """The card made from what was read."""
    judged = _claims(found)
    return Card(
        model=found.about.model,
        title=found.about.title,
        version=found.number,
        role=found.role,
        task=found.about.task,
        snapshot=found.snapshot,
        made_at=found.made_at,
        file=found.text.file if found.text else None,
        answers=tuple(_answers(found, judged)),
        sections=tuple(_sections(found, judged)),
        claims=judged,
        measured=measured.measured(found),
        datasets=tuple((name, digest) for name, digest, _ in found.logged.datasets),
        flavors=found.version.flavors if found.version else (),
        tags=tuple(tag for tag in (found.about.trade, found.about.team) if tag),
    )


def _claims(found: Known) -> tuple[Claim, ...]:
    if found.text is None:
        return ()
    return tuple(judge(one, bound.found(one, found)) for one in card_text.bindings(found.text.text))


def _sections(found: Known, judged: tuple[Claim, ...]) -> Iterator[Section]:
    written = _written(found)
    gaps = dict(_unwritten(found))
    for key, title, makers in _SECTIONS:
        blocks: list[Block] = [*written.get(key, ()), *gaps.get(key, ())]
        made = [block for maker in makers for block in maker(found)]
        # What is for says first what the store has, then what people wrote about it.
        yield Section(key, title, tuple([*made[:1], *blocks, *made[1:]] if key == "use" else [*blocks, *made]))
    for number, prose in enumerate(written.get(MORE, ()), start=1):
        yield Section(f"{MORE}{number}", prose.heading or "More from the team", (prose,))
    if judged:
        yield Section("claims", "Claims of this card", tuple(_claimed(judged)))


def _written(found: Known) -> Mapping[str, list[Prose]]:
    """What people wrote, by section."""
    by_section: dict[str, list[Prose]] = {}
    if found.text is None:
        return by_section
    for part in card_text.parts(found.text.text):
        section = headings.SECTION_OF.get(part.key, MORE)
        by_section.setdefault(section, []).append(_prose(part, found))
    return by_section


def _prose(part: Part, found: Known) -> Prose:
    def span(bit: str | Binding) -> Span:
        if isinstance(bit, str):
            return Span(bit)
        judged = judge(bit, bound.found(bit, found))
        return Span(judged.told, judged.status)

    lines = (Line(one.kind, tuple(map(span, card_text.split(one.text)))) for one in card_text.pieces(part.body))
    return Prose(part.heading, tuple(lines))


def _unwritten(found: Known) -> Iterator[tuple[str, list[Gap]]]:
    """What no store can know and nobody has written, by section."""
    missing = headings.missing(found.text.text if found.text else None)
    by_section: dict[str, list[Gap]] = {}
    for section, heading, asks in headings.NEEDED:
        if heading in missing:
            how = f"Write `## {heading}` into {_card_file(found)}: {asks}."
            by_section.setdefault(section, []).append(Gap(f"{heading[:1].lower()}{heading[1:]}", how))
    yield from by_section.items()


def _card_file(found: Known) -> str:
    if found.text is not None:
        return found.text.file
    if found.about.file is None:
        return "a Markdown file beside the model's own"
    return f"{found.about.file.rpartition('.')[0]}.md"


_STANDS = {
    "bound": "filled in",
    "holds": "holds",
    "stale": "stale",
    "unknown": "not checked",
    "broken": "not understood",
}


def _claimed(judged: tuple[Claim, ...]) -> Iterator[Block]:
    stale = sum(one.status == "stale" for one in judged)
    claimed = sum(bool(one.binding.operator) for one in judged)
    yield Para(
        f"{claimed} of {len(judged)} figures in the text are claims; {stale or 'none'} of them {_are(stale)} stale."
    )
    rows = tuple(
        (one.binding.written, _STANDS[one.status], one.found.text or "unknown", one.found.about or one.because)
        for one in judged
    )
    columns = ("In the text", "Stands", "Measured", "Of")
    note = "A claim holds when it is the measured figure in its digits, or lies within its 95 % interval."
    yield Grid("Figures in the text", columns, rows, note=note)


def _are(number: int) -> str:
    return "is" if number in (0, 1) else "are"


def _answers(found: Known, judged: tuple[Claim, ...]) -> Iterator[tuple[str, str]]:
    """The first questions of somebody who is given the model, each with its answer."""
    yield "What is it for?", found.about.purpose or "Unknown: its file does not say."
    yield "How good is it?", _how_good(found)
    yield "May it be used?", standing.approval(found)
    yield "What to beware of?", _beware(found, judged)
    yield "Whom to ask?", _whom(found)


def _how_good(found: Known) -> str:
    reading = measured.main_reading(found)
    if reading is None:
        logged = next(iter(found.logged.metrics), None)
        return "Unknown in service." + (" Its run logged metrics in training; see Performance." if logged else "")
    between = f" (95 % interval {measured.interval(reading.low, reading.high)})" if reading.low is not None else ""
    of = f"{reading.labelled:,} decisions with an outcome" if reading.kind == "realized" else f"{reading.n:,} decisions"
    how = "" if reading.kind == "realized" else ", estimated before outcomes are known"
    reference = f"; {short(reading.reference)} on the reference" if reading.reference is not None else ""
    return (
        f"{measured.metric_name(reading.metric)} {short(reading.value)}{between} over {of}, "
        f"{days(reading.first, reading.last)}{how}{reference}."
    )


def _beware(found: Known, judged: tuple[Claim, ...]) -> str:
    told = []
    if found.light is not None and found.light.light not in ("stable", "no data"):
        told.append(standing.light(found.light).rstrip("."))
    if found.alerts:
        told.append(_count(len(found.alerts), "alert") + " open")
    findings = standing.findings_open(found)
    if findings:
        told.append(_count(findings, "finding") + " open")
    told += [*standing.not_met(found), *standing.under_way(found)]
    waived = sum(one.status == "waived" for one in found.checked)
    if waived:
        told.append(_count(waived, "item") + " of the checklist waived")
    stale = sum(one.status == "stale" for one in judged)
    if stale:
        told.append(_count(stale, "claim") + " of this card stale")
    if not told:
        return "Nothing is wrong that is known; what is not known says so below."
    sentence = "; ".join(told)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _whom(found: Known) -> str:
    held = [
        (role, person) for role, person, _ in found.about.owners if role in ("data_science", "operations", "on_call")
    ]
    if not held:
        return "Nobody is named."
    return "; ".join(f"{basics.ROLES[role].lower()}: {person}" for role, person in held) + "."
