"""What a model card is made of: sections of plain values, which each export writes in its own way.

All text is plain: what shows it makes it harmless. What is not known is a `Gap`, which says what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from watchroom.domain.card_claims import Claim, Status

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Para:
    """A sentence or a few."""

    text: str


@dataclass(frozen=True)
class Pairs:
    """What is what, in its order. `unknown` stands where a value is not known."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table: `name` of what it is of, `numbers` are the columns set to the right, `note` its period, n and source."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    note: str = ""
    more: int = 0
    """Rows that are left out."""


@dataclass(frozen=True)
class Span:
    """A stretch of what people wrote; `status` is that of the binding whose place it takes, empty for own words."""

    text: str
    status: Status | Literal[""] = ""


@dataclass(frozen=True)
class Line:
    """A paragraph, an item, a smaller heading or lines that keep their form, as `card_text.Piece`, filled in."""

    kind: Literal["paragraph", "item", "heading", "lines"]
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True)
class Prose:
    """What people wrote below a heading, its bindings filled in."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Gap:
    """That something is unknown, and what to do about it."""

    what: str
    how: str = ""


Block = Para | Pairs | Grid | Prose | Gap


@dataclass(frozen=True)
class Section:
    """A part of the card; `key` names it in addresses and stays."""

    key: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is unknown in it."""
        return tuple(block for block in self.blocks if isinstance(block, Gap))


@dataclass(frozen=True)
class Measured:
    """A metric with its 95 % interval (None where there is none), of which days and of how many decisions.

    `kind` is `realized`, `estimated`, `reference` or `logged` (by the run). Days are UTC, None where it has none.
    """

    metric: str
    name: str
    value: float
    kind: Literal["realized", "estimated", "reference", "logged"]
    low: float | None = None
    high: float | None = None
    first: date | None = None
    last: date | None = None
    n: int | None = None


@dataclass(frozen=True)
class Card:
    """A model card as of a snapshot. `version` is None for a model that the registry has no version of."""

    model: str
    title: str
    version: int | None
    role: str
    """What the version is: `champion`, `challenger`, `newest version`, or empty."""

    task: str | None
    snapshot: str
    made_at: datetime
    file: str | None
    """The file of its free text; None while there is none."""

    answers: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    claims: tuple[Claim, ...] = ()
    measured: tuple[Measured, ...] = ()
    datasets: tuple[tuple[str, str], ...] = ()
    """Name and digest of the run's datasets."""

    flavors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def gaps(self) -> tuple[tuple[Section, Gap], ...]:
        """All that is unknown, with its section."""
        return tuple((section, gap) for section in self.sections for gap in section.gaps)

    @property
    def wrong(self) -> tuple[Claim, ...]:
        """The claims that are not so any more, and the bindings that cannot be read."""
        return tuple(claim for claim in self.claims if claim.status in ("stale", "broken"))
