"""Opening a finding and acting on one: dialogs, with the ledger's answer shown as it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.policy import STAGES
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import reviews as queries
from watchroom.ui import book
from watchroom.ui.acting import act
from watchroom.ui.fragments import dialog
from watchroom.ui.identity import current_user
from watchroom.ui.reviews_known import authors_of, title_of, today
from watchroom.ui.room import ask
from watchroom.ui.text import one_line, plain

if TYPE_CHECKING:
    from watchroom.ledger.findings_read import Finding, Severity

DUE_DAYS: dict[Severity, int] = {"high": 7, "medium": 30, "low": 90}
"""Days until a finding is to be answered, unless the reviewer says otherwise."""

SEVERITY_WORDS: dict[Severity, str] = {
    "high": "High: it may do harm as it is",
    "medium": "Medium: to be put right soon",
    "low": "Low: to be put right one day",
}

EVERY = "Every version"
NONE = "Nothing"
_RECORDED = "It is recorded in the ledger, with who you are and when."


@dialog("Open a finding", width="medium", icon=":material/flag:")
def open_finding(model: str | None) -> None:
    """The dialog of a reviewer: what was found, how bad it is, who is to see to it, until when, what it holds up."""
    from watchroom.ledger.findings import MAX_TEXT, MAX_TITLE
    from watchroom.ledger.findings import open_finding as opened
    from watchroom.ledger.findings_read import Found

    every = {one.name: one for one in ask(model_queries.overview)}
    names = list(every)
    picked = st.selectbox(
        "Model", names, index=names.index(model) if model in names else None, format_func=title_of, key="open_model",
        placeholder="Which model is it about?",
    )  # fmt: skip
    version = _version(picked)
    title = st.text_input("What it is, in a few words", key="open_title", max_chars=MAX_TITLE)
    text = st.text_area("What you saw, and what would settle it", key="open_text", max_chars=MAX_TEXT, height=110)
    severity = _severity("medium", "open")
    suggested = every[picked].owner("data_science") if picked else None
    owner = _person("Who is to see to it", "open_owner", suggested)
    with st.container(horizontal=True):
        due = _due(today() + timedelta(DUE_DAYS[severity]), f"open_due_{severity}")
        blocks = _blocks(None, "open_blocks")
    st.caption(_RECORDED)
    if st.button("Open it", key="open_do", icon=":material/check:", type="primary", disabled=not picked):
        found = Found(str(picked), version, severity, title or "", text or "", owner, due, blocks)
        by, authors = book.person(current_user()), authors_of(str(picked), version)
        act(lambda: opened(book.ledger(), found, by, authors), "The finding is open.")


def _version(model: str | None) -> int | None:
    numbers = [str(number) for number in ask(model_queries.version_numbers, model=model)] if model else []
    picked = st.selectbox("Version", [EVERY, *numbers], key=f"open_version_{model}", disabled=not model)
    return None if picked == EVERY else int(picked)


def _severity(now: Severity, key: str) -> Severity:
    options: list[Severity] = list(SEVERITY_WORDS)
    picked = st.radio(
        "How bad is it?", options, index=options.index(now), format_func=SEVERITY_WORDS.__getitem__,
        key=f"{key}_severity",
    )  # fmt: skip
    return picked


def _person(label: str, key: str, suggested: str | None) -> str:
    known = list(ask(queries.people))
    options = [suggested, *(one for one in known if one != suggested)] if suggested else known
    picked = st.selectbox(
        label, options, index=0 if suggested else None, key=f"{key}_{suggested}", accept_new_options=True,
        format_func=lambda one: one_line(one, 60), placeholder="A name or an address",
    )  # fmt: skip
    return (picked or "").strip()


def _due(first: date, key: str) -> date | None:
    found = st.date_input("To be answered by", first, key=key, format="YYYY-MM-DD")
    return found


def _blocks(now: str | None, key: str) -> str | None:
    options = [NONE, *STAGES]
    picked = st.selectbox(
        "What it holds up", options, index=options.index(now) if now in options else 0, key=key,
        help="While it is not accepted, that stage and those after it cannot be approved.",
    )  # fmt: skip
    return None if picked == NONE else picked


@dialog("Answer the finding", width="medium", icon=":material/reply:")
def answer(one: Finding) -> None:
    """What was done about it; then it waits for the reviewer."""
    from watchroom.ledger.findings import MAX_TEXT
    from watchroom.ledger.findings import answer as answered

    _about(one)
    text = st.text_area("What was done about it, with a link or a figure", key="answer_text", max_chars=MAX_TEXT)
    st.caption(f"Then a reviewer accepts it or sends it back. Who answers does not accept. {_RECORDED}")
    if st.button("Answer", key="answer_do", icon=":material/check:", type="primary"):
        by = book.person(current_user())
        act(lambda: answered(book.ledger(), one.seq, text or "", by, seen=one.last_seq), "Answered.")


@dialog("Accept the answer", width="medium", icon=":material/check_circle:")
def accept(one: Finding) -> None:
    """The reviewer's word that ends it."""
    from watchroom.ledger.findings import MAX_TEXT
    from watchroom.ledger.findings import accept as accepted

    _about(one)
    _last_answer(one)
    text = st.text_area("A remark, if you like", key="accept_text", max_chars=MAX_TEXT, height=80)
    st.caption(_RECORDED)
    if st.button("Accept it", key="accept_do", icon=":material/check:", type="primary"):
        by, authors = book.person(current_user()), authors_of(one.found.model, one.found.version)
        act(lambda: accepted(book.ledger(), one.seq, text or "", by, authors, seen=one.last_seq), "Accepted.")


@dialog("Send it back", width="medium", icon=":material/undo:")
def send_back(one: Finding) -> None:
    """What is missing in the answer; the next round begins."""
    from watchroom.ledger.findings import MAX_TEXT
    from watchroom.ledger.findings import send_back as sent

    _about(one)
    _last_answer(one)
    text = st.text_area("What is missing", key="back_text", max_chars=MAX_TEXT, height=100)
    st.caption(_RECORDED)
    if st.button("Send it back", key="back_do", icon=":material/undo:", type="primary"):
        by, authors = book.person(current_user()), authors_of(one.found.model, one.found.version)
        act(lambda: sent(book.ledger(), one.seq, text or "", by, authors, seen=one.last_seq), "Sent back.")


@dialog("Give it to somebody", width="medium", icon=":material/person_add:")
def reassign(one: Finding) -> None:
    """Another owner, with a word about it."""
    from watchroom.ledger.findings import MAX_TEXT
    from watchroom.ledger.findings import reassign as given

    _about(one)
    to = _person("To whom", "reassign_to", None)
    text = st.text_area("A word about it, if you like", key="reassign_text", max_chars=MAX_TEXT, height=80)
    st.caption(_RECORDED)
    if st.button("Give it", key="reassign_do", icon=":material/check:", type="primary"):
        by = book.person(current_user())
        act(lambda: given(book.ledger(), one.seq, to, by, text or "", seen=one.last_seq), "It has another owner.")


@dialog("Change severity, date or stage", width="medium", icon=":material/edit:")
def change(one: Finding) -> None:
    """A reviewer judges it anew, with the reason."""
    from watchroom.ledger.findings import MAX_TEXT
    from watchroom.ledger.findings import change as changed

    _about(one)
    severity = _severity(one.found.severity, f"change_{one.seq}")
    with st.container(horizontal=True):
        due = _due(one.found.due or today() + timedelta(DUE_DAYS[severity]), f"change_due_{one.seq}")
        blocks = _blocks(one.found.blocks, f"change_blocks_{one.seq}")
    text = st.text_area("Why", key="change_text", max_chars=MAX_TEXT, height=80)
    st.caption(_RECORDED)
    if st.button("Change it", key="change_do", icon=":material/check:", type="primary"):
        by, authors = book.person(current_user()), authors_of(one.found.model, one.found.version)
        act(
            lambda: changed(
                book.ledger(), one.seq, text or "", by, authors,
                severity=severity, due=due, blocks=blocks, seen=one.last_seq,
            ),
            "Changed.",
        )  # fmt: skip


@dialog("Remark", width="medium", icon=":material/chat_bubble:")
def comment(one: Finding) -> None:
    """A remark that changes nothing."""
    from watchroom.ledger.findings import MAX_TEXT
    from watchroom.ledger.findings import comment as commented

    _about(one)
    text = st.text_area("The remark", key="comment_text", max_chars=MAX_TEXT, height=100)
    st.caption(_RECORDED)
    if st.button("Add it", key="comment_do", icon=":material/check:", type="primary"):
        by = book.person(current_user())
        act(lambda: commented(book.ledger(), one.seq, text or "", by), "Remark added.")


@dialog("Withdraw the finding", width="medium", icon=":material/block:")
def withdraw(one: Finding) -> None:
    """It was none after all, and why."""
    from watchroom.ledger.findings import MAX_TEXT
    from watchroom.ledger.findings import withdraw as withdrawn

    _about(one)
    text = st.text_area("Why it is none", key="withdraw_text", max_chars=MAX_TEXT, height=100)
    st.caption(f"It stays readable, and holds nothing up any more. {_RECORDED}")
    if st.button("Withdraw it", key="withdraw_do", icon=":material/block:", type="primary"):
        by, authors = book.person(current_user()), authors_of(one.found.model, one.found.version)
        act(lambda: withdrawn(book.ledger(), one.seq, text or "", by, authors, seen=one.last_seq), "Withdrawn.")


def _about(one: Finding) -> None:
    st.markdown(f"**{plain(one.found.title)}** · {plain(title_of(one.found.model), 80)}")


def _last_answer(one: Finding) -> None:
    said = [each for each in one.acts if each.name == "answered"][-1:]
    for each in said:
        st.caption(f"The answer of {plain(each.actor, 60)}")
        st.text(one_line(each.text, 4000))
