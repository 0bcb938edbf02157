"""What a law, guidance or framework asks of a model, heading by heading, and how to tell whether it is held.

Pure: the files that say it are read in `workspace.regulation_maps`, and what the store holds comes in as values. A map
says where to look, and never that a law is met: that is for people who know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Literal

from watchroom.domain.card_text import Part
from watchroom.domain.regulation_facts import FACTS

Status = Literal["held", "partly", "missing"]
STATUSES: tuple[Status, ...] = ("missing", "partly", "held")
"""In the order in which they ask for attention."""

NOT_ADVICE = (
    "This map says what is held and where. It is not legal advice: whether a rule applies to a model, and whether what "
    "is held is enough, is for people who know the rule to say."
)
"""Said wherever the map is shown."""

ITEM_PAGE, CARD_PAGE, EVIDENCE_PAGE = "handover", "model_card", "handover"
"""The pages on which items of a checklist, a model's card and its evidence are shown."""

WayKind = Literal["fact", "item", "card", "evidence", "elsewhere"]


@dataclass(frozen=True)
class Way:
    """One way in which something may be held: `kind`, and which one.

    `fact` names one of `FACTS`, `item` an item of the checklist, `card` a heading of the model's card, `evidence` a
    glob over the names of files kept as evidence, `elsewhere` says in words where a team keeps it.
    """

    kind: WayKind
    name: str


@dataclass(frozen=True)
class Need:
    """Something that a heading asks for; it is held when any of its ways holds."""

    id: str
    says: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Heading:
    """A heading: what it asks in Watchroom's own words, and what is looked for. `group` may be empty."""

    id: str
    title: str
    asks: str
    needs: tuple[Need, ...]
    group: str = ""


@dataclass(frozen=True)
class Source:
    """What the headings were taken from. `issued` is of the text, `read_on` when they were compared with it."""

    text: str
    url: str = ""
    issued: date | None = None
    read_on: date | None = None


@dataclass(frozen=True)
class Regulation:
    """A regulation with its headings. `unverified` says what could not be compared with the text itself.

    It is mapped for the models that `models` fit, as globs. `file` is None for one that ships as it is.
    """

    id: str
    title: str
    about: str
    applies: str
    source: Source
    headings: tuple[Heading, ...]
    unverified: str = ""
    models: tuple[str, ...] = ("*",)
    file: str | None = None

    def fits(self, model: str) -> bool:
        """Whether it is mapped for a model; names are globs, to the letter."""
        return any(fnmatchcase(model, glob) for glob in self.models)


@dataclass(frozen=True)
class Item:
    """How an item of the checklist stands for the version looked at, as `checks` has it."""

    status: str
    text: str
    evidence: str = ""


@dataclass(frozen=True)
class Known:
    """What the store holds about a model: facts in words by name, items by id, headings of its card, evidence's names.

    `card` holds the headings that have text under them, as `card_text.Part.key` gives them.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    card: frozenset[str] = frozenset()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """Something held or missing in words, with the page on which it shows; empty for none."""

    words: str
    page: str


@dataclass(frozen=True)
class Judged:
    """A heading for a model: how it stands, what is held, what is missing."""

    heading: Heading
    held: tuple[Told, ...]
    missing: tuple[Told, ...]

    @property
    def status(self) -> Status:
        """`held` when nothing is missing, `missing` when nothing is held, else `partly`."""
        if not self.missing:
            return "held"
        return "partly" if self.held else "missing"


def judge(heading: Heading, known: Known) -> Judged:
    """How a heading stands for a model about which this is known; each need counts once."""
    held: list[Told] = []
    missing: list[Told] = []
    for need in heading.needs:
        found = next((told for way in need.ways if (told := _held(need, way, known)) is not None), None)
        if found is not None:
            held.append(found)
        else:
            missing.append(_missing(need, known))
    return Judged(heading, tuple(held), tuple(missing))


def _held(need: Need, way: Way, known: Known) -> Told | None:
    """The need in words as this way holds it; None when it does not."""
    match way.kind:
        case "fact":
            if way.name in known.facts:
                return Told(f"{need.says}: {known.facts[way.name]}", FACTS[way.name].page)
        case "item":
            item = known.items.get(way.name)
            if item is not None and item.status == "pass":
                return Told(f"{need.says}: {_sentence(item)}", ITEM_PAGE)
        case "card":
            if Part(way.name, 0, "").key in known.card:
                return Told(f"{need.says}: its card says so under “{way.name}”", CARD_PAGE)
        case "evidence":
            files = [name for name in known.evidence if fnmatchcase(name.casefold(), way.name.casefold())]
            if files:
                more = f" and {len(files) - 1} more" if len(files) > 1 else ""
                return Told(f"{need.says}: the file {files[0]}{more}", EVIDENCE_PAGE)
        case "elsewhere":
            return Told(f"{need.says}: kept elsewhere, {way.name}", "")
    return None


def _sentence(item: Item) -> str:
    return f"“{item.text}” is met" + (f" ({item.evidence.rstrip('.')})" if item.evidence else "")


def _missing(need: Need, known: Known) -> Told:
    """The need in words, with the first thing that would fill it; a waived item is said to be waived."""
    waived = [known.items[w.name] for w in need.ways if w.kind == "item" and _status(known, w) == "waived"]
    if waived:
        return Told(f"{need.says}: “{waived[0].text}” is waived for now, and so not held", ITEM_PAGE)
    hints = [(hint, page) for way in need.ways if (hint := _to_fill(way, known)) for page in (_page(way),)]
    if not hints:
        return Told(need.says, "")
    told = "; or ".join(hint for hint, _ in hints[:2])
    return Told(f"{need.says}: {told}", hints[0][1])


def _status(known: Known, way: Way) -> str:
    found = known.items.get(way.name)
    return found.status if found is not None else ""


def _page(way: Way) -> str:
    if way.kind == "fact":
        return FACTS[way.name].page
    return {"item": ITEM_PAGE, "card": CARD_PAGE, "evidence": EVIDENCE_PAGE}.get(way.kind, "")


def _to_fill(way: Way, known: Known) -> str:
    """What a team would do so that this way holds."""
    match way.kind:
        case "fact":
            return FACTS[way.name].fill
        case "item":
            item = known.items.get(way.name)
            if item is None:
                return f"the item `{way.name}` is not on its checklist"
            state = {"fail": "is not met", "stale": "was met, and is too old"}.get(item.status, "is not answered")
            return f"“{item.text}” {state}"
        case "card":
            return f"write “{way.name}” in its card"
        case "evidence":
            return f"add the file as evidence, named like {way.name}"
        case _:
            return ""
