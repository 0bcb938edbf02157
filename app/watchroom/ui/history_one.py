"""One entry of the ledger with all that it holds: what it is about, what came of it, its place in the chain."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from watchroom.ui.history_choice import KINDS, PERSON, SINCE, TEXT, UNTIL
from watchroom.ui.history_feed import PARAMETER, choose, row
from watchroom.ui.history_feed import sentence as in_words
from watchroom.ui.identity import while_admitted
from watchroom.ui.navigation import WANTED
from watchroom.ui.states import code, empty
from watchroom.ui.text import number, one_line, when
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger import Entry, Ledger
    from watchroom.ledger.search import Facets

MOST_LATER = 30
"""Entries about the same thing that are shown."""

QUOTE_LENGTH = 2000
"""Characters of what somebody wrote: all that most acts keep."""

_DIGITS = 18


def show(ledger: Ledger, known: Facets) -> None:
    """The entry that the address names, or that there is none."""
    from watchroom.ledger.search import by_number

    st.button("All entries", icon=":material/arrow_back:", type="tertiary", on_click=choose, args=(None,))
    asked = st.query_params.get(PARAMETER, "")
    seq = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS else 0
    entry = by_number(ledger, [seq]).get(seq)
    if entry is None:
        empty(f"The ledger has no entry {one_line(asked, 30)}.", f"Its entries are 1 to {number(known.head.seq)}.")
        return
    _entry(ledger, entry, known.head.seq)


def _entry(ledger: Ledger, entry: Entry, last: int) -> None:
    from watchroom.ledger.search import by_number
    from watchroom.ledger.told import refers_to

    others = by_number(ledger, (*refers_to(entry), entry.seq - 1))
    st.subheader(f"Entry {number(entry.seq)} of {number(last)}", anchor=False)
    st.markdown(in_words(entry, others, quote=QUOTE_LENGTH, dated=True))
    _steps(entry, last)
    _facts(entry)
    _around(ledger, entry, others)
    _chain(entry, others.get(entry.seq - 1))


def _steps(entry: Entry, last: int) -> None:
    with st.container(horizontal=True, gap="small"):
        if entry.seq > 1:
            _way("The one before", ":material/chevron_left:", choose, entry.seq - 1)
        if entry.seq < last:
            _way("The one after", ":material/chevron_right:", choose, entry.seq + 1)
        if entry.model:
            _way("All about this model", ":material/deployed_code:", _all_about, entry.model)
        _way("All by this person", ":material/person:", _all_by, entry.actor)


def _way(label: str, icon: str, do: Callable[..., None], to: int | str) -> None:
    st.button(label, icon=icon, type="tertiary", key=f"_{label}", on_click=do, args=(to,))


def _all_about(model: str) -> None:
    _nothing_else()
    st.session_state[WANTED] = {"model": model}


def _all_by(person: str) -> None:
    _nothing_else()
    st.query_params[PERSON] = person


def _nothing_else() -> None:
    """Nothing else is looked for: neither what the address says nor what the controls held."""
    st.query_params.clear()
    for key in (TEXT, PERSON, SINCE, UNTIL, KINDS):
        st.session_state.pop(key, None)


def _facts(entry: Entry) -> None:
    rows = [
        ("Written", f"{when(entry.at, facts().zone)} ({facts().zone.key}), {entry.at:%Y-%m-%d %H:%M:%S.%f} UTC"),
        ("By", entry.actor),
        ("Role", entry.role or "none"),
        ("Kind", entry.kind.replace("_", " ")),
        ("Model", entry.model or "none"),
        ("Version", "none" if entry.version is None else str(entry.version)),
        *((key.replace("_", " ").capitalize(), text) for key, text in _payload(entry)),
    ]
    table = pd.DataFrame([(name, one_line(text, 2000)) for name, text in rows], columns=["What", "Value"])
    st.dataframe(table, hide_index=True, width="stretch", row_height=32, height="content")


def _payload(entry: Entry) -> list[tuple[str, str]]:
    """What the payload holds, a row for each key in its order."""
    try:
        found = entry.payload
    except ValueError:
        return [("payload", entry.payload_json)]
    return [(str(key), _text(value)) for key, value in found.items()]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value or "empty"
    if value is None:
        return "none"
    return json.dumps(value, ensure_ascii=False)


def _around(ledger: Ledger, entry: Entry, others: dict[int, Entry]) -> None:
    """What it is about, and what was done about the same thing after it."""
    from watchroom.ledger.search import by_number, later_about
    from watchroom.ledger.told import about, refers_to

    before = [others[seq] for seq in refers_to(entry) if seq in others]
    later = later_about(ledger, entry, most=MOST_LATER)
    if not (before or later):
        return
    known = {**others, entry.seq: entry, **by_number(ledger, about(later))}
    for title, found in (("What it is about", before), ("What came after, about the same", later)):
        if found:
            st.markdown(f"**{title}**")
            with st.container(border=True, gap="xxsmall"):
                for one in found:
                    row(one, known, dated=True)


def _chain(entry: Entry, before: Entry | None) -> None:
    from watchroom.ledger.entry import row_of
    from watchroom.ledger.export import line

    holds = row_of(entry).computed_hash() == entry.hash
    follows = entry.seq == 1 or (before is not None and before.hash == entry.prev_hash)
    good = holds and follows
    icon = ":green[:material/check_circle:]" if good else ":red[:material/error:]"
    said = "It is as it was written" if holds else "It is not as it was written: what it says does not have its hash"
    after = "begins the chain" if entry.seq == 1 else f"follows entry {number(entry.seq - 1)}"
    joined = f", and {after}" if follows else f", and does not follow entry {number(entry.seq - 1)} as that stands here"
    st.markdown(f"{icon} {said}{joined}.")
    with st.expander("As it stands in the ledger", key="entry_raw", on_change="rerun") as raw:
        if raw.open:
            code(line(entry), wrap=True)
            st.download_button(
                "This entry as a JSON line", data=while_admitted(lambda: line(entry).encode()),
                file_name=f"entry-{entry.seq}.jsonl", mime="application/x-ndjson", on_click="ignore",
                icon=":material/download:", type="tertiary",
            )  # fmt: skip
