from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from watchroom.errors import LedgerBroken, Refused
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.notebook import (
    MAX_NAME,
    MAX_TEXT,
    Subject,
    read,
    remove_view,
    save_view,
    set_pin,
    take_back,
    write_note,
)
from watchroom.ledger.people import Person

BO = Person("bo@x", ("data_science",))
CY = Person("cy@x", ("operations",))
ADA = Person("ada@x", ("admin",))
NOBODY = Person("eve@x", ())
RUN = Subject("run", "8f14e45fceea167a5a36dedd4bea2543")
MODEL = Subject("model", "card-fraud")


def kinds(ledger: Ledger) -> list[str]:
    return [entry.kind for entry in ledger.entries()]


def test_a_note_is_there_for_everybody_with_who_wrote_it_and_when(ledger: Ledger):
    written = write_note(ledger, MODEL, BO, text="  Trained without the holidays.\n")
    other = write_note(ledger, RUN, CY, text="Same seed as before.")
    assert read(ledger).about(MODEL) == (written,)
    assert (written.actor, written.role, written.text) == ("bo@x", "data_science", "Trained without the holidays.")
    assert read(ledger).about(RUN) == (other,)
    assert [entry.model for entry in ledger.entries()] == ["card-fraud", None]


def test_the_newest_note_comes_first(ledger: Ledger):
    first, second = (write_note(ledger, RUN, BO, text=text) for text in ("one", "two"))
    assert read(ledger).about(RUN) == (second, first)


def test_a_note_that_is_taken_back_is_gone_from_the_page_and_stays_in_the_ledger(ledger: Ledger):
    written = write_note(ledger, RUN, BO, text="Wrong.")
    take_back(ledger, written.seq, BO)
    assert read(ledger).about(RUN) == ()
    assert [entry.payload["act"] for entry in ledger.entries()] == ["written", "taken_back"]


def test_only_its_writer_and_an_admin_take_a_note_back_and_the_attempt_is_recorded(ledger: Ledger):
    written = write_note(ledger, RUN, BO, text="Mine.")
    with pytest.raises(Refused, match="not yours"):
        take_back(ledger, written.seq, CY)
    assert kinds(ledger) == ["note", "refusal"]
    take_back(ledger, written.seq, ADA)
    assert read(ledger).about(RUN) == ()
    with pytest.raises(Refused, match="no such note"):
        take_back(ledger, written.seq, BO)


def test_who_holds_no_role_leaves_nothing_but_the_refusal(ledger: Ledger):
    for act in (
        lambda: write_note(ledger, RUN, NOBODY, text="Hello"),
        lambda: set_pin(ledger, RUN, NOBODY, pinned=True),
        lambda: save_view(ledger, "mine", "runs", {}, NOBODY),
        lambda: take_back(ledger, 1, NOBODY),
        lambda: remove_view(ledger, "mine", NOBODY),
    ):
        with pytest.raises(Refused, match="takes a role"):
            act()
    assert kinds(ledger) == ["refusal"] * 5
    found = read(ledger)
    assert (dict(found.notes), dict(found.pins), dict(found.views)) == ({}, {}, {})


@pytest.mark.parametrize("text", ["", " \n\t ", "x" * (MAX_TEXT + 1)])
def test_a_note_that_says_nothing_or_too_much_is_refused_and_nothing_is_written(ledger: Ledger, text: str):
    with pytest.raises(Refused):
        write_note(ledger, RUN, BO, text=text)
    assert kinds(ledger) == []


def test_text_that_no_database_keeps_is_written_without_it(ledger: Ledger):
    written = write_note(ledger, Subject("model", "a\0b"), BO, text="nul \0 and half a pair \ud800")
    assert read(ledger).about(Subject("model", "a\0b")) == (written,)
    assert written.text == "nul \ufffd and half a pair ?"


def test_a_pin_holds_until_it_is_taken_away_and_is_set_once(ledger: Ledger):
    for _ in range(2):
        set_pin(ledger, RUN, BO, pinned=True)
    set_pin(ledger, MODEL, CY, pinned=True)
    assert list(read(ledger).pins) == [RUN, MODEL]
    assert read(ledger).pins[RUN][1] == "bo@x"
    set_pin(ledger, RUN, CY, pinned=False)
    set_pin(ledger, RUN, CY, pinned=False)
    assert list(read(ledger).pins) == [MODEL]
    assert kinds(ledger) == ["pin"] * 3


def test_a_view_is_found_by_its_name_in_any_case_with_all_that_was_chosen(ledger: Ledger):
    query = {"filter": ["metrics.rmse < 0.5"], "column": ["metrics.rmse", "params.depth"]}
    saved = save_view(ledger, " Weekly check ", "runs", query, BO)
    assert read(ledger).view("weekly CHECK") == saved
    assert (saved.name, saved.page, saved.actor) == ("Weekly check", "runs", "bo@x")
    assert dict(saved.query) == {"filter": ("metrics.rmse < 0.5",), "column": ("metrics.rmse", "params.depth")}


def test_a_name_that_is_taken_is_replaced_only_by_whom_it_belongs_to_and_only_when_asked(ledger: Ledger):
    save_view(ledger, "Weekly", "runs", {}, BO)
    with pytest.raises(Refused, match="already"):
        save_view(ledger, "weekly", "compare", {}, BO)
    with pytest.raises(Refused, match="already"):
        save_view(ledger, "weekly", "compare", {}, CY, replacing=True)
    save_view(ledger, "weekly", "compare", {}, BO, replacing=True)
    found = read(ledger)
    assert len(found.views) == 1
    assert (view := found.view("Weekly")) is not None
    assert (view.page, view.name) == ("compare", "weekly")


def test_a_view_is_removed_by_whom_it_belongs_to_or_an_admin(ledger: Ledger):
    save_view(ledger, "Weekly", "runs", {}, BO)
    with pytest.raises(Refused, match="not yours"):
        remove_view(ledger, "Weekly", CY)
    remove_view(ledger, "weekly", ADA)
    assert read(ledger).view("Weekly") is None
    with pytest.raises(Refused, match="no such view"):
        remove_view(ledger, "Weekly", BO)


def test_a_name_keeps_no_sign_that_does_not_show(ledger: Ledger):
    save_view(ledger, "Weekly", "runs", {}, BO)
    with pytest.raises(Refused, match="already"):
        save_view(ledger, "Week\u200bly", "runs", {}, CY)


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "n" * (MAX_NAME + 1)])
def test_a_view_needs_a_name_that_fits_a_menu(ledger: Ledger, name: str):
    with pytest.raises(Refused):
        save_view(ledger, name, "runs", {}, BO)
    assert kinds(ledger) == []


def test_an_address_without_end_is_refused(ledger: Ledger):
    with pytest.raises(Refused, match="too long"):
        save_view(ledger, "All", "compare", {"runs": ["8f14e45f,"] * 1000}, BO)


def test_reading_on_gives_the_same_as_reading_all(ledger: Ledger):
    first = write_note(ledger, RUN, BO, text="one")
    set_pin(ledger, RUN, BO, pinned=True)
    known = read(ledger)
    take_back(ledger, first.seq, BO)
    set_pin(ledger, RUN, BO, pinned=False)
    save_view(ledger, "Weekly", "runs", {"q": ["x"]}, BO)
    assert read(ledger, known) == read(ledger)
    assert known.about(RUN) == (first,)
    assert read(ledger, read(ledger)) == read(ledger)


def test_another_ledger_in_the_place_of_the_first_is_read_anew(ledger: Ledger, new_url: Callable[[], str]):
    write_note(ledger, RUN, BO, text="of the first")
    known = read(ledger)
    with Ledger.open(new_url(), create=True) as other:
        assert read(other, known) == read(other)
        kept = write_note(other, RUN, BO, text="of the second")
        assert other.head().seq == known.head.seq
        assert read(other, known).about(RUN) == (kept,)


def test_two_people_at_once_never_save_one_name_twice(ledger: Ledger):
    together = Barrier(2)

    def save(by: Person) -> str:
        together.wait()
        try:
            save_view(ledger, "Weekly", "runs", {}, by)
        except Refused:
            return "refused"
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, (BO, CY))) == ["refused", "saved"]
    assert sorted(kinds(ledger)) == ["refusal", "saved_view"]


def test_an_entry_that_does_not_hold_what_its_kind_holds_is_named(ledger: Ledger):
    ledger.append(NewEntry("note", "bo@x", {"act": "written", "text": "about nothing"}))
    with pytest.raises(LedgerBroken, match="Entry 1"):
        read(ledger)
