"""What of the ledger belongs into a pack: the entries on its model, in words and with their hashes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from watchroom.ledger import Ledger, kinds
from watchroom.ledger.entry import Entry
from watchroom.ledger.export import line
from watchroom.ledger.search import Wanted, in_order
from watchroom.reports.pack.shape import MOST_ENTRIES, Besides
from watchroom.store.queries.card import Kept


def besides(ledger: Ledger | None, evidence: Callable[[Kept], bytes], *, model: str) -> Besides:
    """What the ledger has on a model, the newest `MOST_ENTRIES`; nothing without a ledger. Raises `LedgerError`."""
    if ledger is None:
        return Besides(evidence)
    newest: deque[Entry] = deque(maxlen=MOST_ENTRIES)
    seen = 0
    for entry in in_order(ledger, Wanted(model=model, without=(kinds.VISIT,))):
        newest.append(entry)
        seen += 1
    return Besides(evidence, tuple(newest), tuple(map(line, newest)), seen - len(newest))
