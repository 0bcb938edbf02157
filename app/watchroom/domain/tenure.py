"""Which version held a name (the alias champion, the stage Production) when, as far as looks at the registry tell.

A registry keeps no history: what is known is that at one look the name stood here, and at the next one there. So each
change lies between two looks, and what happened between them and was undone again is not known. Pure values, UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, zip_longest
from typing import Literal


@dataclass(frozen=True)
class Edge:
    """When something changed: after the look `after`, which did not see it yet, and no later than the look `by`.

    `after` is None for what the first look found: it may have been so for any time.
    """

    after: datetime | None
    by: datetime


@dataclass(frozen=True)
class Mark:
    """The version that held the name from an edge on; None when nobody did."""

    edge: Edge
    version: int | None


@dataclass(frozen=True)
class Tenure:
    """A version held the name: for certain from `begin.by` to the `after` of its end, perhaps a little longer.

    `end` is None while it still held it at the last look.
    """

    version: int
    begin: Edge
    end: Edge | None

    def certain(self, last_look: datetime) -> tuple[datetime, datetime]:
        """From when to when it surely held the name; the same time twice when it was seen at one look alone."""
        until = last_look if self.end is None else self.end.after or self.begin.by
        return self.begin.by, max(until, self.begin.by)


@dataclass(frozen=True)
class History:
    """Who held one name of one model: the marks in order, each edge later than the one before; and the last look.

    Without marks no look has seen the model.
    """

    marks: tuple[Mark, ...]
    last_look: datetime

    @property
    def first(self) -> Edge | None:
        """The edge at which the model was first seen; None when it never was."""
        return self.marks[0].edge if self.marks else None

    @property
    def now(self) -> int | None:
        """Who holds the name at the last look; None for nobody."""
        return self.marks[-1].version if self.marks else None

    @property
    def tenures(self) -> tuple[Tenure, ...]:
        """Every time that a version held the name, in order."""
        pairs = zip_longest(self.marks, (mark.edge for mark in self.marks[1:]))
        return tuple(Tenure(mark.version, mark.edge, end) for mark, end in pairs if mark.version is not None)

    @property
    def holders(self) -> tuple[int, ...]:
        """Each version that ever held the name, the first to hold it first."""
        return tuple(dict.fromkeys(tenure.version for tenure in self.tenures))

    def before(self, version: int) -> tuple[int, ...]:
        """The versions that held the name before this one last began to, the newest such tenure first."""
        began = [tenure.begin.by for tenure in self.tenures if tenure.version == version]
        earlier = [tenure.version for tenure in self.tenures if began and tenure.begin.by < began[-1]]
        return tuple(one for one in dict.fromkeys(reversed(earlier)) if one != version)

    def held_again(self, version: int) -> bool:
        """Whether the version held the name more than once."""
        return sum(tenure.version == version for tenure in self.tenures) > 1


@dataclass(frozen=True)
class Seen:
    """What a look saw of the name: `kind` is `appeared` (the model), `held`, `left`, or `gone` (the model)."""

    edge: Edge
    kind: Literal["appeared", "held", "left", "gone"]
    version: int | None = None


def history(seen: Iterable[Seen], last_look: datetime) -> History:
    """The history from what was seen, in the order in which it was recorded.

    Of several changes that one look saw the last counts. A name that is given to who holds it already, or taken from
    who does not, changes nothing. An edge that reaches back before the one before it is cut there.
    """
    marks: list[Mark] = []
    for one in seen:
        held = marks[-1].version if marks else None
        if one.kind == "left" and one.version is not None and one.version != held:
            continue
        _add(marks, Mark(one.edge, _after(one, held)))
    return History(tuple(marks), max([last_look, *(mark.edge.by for mark in marks)]))


def _after(one: Seen, held: int | None) -> int | None:
    match one.kind:
        case "held":
            return one.version
        case "appeared":
            return held
    return None


def _add(marks: list[Mark], mark: Mark) -> None:
    if marks and mark.edge.by <= marks[-1].edge.by:
        before = marks[-2].version if len(marks) > 1 else None
        if len(marks) > 1 and before == mark.version:
            marks.pop()  # taken away and given back between two looks: that nobody can see
        else:
            marks[-1] = Mark(marks[-1].edge, mark.version)
    elif not marks:
        marks.append(mark)
    elif mark.version != marks[-1].version:
        least = marks[-1].edge.by
        after = least if mark.edge.after is None else max(mark.edge.after, least)
        marks.append(Mark(Edge(after, mark.edge.by), mark.version))


Certainty = Literal["known", "between", "before", "absent", "unseen", "later"]


@dataclass(frozen=True)
class Standing:
    """Who held the name at a moment, and how well that is known.

    `known`: `version` did, None for nobody. `between`: `version`, or `next_version` already, for the change lies
    between `edge.after` and `edge.by`. `before`: the first look was later, and found `next_version`. `absent`: a look
    after that moment did not find the model. `unseen`: no look ever found it. `later`: the moment is after the last
    look, which found `version`. `edge` is that of the tenure it speaks of; None when there is none.
    """

    certainty: Certainty
    version: int | None = None
    next_version: int | None = None
    edge: Edge | None = None

    @property
    def candidates(self) -> tuple[int, ...]:
        """Every version that may have held it, by what the looks tell; empty when they tell nothing."""
        if self.certainty in ("before", "absent", "unseen"):
            return ()
        both = (self.version, self.next_version) if self.certainty == "between" else (self.version,)
        return tuple(dict.fromkeys(one for one in both if one is not None))


def standing(found: History, moment: datetime) -> Standing:
    """Who held the name at that moment."""
    if not found.marks:
        return Standing("unseen")
    first = found.marks[0]
    if moment < first.edge.by:
        return _before_first(first, moment)
    if moment > found.last_look:
        return Standing("later", found.now, edge=found.marks[-1].edge)
    for mark, following in pairwise(found.marks):
        if moment >= following.edge.by:
            continue
        if following.edge.after is None or moment <= following.edge.after:
            return Standing("known", mark.version, edge=mark.edge)
        return Standing("between", mark.version, following.version, following.edge)
    return Standing("known", found.now, edge=found.marks[-1].edge)


def _before_first(first: Mark, moment: datetime) -> Standing:
    if first.edge.after is None:
        return Standing("before", next_version=first.version, edge=first.edge)
    if moment <= first.edge.after:
        return Standing("absent", edge=first.edge)
    return Standing("between", None, first.version, first.edge)


def within(found: History, start: datetime, end: datetime) -> tuple[int, ...]:
    """Every version that held the name, or may have, at some moment from `start` to `end`; empty when nothing is known.

    What the first look found counts from then on only.
    """
    first = found.first
    if first is None or end < (first.after or first.by):
        return ()
    held = [standing(found, start), standing(found, end)]
    versions = [one for state in held for one in state.candidates]
    versions += [mark.version for mark in found.marks if mark.version is not None and _touches(mark.edge, start, end)]
    return tuple(dict.fromkeys(versions))


def _touches(edge: Edge, start: datetime, end: datetime) -> bool:
    return (edge.after or edge.by) < end and edge.by > start
