"""Copying a ledger from one database to another, as when a team outgrows the file: entry by entry, hashes and all."""

from __future__ import annotations

from watchroom.errors import LedgerBroken, LedgerError
from watchroom.ledger.book import Ledger, Transaction
from watchroom.ledger.entry import Head

_BATCH = 5000
"""Entries in memory at once."""


def copy_ledger(source_url: str, target_url: str) -> Head:
    """Copies every entry of the ledger at `source_url` into a new one at `target_url`; gives the head both then have.

    The source is verified first and stays as it is. Nobody should write to it from then on: two ledgers that have grown
    apart cannot be joined. Raises `LedgerError` when the target holds entries already, `LedgerBroken` when the source's
    chain does not hold; then nothing was written.
    """
    with Ledger.open(source_url, create=False) as source, Ledger.open(target_url, create=True) as target:
        found = source.verify()
        if not found.ok:
            raise LedgerBroken(
                "A ledger whose chain does not hold is not copied.",
                why=found.summary(),
                next_step="Run `watchroom ledger verify` on it.",
            )
        with target.transaction() as transaction:
            _check_empty(transaction)
            after = 0
            while entries := source.entries(after=after, limit=_BATCH):
                transaction.put_back(entries)
                after = entries[-1].seq
            return transaction.head()


def _check_empty(transaction: Transaction) -> None:
    head = transaction.head()
    if head.seq:
        raise LedgerError(
            f"The ledger to copy into holds {head.seq:,} entries already.", next_step="Copy into a new database."
        )
