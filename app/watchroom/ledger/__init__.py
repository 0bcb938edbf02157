"""The append-only record of what people decided and what the registry was seen to be.

`Ledger` keeps and reads entries; what an entry is and what its hash is taken of is said in `docs/ledger.md`. Whoever
asks for a name of a person only does not load SQLAlchemy: what is here is loaded when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchroom.ledger.book import Ledger, Transaction, verify_url
    from watchroom.ledger.entry import GENESIS_HASH, Entry, Head, NewEntry
    from watchroom.ledger.kinds import KINDS, REFUSAL, REGISTRY_EVENT, SIGN_OFF
    from watchroom.ledger.verify import Break, Verification

__all__ = [
    "GENESIS_HASH",
    "KINDS",
    "REFUSAL",
    "REGISTRY_EVENT",
    "SIGN_OFF",
    "Break",
    "Entry",
    "Head",
    "Ledger",
    "NewEntry",
    "Transaction",
    "Verification",
    "verify_url",
]

_WHERE = {
    "book": ("Ledger", "Transaction", "verify_url"),
    "entry": ("GENESIS_HASH", "Entry", "Head", "NewEntry"),
    "kinds": ("KINDS", "REFUSAL", "REGISTRY_EVENT", "SIGN_OFF"),
    "verify": ("Break", "Verification"),
}


def __getattr__(name: str) -> Any:
    for module, names in _WHERE.items():
        if name in names:
            return getattr(import_module(f"watchroom.ledger.{module}"), name)
    raise AttributeError(name)
