"""Whatever somebody with all rights in the database does to the entries, verifying tells, or the docs say it cannot."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.ledger import tampering
from tests.ledger.tampering import put, rehashed, rewritten, rows
from watchroom.ledger import Head, Ledger, NewEntry, Verification, verify_url
from watchroom.ledger.entry import StoredRow

COUNT = 6
many = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Written:
    """A ledger of six entries as it was written, to be tampered with again and again."""

    def __init__(self, url: str) -> None:
        self.url = url
        with Ledger.open(url, create=True) as ledger:
            ledger.append_all(
                NewEntry("sign_off", f"p{number}@x", {"number": number, "ü": None}, "reviewer", "churn", number)
                for number in range(1, COUNT + 1)
            )
            self.head = ledger.head()
        self.rows = rows(url)

    def verified(self, tampered: list[StoredRow], expected: Head | None = None) -> Verification:
        put(self.url, tampered)
        return verify_url(self.url, expected)


@pytest.fixture
def written(url: str) -> Written:
    return Written(url)


def told(found: Verification) -> list[tuple[int, int, str]]:
    return [(one.seq, one.last_seq, one.kind) for one in found.breaks]


indexes = st.integers(0, COUNT - 1)
column_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
integers = st.integers(0, 2**63 - 1)
NEW_VALUES: dict[str, st.SearchStrategy[object]] = {
    "at": column_text | st.datetimes().map(lambda at: at.isoformat(timespec="microseconds") + "Z"),
    "kind": column_text | st.just("refusal"),
    "actor": column_text,
    "role": st.none() | column_text,
    "model": st.none() | column_text,
    "version": st.none() | integers,
    "payload": column_text
    | st.sampled_from(["{}", "null", "[]", '{"number":1, "ü":null}', '{"ü":null,"number":1}', "NaN"]),
    "prev_hash": column_text | st.text("0123456789abcdef", min_size=64, max_size=64),
    "hash": column_text | st.text("0123456789abcdef", min_size=64, max_size=64),
}
changes = st.sampled_from(sorted(NEW_VALUES)).flatmap(lambda name: st.tuples(st.just(name), NEW_VALUES[name]))


@many
@given(index=indexes, change=changes)
def test_a_change_of_any_field_of_any_entry_is_found_and_named(
    written: Written, index: int, change: tuple[str, object]
):
    name, value = change
    row = written.rows[index]
    assume(getattr(row, name) != value)
    tampered = list(written.rows)
    tampered[index] = row._replace(**{name: value})
    assert told(written.verified(tampered)) == [(row.seq, row.seq, "changed")]


@many
@given(index=indexes, seq=st.integers(-(2**63), 2**63 - 1))
def test_a_change_of_a_number_is_found(written: Written, index: int, seq: int):
    assume(seq not in range(1, COUNT + 1))
    tampered = list(written.rows)
    tampered[index] = tampered[index]._replace(seq=seq)
    found = written.verified(tampered)
    assert not found.ok
    if index < COUNT - 1:
        assert (index + 1, index + 1, "missing") in told(found)
    if seq > COUNT:
        assert (seq, seq, "reordered") in told(found)


@many
@given(removed=st.sets(indexes, min_size=1))
def test_removed_entries_are_found_and_named(written: Written, removed: set[int]):
    tampered = [row for index, row in enumerate(written.rows) if index not in removed]
    found = written.verified(tampered, written.head)
    named = [seq for one in found.breaks for seq in range(one.seq, one.last_seq + 1)]
    assert named == [index + 1 for index in sorted(removed)]
    assert {one.kind for one in found.breaks} <= {"missing", "tail_missing"}
    # Without the head that was kept elsewhere, a tail that is gone cannot be missed: docs/ledger.md says so.
    is_tail = removed == set(range(COUNT - len(removed), COUNT))
    assert verify_url(written.url).ok == is_tail


@many
@given(order=st.permutations(range(COUNT)))
def test_reordered_entries_are_found_and_named(written: Written, order: list[int]):
    tampered = [written.rows[index]._replace(seq=seq) for seq, index in enumerate(order, 1)]
    moved = [(seq, seq, "reordered") for seq, index in enumerate(order, 1) if seq != index + 1]
    assert told(written.verified(tampered)) == moved


def test_an_entry_taken_out_with_the_others_moved_up_is_found(written: Written):
    tampered = [row._replace(seq=seq) for seq, row in enumerate(written.rows[:2] + written.rows[3:], 1)]
    found = written.verified(tampered, written.head)
    assert told(found) == [(3, 3, "reordered"), (4, 4, "reordered"), (5, 5, "reordered"), (6, 6, "tail_missing")]
    assert found.breaks[0].reason == "Here stands what was written as entry 4."
    assert found.lost == (3,)
    assert [line.split(":")[0] for line in found.lines()] == [
        "entry 3, missing",
        "entries 3–5, reordered",
        "entry 6, tail missing",
    ]
    assert "those that were written as entries 4–6" in found.lines()[1]


def test_an_entry_put_in_with_the_others_moved_down_is_found(written: Written):
    stranger = rehashed(written.rows[2]._replace(actor="eve@x"))
    tampered = [*written.rows[:2], stranger, *(row._replace(seq=row.seq + 1) for row in written.rows[2:])]
    found = written.verified(tampered)
    assert told(found) == [(3, 3, "inserted"), *((seq, seq, "reordered") for seq in (4, 5, 6, 7))]
    assert found.lost == ()


def test_triggers_that_are_gone_are_a_warning_and_no_break(ledger: Ledger, url: str):
    ledger.append(NewEntry("refusal", "ana@x", {}))
    assert (ledger.verify().ok, ledger.verify().warning()) == (True, "")
    with tampering.raw(url):
        pass
    found = ledger.verify()
    assert (found.ok, len(found.guards_missing)) == (True, 3)
    assert "ledger_entries_" in found.warning()


def test_an_entry_without_a_hash_is_never_sound(written: Written):
    tampered = [*written.rows[:-1], written.rows[-1]._replace(payload="NaN", hash="")]
    assert told(written.verified(tampered)) == [(COUNT, COUNT, "changed")]


def test_an_entry_before_the_first_is_found(written: Written):
    tampered = [rehashed(written.rows[0]._replace(seq=0)), *written.rows]
    assert told(written.verified(tampered, written.head)) == [(0, 0, "inserted")]


@pytest.mark.parametrize("index", range(COUNT))
def test_an_entry_that_was_changed_and_hashed_anew_is_found(written: Written, index: int):
    tampered = list(written.rows)
    tampered[index] = rehashed(tampered[index]._replace(actor="eve@x"))
    assert told(written.verified(tampered, written.head)) == [(index + 1, index + 1, "changed")]


@pytest.mark.parametrize("index", range(COUNT))
def test_a_chain_written_anew_is_found_only_against_the_head(written: Written, index: int):
    tampered = list(written.rows)
    tampered[index] = tampered[index]._replace(actor="eve@x")
    found = written.verified(rewritten(tampered), written.head)
    assert told(found) == [(COUNT, COUNT, "changed")]
    assert "it, or some entry before it" in found.breaks[0].reason
    assert verify_url(written.url).ok


def test_a_chain_that_has_grown_since_still_leads_through_the_head(written: Written):
    with Ledger.open(written.url, create=False) as ledger:
        ledger.append(NewEntry("refusal", "ana@x", {}))
        found = ledger.verify(written.head)
    assert found.ok
    assert found.summary() == "The chain of 7 entries holds and leads to the expected head."


def test_all_breaks_are_told_and_not_only_the_first(written: Written):
    first, second, _, fourth, fifth, sixth = written.rows
    tampered = [first._replace(actor="eve@x"), second, fourth, sixth._replace(seq=5), fifth._replace(seq=6)]
    found = written.verified(tampered, Head(8, "f" * 64))
    assert told(found) == [
        (1, 1, "changed"),
        (3, 3, "missing"),
        (5, 5, "reordered"),
        (6, 6, "reordered"),
        (7, 8, "tail_missing"),
    ]
    assert found.summary() == "The chain of 5 entries is broken in 5 places."


def test_breaks_beyond_the_limit_are_counted(written: Written):
    put(written.url, [row._replace(actor="eve@x") for row in written.rows])
    with Ledger.open(written.url, create=False) as ledger:
        found = ledger.verify(max_breaks=2)
    assert (len(found.breaks), found.more_breaks) == (2, COUNT - 2)
    assert found.summary() == "The chain of 6 entries is broken in 6 places."


def test_an_emptied_ledger_is_found_against_the_head(written: Written):
    assert told(written.verified([], written.head)) == [(1, COUNT, "tail_missing")]


def test_bytes_that_are_no_text_show_as_a_change(sqlite_url: str):
    written = Written(sqlite_url)
    with tampering.raw(sqlite_url) as connection:
        connection.execute(sa.text("update ledger_entries set actor = cast(x'ff' as text) where seq = 2"))
        connection.execute(sa.text("update ledger_entries set payload = x'7b7d' where seq = 4"))
    assert told(verify_url(sqlite_url, written.head)) == [(2, 2, "changed"), (4, 4, "changed")]


def test_a_long_chain_is_read_in_pieces_without_seams(ledger: Ledger):
    ledger.append_all([NewEntry("refusal", "ana@x", {})] * 10_001)
    found = ledger.verify(ledger.head())
    assert (found.ok, found.entries, found.head.seq) == (True, 10_001, 10_001)
