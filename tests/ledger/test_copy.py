from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ledger.tampering import put, rows
from watchroom.errors import LedgerBroken, LedgerError
from watchroom.ledger import Ledger, NewEntry, verify_url
from watchroom.ledger.copy import copy_ledger

ENTRY = NewEntry("sign_off", "ana@x", {"ü": [1.5, None]}, "reviewer", "churn", 3)


@pytest.fixture
def source(sqlite_url: str) -> str:
    with Ledger.open(sqlite_url, create=True) as ledger:
        ledger.append_all([ENTRY] * 5001)
    return sqlite_url


def test_a_copy_is_the_same_chain_and_goes_on(source: str, url: str):
    head = copy_ledger(source, url)
    assert rows(url) == rows(source)
    with Ledger.open(url, create=False) as copied:
        assert copied.verify(head).ok
        assert copied.append(ENTRY).prev_hash == head.hash


def test_a_ledger_with_entries_is_not_copied_into(source: str, url: str):
    with Ledger.open(url, create=True) as ledger:
        written = ledger.append(ENTRY)
        with pytest.raises(LedgerError, match="holds 1 entries already"):
            copy_ledger(source, url)
        assert ledger.entries() == [written]


def test_a_broken_ledger_is_not_copied(source: str, new_url: Callable[[], str]):
    put(source, [row._replace(actor="eve@x") if row.seq == 7 else row for row in rows(source)])
    target = new_url()
    with pytest.raises(LedgerBroken, match="is not copied"):
        copy_ledger(source, target)
    assert verify_url(target).entries == 0
