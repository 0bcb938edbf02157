"""The append-only record of what people decided and what the registry was seen to be.

`Ledger` keeps and reads entries; what an entry is and what its hash is taken of is said in `docs/ledger.md`.
"""

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
