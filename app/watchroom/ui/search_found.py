"""What a search finds, from every place that is looked through, with the page that each result leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from watchroom.domain import glossary
from watchroom.errors import LedgerError, WatchroomError
from watchroom.store.queries import checklist
from watchroom.store.queries import search as queries
from watchroom.store.queries.search import Hit
from watchroom.ui import book
from watchroom.ui.navigation import PAGES
from watchroom.ui.room import ask
from watchroom.ui.text import one_line, when
from watchroom.ui.workspace import facts

LEAST_ID = 3
"""Characters of a decision's id: a shorter word is one in any case."""

LONGEST = 200
"""Characters that are looked for; what is pasted may be of any length."""

NAMES = {
    "page": ("Page", ":material/web:"),
    "model": ("Model", ":material/deployed_code:"),
    "version": ("Version", ":material/history:"),
    "person": ("Person", ":material/person:"),
    "feature": ("Feature", ":material/account_tree:"),
    "experiment": ("Experiment", ":material/biotech:"),
    "run": ("Run", ":material/science:"),
    "kpi": ("KPI", ":material/target:"),
    "item": ("Checklist item", ":material/checklist:"),
    "policy": ("Policy", ":material/policy:"),
    "finding": ("Finding", ":material/rate_review:"),
    "handover": ("Handover", ":material/swap_horiz:"),
    "alert": ("Alert", ":material/notifications:"),
    "decision": ("Decision", ":material/gavel:"),
    "term": ("Glossary", ":material/menu_book:"),
    "entry": ("History", ":material/manage_history:"),
}
"""What each kind of result is called, and its icon; in the order in which kinds stand where they fit alike."""


@dataclass(frozen=True)
class Result:
    """Something found, plain text, and where it leads: a page with its parameters, and the model for the scope."""

    kind: str
    name: str
    about: str
    page: str
    params: Mapping[str, str] = field(default_factory=dict)
    model: str | None = None
    rank: int = 2


@dataclass(frozen=True)
class Group:
    """What was found of one kind, the nearest first; `total` counts all, which may be more."""

    kind: str
    results: tuple[Result, ...]
    total: int


def found(text: str, most: int) -> tuple[Group, ...]:
    """Everything that fits all words, at most `most` of each kind, the kind with the nearest name first."""
    text = one_line(text, LONGEST)
    if not text:
        return ()
    groups = [*_pages(text, most), *_stored(text, most), *_decisions(text), *_terms(text, most), *_entries(text, most)]
    order = list(NAMES)
    return tuple(sorted(groups, key=lambda group: (group.results[0].rank, order.index(group.kind))))


def _pages(text: str, most: int) -> list[Group]:
    words = text.casefold().split()
    hits = [
        Result("page", page.title, page.question, page.file, rank=_rank(page.title, text))
        for page in PAGES
        if not page.hidden and all(word in page.title.casefold() for word in words)
    ]
    return _group("page", hits, len(hits), most)


def _rank(name: str, text: str) -> int:
    name, text = name.casefold(), text.casefold()
    return 0 if name == text else 1 if name.startswith(text) else 2


def _stored(text: str, most: int) -> list[Group]:
    hits = ask(queries.find, text=text, most=most)
    return [
        Group(kind, tuple(_LEADS[kind](hit) for hit in group), hits.totals[kind]) for kind, group in hits.found.items()
    ]


def _result(hit: Hit, page: str, params: Mapping[str, str] | None = None, *, model: bool = False) -> Result:
    scope = hit.model if model else None
    return Result(hit.kind, one_line(hit.name), one_line(hit.about, 160), page, params or {}, scope, hit.rank)


_LEADS: dict[str, Callable[[Hit], Result]] = {
    "model": lambda hit: _result(hit, "model", model=True),
    "version": lambda hit: _result(hit, "model", {"version": str(hit.version)}, model=True),
    "person": lambda hit: _result(hit, "history", {"person": hit.id}),
    "feature": lambda hit: _result(hit, "features", {"feature": hit.id}),
    "experiment": lambda hit: _result(hit, "runs", {"experiment": hit.name}),
    "run": lambda hit: _result(hit, "run", {"run": hit.id}),
    "kpi": lambda hit: _result(hit, "value", {"view": "Targets"}, model=True),
    "item": lambda hit: _result(hit, "handover"),
    "policy": lambda hit: _result(hit, "handover"),
    "finding": lambda hit: _result(hit, "reviews", {"finding": hit.id}),
    "handover": lambda hit: _result(hit, "handover", {"version": str(hit.version), "view": "Handovers"}, model=True),
    "alert": lambda hit: _result(hit, "alerts", {"alert": hit.id}),
}


def _decisions(text: str) -> list[Group]:
    """The models whose log has a decision of just this id; the index knows its digest, not the id."""
    from watchroom.desk.cases import models_with

    if len(text.split()) != 1 or len(text) < LEAST_ID:
        return []
    hits = [
        Result("decision", text, f"{model}, {_days(len(days))}", "decision", {"id": text}, model, 0)
        for model, days in ask(models_with, prediction_id=text).items()
    ]
    return _group("decision", hits, len(hits), len(hits))


def _days(count: int) -> str:
    return "on 1 day" if count == 1 else f"on {count} days"


def _terms(text: str, most: int) -> list[Group]:
    every = glossary.search(text)
    hits = [
        Result("term", term.name, term.meaning, "glossary", {"term": term.name}, rank=max(_rank(term.name, text), 1))
        for term in every
        if any(all(word in name.casefold() for word in text.casefold().split()) for name in (term.name, *term.also))
    ]
    return _group("term", hits, len(hits), most)


def _entries(text: str, most: int) -> list[Group]:
    """Entries of the ledger; one by its number. None where there is no ledger, or it cannot be read now."""
    try:
        book.must_be_there()
        from watchroom.ledger.kinds import VISIT
        from watchroom.ledger.search import Wanted, by_number, find
        from watchroom.ledger.told import about, tell

        ledger = book.ledger()
        page = find(ledger, Wanted(text=text, without=(VISIT,)), size=most)
        others, titles = by_number(ledger, about(page.entries)), ask(checklist.titles)
    except (LedgerError, WatchroomError):
        return []
    hits = [
        Result(
            "entry", one_line(f"{entry.actor} {tell(entry, others, titles).did}", 160),
            f"entry {entry.seq}, {when(entry.at, facts().zone)}", "history", {"entry": str(entry.seq)}, rank=4,
        )
        for entry in page.entries
    ]  # fmt: skip
    return _group("entry", hits, page.total, most)


def _group(kind: str, hits: list[Result], total: int, most: int) -> list[Group]:
    nearest = sorted(hits, key=lambda hit: hit.rank)[:most]
    return [Group(kind, tuple(nearest), total)] if nearest else []
