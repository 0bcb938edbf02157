"""What people have pinned for everybody, as of the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from watchroom.store.snapshot import Snapshot

Kind = Literal["run", "model"]


@dataclass(frozen=True)
class Pin:
    """A pin on a run or a model that the snapshot knows; `title` is what people call it, `at` is UTC."""

    kind: Kind
    id: str
    title: str
    at: datetime
    actor: str


def pins(snapshot: Snapshot) -> tuple[Pin, ...]:
    """Models before runs, the newest pin first."""
    rows = snapshot.rows("""
        select p.kind, p.id, coalesce(m.title, nullif(r.name, ''), p.id), p.at, p.actor
        from pins p left join models m on p.kind = 'model' and m.model = p.id
            left join runs r on p.kind = 'run' and r.run_id = p.id
        where m.model is not null or r.run_id is not null
        order by p.kind = 'run', p.at desc, p.id""")
    return tuple(Pin(*row) for row in rows)


def pinned(snapshot: Snapshot, *, kind: Kind) -> frozenset[str]:
    """The ids of what is pinned."""
    return frozenset(id_ for (id_,) in snapshot.rows("select id from pins where kind = ?", [kind]))
