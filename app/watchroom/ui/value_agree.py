"""Who has agreed to a KPI, live from the ledger, and saying so in a role of one's own.

What somebody agrees to are the terms that the page showed: they travel with the button, whatever is
refreshed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from watchroom.domain.kpi_register import Terms, changes, digest_of, from_text, text_of
from watchroom.domain.roles import SPEAKING
from watchroom.errors import LedgerError
from watchroom.reports.kpi_sentences import DIRECTIONS, brief, figure
from watchroom.store.queries.kpis import Kpi
from watchroom.store.queries.models import Model
from watchroom.ui import book
from watchroom.ui.acting import act, say_done
from watchroom.ui.fragments import dialog
from watchroom.ui.identity import ROLES, current_user
from watchroom.ui.live import live
from watchroom.ui.model_about import person
from watchroom.ui.notebook import by_whom
from watchroom.ui.rows import quiet
from watchroom.ui.states import code
from watchroom.ui.text import ago, one_line, plain, some, when
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.agreements import Agreement, Agreements

AGREES, OBJECTS, CHANGED, SILENT = "agrees", "objects", "changed", "silent"
ICONS = {
    AGREES: ":green[:material/check_circle:]",
    OBJECTS: ":red[:material/cancel:]",
    CHANGED: ":orange[:material/change_circle:]",
    SILENT: ":gray[:material/radio_button_unchecked:]",
}

_YES, _NO = "I agree", "I object"
_TERMS = {"sql": "formula", "unit": "unit", "target": "target", "limit": "limit", "better": "direction"}


def agreements() -> Agreements | None:
    """What every role said to every KPI, as of now; None while the ledger cannot be read."""
    from watchroom.ledger.agreements import read

    try:
        return live("agreements", read)
    except LedgerError:
        return None


def terms(kpi: Kpi) -> Terms:
    """What is agreed to when somebody agrees to this KPI as the snapshot has it."""
    return Terms(kpi.sql, kpi.unit, kpi.target, kpi.limit, kpi.better)


def state(kpi: Kpi, said: Agreement | None) -> str:
    """How a role stands to the KPI as it is now."""
    if said is None:
        return SILENT
    if said.digest != digest_of(terms(kpi)):
        return CHANGED
    return AGREES if said.agrees else OBJECTS


def summary(kpi: Kpi, known: Agreements | None) -> str:
    """`agreed by business and reviewer; not yet by operations`, plain text; empty while the ledger cannot be read."""
    if known is None:
        return ""
    said = known.of(kpi.model, kpi.name)
    states = {role: state(kpi, said.get(role)) for role in SPEAKING}
    parts = [
        f"{words} {some([_name(role) for role in SPEAKING if states[role] in of], 4)}"
        for words, of in (("agreed by", (AGREES,)), ("objected to by", (OBJECTS,)), ("not yet by", (SILENT,)))
        if any(states[role] in of for role in SPEAKING)
    ]
    if all(states[role] == AGREES for role in SPEAKING):
        return "everybody has agreed"
    if all(states[role] == SILENT for role in SPEAKING):
        return "nobody has agreed yet"
    return "; ".join([*parts, *_earlier(kpi, states, said)])


def _earlier(kpi: Kpi, states: Mapping[str, str], said: Mapping[str, Agreement]) -> Iterator[str]:
    """What roles said to terms that have changed since: `business agreed to target 1, changed since`."""
    for role in SPEAKING:
        if states[role] == CHANGED:
            spoke = "agreed to" if said[role].agrees else "objected to"
            yield f"{_name(role)} {spoke} {_before(kpi, said[role])}, changed since"


def _before(kpi: Kpi, said: Agreement) -> str:
    """`target 1` where that is all that has changed; else what is another now, without the values."""
    try:
        found = changes(from_text(said.text), terms(kpi))
    except (ValueError, TypeError):
        return "other terms"
    if len(found) == 1 and found[0][0] != "sql" and found[0][1] is not None:
        name, was, _ = found[0]
        return f"{_TERMS[name]} {f'{was:g}' if isinstance(was, int | float) else one_line(was, 40)}"
    return f"another {some([_TERMS[name] for name, _, _ in found], 3)}" if found else "other terms"


def show(model: Model, kpi: Kpi, known: Agreements | None) -> None:
    """Each role with what it said last, and the way to say something."""
    st.markdown("**Who has agreed to it**")
    say_done()
    if known is None:
        st.caption(":material/info: The ledger cannot be read now; Status may say why.")
        return
    said = known.of(kpi.model, kpi.name)
    st.markdown("\n\n".join(_line(model, kpi, role, said.get(role)) for role in SPEAKING))
    mine = [role for role in current_user().roles if role in SPEAKING]
    if not mine:
        st.caption("Your role is not asked.")
    elif kpi.sql is None or kpi.target is None:
        st.caption("There is nothing to agree to before its file gives a formula and a target.")
    elif st.button("Agree or object", icon=":material/how_to_reg:", key="kpi_agree"):
        speak(kpi)


def _line(model: Model, kpi: Kpi, role: str, said: Agreement | None) -> str:
    """A role, in two or three lines of Markdown: how it stands, by whom and when, and what changed since."""
    how = state(kpi, said)
    holder = model.owner(role)
    who = f" · {person(holder)}" if holder else " · nobody holds this role"
    head = f"{ICONS[how]} **{plain(_name(role).capitalize())}** {_stands(how, said)}{quiet(who)}"
    if said is None:
        return head
    parts = [
        quiet(f"said{by_whom(said.actor)} {plain(when(said.at, facts().zone))} ({ago(said.at, datetime.now(UTC))})")
    ]
    if said.reason:
        parts.append(f"“{plain(said.reason, 400)}”")
    if how == CHANGED:
        parts.append(f":orange[Changed since:] {changed(kpi, said)}")
    return "  \n".join([head, *parts])


def _stands(how: str, said: Agreement | None) -> str:
    if how == CHANGED:
        spoke = "agreed" if said is not None and said.agrees else "objected"
        return f"{spoke} to something else that has since changed"
    return {AGREES: "agrees", OBJECTS: "objects"}.get(how, "has not said yet")


def changed(kpi: Kpi, said: Agreement) -> str:
    """`target 2 → 1; limit 4 → 2`, in Markdown: what the role spoke of, and what stands now."""
    try:
        before = from_text(said.text)
    except (ValueError, TypeError):
        return "what it was before can no longer be read"
    told = [f"{_TERMS[name]} {_term(name, was)} → {_term(name, now)}" for name, was, now in changes(before, terms(kpi))]
    return "; ".join(told)


def _term(name: str, value: Any) -> str:
    if value is None:
        return "none"
    if name == "sql":
        return f"`{one_line(value, 200).replace('`', chr(39))}`"
    return plain(f"{value:g}" if isinstance(value, int | float) else value, 60)


def _name(role: str) -> str:
    return ROLES.get(role, role.replace("_", " ")).lower()


@dialog("Agree or object", width="medium", icon=":material/how_to_reg:", on_dismiss="rerun")
def speak(kpi: Kpi) -> None:
    """The dialog over one KPI, with the terms that the page showed."""
    from watchroom.ledger.agreements import MAX_REASON

    st.markdown(f"**{plain(kpi.name, 80)}**  \n{plain(_aims(kpi), 300)}")
    code(one_line(kpi.sql, 2000), wrap=True)
    role = _role()
    if role is None:
        st.caption("Your role is not asked.")
        return
    answer = st.segmented_control("What do you say?", [_YES, _NO], key="kpi_answer")
    needed = answer == _NO
    reason = st.text_area(
        "Why you object: others will read it" if needed else "A word to it, if you like",
        key=f"kpi_reason_{'no' if needed else 'yes'}",
        max_chars=MAX_REASON,
        height=90,
    )
    st.caption("It is recorded in the ledger, with who you are and when. A changed formula or target asks you again.")
    if st.button("Record it", key="kpi_record", icon=":material/check:", disabled=answer is None):
        _record(kpi, role, agrees=answer == _YES, reason=reason or "")


def _aims(kpi: Kpi) -> str:
    currency = facts().currency
    limit = f", limit {brief(kpi.limit, kpi.unit, currency)}" if kpi.limit is not None else ""
    direction = f"; {DIRECTIONS[kpi.way]}" if kpi.way in DIRECTIONS else ""
    return f"Target {figure(kpi.target, kpi.unit, currency)}{limit}{direction}."


def _role() -> str | None:
    """The role in which somebody speaks: chosen, where several of theirs are asked."""
    mine = [role for role in current_user().roles if role in SPEAKING]
    if len(mine) < 2:
        if mine:
            st.caption(f"You speak for {_name(mine[0])}.")
        return mine[0] if mine else None
    picked = st.segmented_control(
        "You speak for", mine, default=mine[0], required=True, format_func=lambda role: ROLES[role], key="kpi_role"
    )
    return str(picked)


def _record(kpi: Kpi, role: str, *, agrees: bool, reason: str) -> None:
    from watchroom.ledger.agreements import agree

    shown = terms(kpi)
    by = book.person(current_user())
    what = (kpi.model, kpi.name, digest_of(shown), text_of(shown))
    act(
        lambda: agree(book.ledger(), *what, by, role, agrees=agrees, reason=reason),
        "Recorded: you agree." if agrees else "Recorded: you object.",
    )
