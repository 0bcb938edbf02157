"""Acting on the items of a checklist: dialogs, with the ledger's answer shown as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import streamlit as st

from watchroom.domain.policy import QUESTION
from watchroom.domain.risk import TIERS
from watchroom.domain.standing import WAIVER_DAYS
from watchroom.store.queries import checklist as queries
from watchroom.store.queries.checklist import Subject
from watchroom.store.queries.models import Model
from watchroom.ui import book, handover_files, handover_words
from watchroom.ui.acting import act
from watchroom.ui.fragments import dialog
from watchroom.ui.handover_known import known, today
from watchroom.ui.handover_lines import Line
from watchroom.ui.identity import current_user
from watchroom.ui.model_about import person
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet
from watchroom.ui.text import count_of, one_line, plain

if TYPE_CHECKING:
    from watchroom.ledger.checklist import Asked

Act = Literal["answer", "waive", "lift", "give", "comment", "attach"]

DUE_DAYS = 7
"""Days that somebody has for an item, unless another date is given: a week."""

_RECORDED = "It is recorded in the ledger, with who you are and when."
_MET, _NOT_MET = "It is met", "It is not met"


def asked(subject: Subject, line: Line) -> Asked:
    """The item as the ledger's rules look it up."""
    from watchroom.ledger.checklist import Asked

    row = line.row
    tier = next((one for one in TIERS if one == subject.tier), TIERS[-1])
    return Asked(
        row.model, row.version, row.item, row.role, tier, row.kind, row.item_digest, row.measured,
        row.valid_days, subject.authors,
    )  # fmt: skip


def may(subject: Subject, line: Line) -> tuple[Act, ...]:
    """What whoever looks may do with an item, as far as their roles tell. The ledger asks again when it is done."""
    from watchroom.ledger.checklist import may_lift, waiving_role

    if line.told is None:
        return ()
    by, acts = book.person(current_user()), list[Act]()
    if line.row.role in by.roles and (line.row.kind == QUESTION or line.row.measured == "unknown"):
        acts.append("answer")
    if line.standing.status == "waived":
        acts += ["lift"] if may_lift(line.told.waiver, by) is None else []
    elif line.open and waiving_role(asked(subject, line), by) is not None:
        acts.append("waive")
    return (*acts, "give", "comment", "attach") if by.roles else tuple(acts)


def buttons(model: Model, subject: Subject, line: Line) -> None:
    """What may be done with an item, each a button that opens its dialog."""
    acts = may(subject, line)
    if not acts:
        return
    with st.container(horizontal=True, gap="small"):
        for name in acts:
            label, icon = _BUTTONS[name]
            kind: Literal["primary", "secondary"] = "primary" if name == "answer" and line.open else "secondary"
            if st.button(label, key=f"_{name}_{line.row.item}", icon=icon, type=kind):
                _open(name, model, subject, line)


_BUTTONS: dict[Act, tuple[str, str]] = {
    "answer": ("Answer", ":material/fact_check:"),
    "waive": ("Waive", ":material/event_busy:"),
    "lift": ("Take the waiver back", ":material/undo:"),
    "give": ("Give to somebody", ":material/person_add:"),
    "comment": ("Comment", ":material/chat:"),
    "attach": ("Attach a file", ":material/attach_file:"),
}


def _open(name: Act, model: Model, subject: Subject, line: Line) -> None:
    if name == "give":
        give(model, subject, [line], [line.row.item])
        return
    if name == "attach":
        handover_files.attach(subject, line.row.item, line.row.text)
        return
    {"answer": answer, "waive": waive, "lift": lift, "comment": comment}[name](subject, line)


def give_button(model: Model, subject: Subject, lines: Sequence[Line]) -> None:
    """Giving several open items to somebody at once; nothing for whom the ledger would not let."""
    if not lines or known() is None or not book.person(current_user()).roles:
        return
    if st.button("Give items to somebody", key="_give_several", icon=":material/group_add:"):
        give(model, subject, lines, [])


@dialog("Answer an item", width="medium", icon=":material/fact_check:")
def answer(subject: Subject, line: Line) -> None:
    """Whether the item is met, in the item's role, with evidence where there is some."""
    from watchroom.ledger.checklist import MAX_TEXT
    from watchroom.ledger.checklist import answer as answered

    _about(subject, line)
    row = line.row
    if row.kind != QUESTION:
        st.markdown(
            ":orange[:material/info:] This item checks itself, and found nothing to tell it from. Your answer counts "
            "until it does, and it needs a file that shows it."
        )
    before = _earlier(line)
    if before:
        st.markdown(quiet(plain(f"Version {before[0]} was answered: {before[1]}", 2100)))
    said = st.segmented_control("Your answer", [_MET, _NOT_MET], key="answer_is", default=_MET, required=True)
    met = said == _MET
    text = st.text_area(
        "How you know, if you like" if met else "What is missing: others will read it",
        key=f"answer_text_{'yes' if met else 'no'}",
        value=before[1] if before and met else "",
        max_chars=MAX_TEXT,
        height=110,
    )
    file = handover_files.choice(subject, row.item) if met else None
    holds = f" It holds for {count_of(row.valid_days, 'day')}." if met and row.valid_days else ""
    st.caption(f"You answer as {handover_words.role(row.role)}.{holds} {_RECORDED}")
    if st.button("Record the answer", key="answer_do", icon=":material/check:", type="primary"):
        by, item = book.person(current_user()), asked(subject, line)

        def do() -> None:
            evidence = handover_files.entry(subject, row.item, file)
            answered(book.ledger(), item, met, text or "", evidence, by)

        act(do, "Answered: it is met." if met else "Answered: it is not met.")


def _earlier(line: Line) -> tuple[int, str] | None:
    """What was last answered of another version of the model: its number and the text; None for nothing."""
    every = known()
    if every is None:
        return None
    found = [
        (told.answer.seq, version, told.answer.text)
        for (model, version, item), told in every.all.items()
        if (model, item) == (line.row.model, line.row.item) and version != line.row.version
        and told.answer is not None and told.answer.met and told.answer.text
    ]  # fmt: skip
    return max(found)[1:] if found else None


@dialog("Waive an item", width="medium", icon=":material/event_busy:")
def waive(subject: Subject, line: Line) -> None:
    """That it is not asked for, for a while: why, and until when."""
    from watchroom.ledger.checklist import MAX_TEXT
    from watchroom.ledger.checklist import waive as waived

    _about(subject, line)
    item = asked(subject, line)
    most = WAIVER_DAYS[item.tier]
    first = datetime.now(UTC).date()  # as the ledger counts
    until = st.date_input(
        "Until the end of",
        first + timedelta(min(most, 30)),
        min_value=first,
        max_value=first + timedelta(most),
        key="waive_until",
        format="YYYY-MM-DD",
    )
    reason = st.text_area(
        "Why it can wait: it stands in every summary", key="waive_why", max_chars=MAX_TEXT, height=110
    )
    st.caption(
        f"Of tier {subject.tier} for at most {count_of(most, 'day')} at a time. It counts as set aside, not as met. "
        f"{_RECORDED}"
    )
    if st.button("Waive it", key="waive_do", icon=":material/check:", type="primary"):
        by = book.person(current_user())
        act(lambda: waived(book.ledger(), item, reason or "", _day(until) or first, by), "Waived.")


@dialog("Take a waiver back", width="small", icon=":material/undo:")
def lift(subject: Subject, line: Line) -> None:
    """The item asked for again at once."""
    from watchroom.ledger.checklist import lift as lifted

    _about(subject, line)
    st.markdown(plain(line.standing.because, 2100))
    st.caption(f"The item is asked for again then. {_RECORDED}")
    if st.button("Take it back", key="lift_do", icon=":material/undo:", type="primary"):
        by, item = book.person(current_user()), asked(subject, line)
        act(lambda: lifted(book.ledger(), item, by), "The item is asked for again.")


@dialog("Write about an item", width="medium", icon=":material/chat:")
def comment(subject: Subject, line: Line) -> None:
    """A remark for everybody."""
    from watchroom.ledger.checklist import MAX_TEXT
    from watchroom.ledger.checklist import comment as commented

    _about(subject, line)
    text = st.text_area("The remark", key="comment_text", max_chars=MAX_TEXT, height=110)
    st.caption(_RECORDED)
    if st.button("Write it", key="comment_do", icon=":material/check:", type="primary"):
        by, row = book.person(current_user()), line.row
        act(lambda: commented(book.ledger(), row.model, row.version, row.item, text or "", by), "Written.")


_TAKE_BACK = "Take it back from whoever has it"


@dialog("Give items to somebody", width="medium", icon=":material/person_add:")
def give(model: Model, subject: Subject, lines: Sequence[Line], chosen: Sequence[str]) -> None:
    """Who is to see to items, and until when; or nobody in particular again."""
    from watchroom.ledger.checklist import assign

    named = {line.row.item: line for line in lines}
    items: Sequence[str] = chosen
    if not chosen:
        items = st.multiselect(
            f"Which of the {count_of(len(lines), 'open item')}",
            list(named),
            default=[],
            format_func=lambda item: f"{one_line(named[item].row.text, 90)} ({_with(named[item])})",
            placeholder="Choose items: with each stands whose it is",
            key="give_items",
        )
    else:
        _about(subject, lines[0])
    given = [line for line in lines if line.told is not None and line.told.assignment is not None]
    back = bool(given) and st.toggle(_TAKE_BACK, key="give_back", help="It falls to the owner of its role again.")
    to, due = (None, None) if back else _to_whom(model)
    st.caption(_RECORDED)
    said = count_of(len(items), "item")
    label = f"Take back {said}" if back else f"Give {said}"
    if st.button(label, key="give_do", icon=":material/check:", type="primary", disabled=not items or not (back or to)):
        by = book.person(current_user())
        done = "Taken back." if back else f"Given to {person(to or '')}."
        act(lambda: assign(book.ledger(), model.name, subject.version, items, to, due, by), done)


def _with(line: Line) -> str:
    """Whose an item is, and until when."""
    until = f", until {handover_words.day(line.due)}" if line.due is not None else ""
    return f"{one_line(line.person or handover_words.NOBODY, 60)}{until}"


def _to_whom(model: Model) -> tuple[str | None, date | None]:
    user = current_user()
    mine = [name for name in (user.email or user.name,) if name]
    people = list(dict.fromkeys([*mine, *ask(queries.people, model=model.name)]))
    to = st.selectbox(
        "Who is to see to it?",
        people,
        index=None,
        accept_new_options=True,
        placeholder="One of the model's people, or anybody: type a name or an address",
        key="give_to",
    )
    first = today()
    due = st.date_input(
        "Until", first + timedelta(DUE_DAYS), min_value=first, key="give_due", format="YYYY-MM-DD"
    )  # fmt: skip
    return (to or "").strip() or None, _day(due)


def _day(picked: object) -> date | None:
    return picked if isinstance(picked, date) else None


def _about(subject: Subject, line: Line) -> None:
    about = quiet(f"{plain(subject.title, 60)}, version {subject.version}, {plain(line.row.stage)}")
    st.markdown(f"**{plain(line.row.text, 400)}**  \n{about}")
