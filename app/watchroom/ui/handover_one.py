"""One handover on the page: who has signed, what is still open and whose, which roles move, and what may be done."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from watchroom.domain.handover import Handover
from watchroom.domain.signable import Signable, differences
from watchroom.errors import LedgerError
from watchroom.store.queries.models import Model
from watchroom.ui import handover_hand_act as acts
from watchroom.ui import handover_handed as handed
from watchroom.ui import handover_words
from watchroom.ui.handover_known import lines, subject_of, today
from watchroom.ui.handover_lines import Line, count, holders
from watchroom.ui.model_about import person
from watchroom.ui.navigation import link
from watchroom.ui.notebook import by_whom
from watchroom.ui.rows import badge, quiet
from watchroom.ui.text import ago, count_of, plain, when
from watchroom.ui.wording import ROLE_NAMES
from watchroom.ui.workspace import facts

PEOPLE_SHOWN = 6
"""People with open items that are listed; the checklist has all."""

REASONS_SHOWN = 4
"""Reasons in the way that are listed."""

_DONE, _WAITS, _NOT_YET = (
    ":green[:material/check_circle:]",
    ":orange[:material/hourglass_top:]",
    ":gray[:material/radio_button_unchecked:]",
)


def show(model: Model, one: Handover) -> None:
    """The whole of it in a frame."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(_heading(one))
        st.markdown("  \n".join([*_steps(one), *_moves(model, one)]))
        if one.terms.note:
            st.text(one.terms.note)
        if one.under_way:
            _open(model, one)
            _roles_stay(model, one)
            _signing(one)
        for remark in one.remarks:
            st.markdown(
                f":material/chat: {plain(remark.text, 2000)} {quiet(f'{by_whom(remark.actor)} {_when(remark.at)}')}"
            )
        acts.buttons(model, one)


def _heading(one: Handover) -> str:
    terms, day = one.terms, handed.due(one, today())
    said = f"Version {terms.version}, {terms.stage}: {handed.teams(one)}"
    late = one.overdue(today())
    due = (f":red[:material/event_busy: {plain(day)}]" if late else quiet(plain(day))) if day else ""
    return f"**{plain(said, 260)}** {badge(handed.STATE_WORDS[one.state], handed.STATES[one.state])} {due}"


def _steps(one: Handover) -> list[str]:
    """Who began it, who gives and who receives: done, next, or not yet."""
    terms, given, ended = one.terms, one.given, one.ended
    begun = f"{_DONE} Begun {quiet(f'{by_whom(one.actor)} {_when(one.at)}')}"
    if given is not None:
        note = f": {plain(given.note, 2000)}" if given.note else ""
        told = quiet(f"{_when(given.at)}, evidence {plain(given.digest[:12])}")
        gives = f"{_DONE} **Giver** {person(terms.giver)} has signed{note} {told}"
    else:
        icon = _WAITS if one.under_way else _NOT_YET
        gives = f"{icon} **Giver** {person(terms.giver)} {'has to sign' if one.under_way else 'had not signed'}"
    if ended is None:
        icon, todo = (_WAITS, "has to accept") if given else (_NOT_YET, "accepts after that")
        return [begun, gives, f"{icon} **Receiver** {person(terms.receiver)} {todo}"]
    why = f": {plain(ended.reason, 2000)}" if ended.reason else ""
    told = quiet(f"{by_whom(ended.actor)} {_when(ended.at)}")
    icon = _DONE if ended.how == "accepted" else ":red[:material/cancel:]"
    return [begun, gives, f"{icon} **{ended.how.capitalize()}**{why} {told}"]


def _moves(model: Model, one: Handover) -> list[str]:
    """Which roles go from whom to whom, and what goes besides."""
    found, held = [], dict(model.owners)
    was = one.ended.was if one.ended else {}
    for role, to in one.terms.owners.items():
        before = was.get(role) if one.ended else held.get(role)
        of = person(before) if before else "nobody"
        told = f"stays with {person(to)}" if before == to else f"{of} → {person(to)}"
        found.append(f":material/arrow_right_alt: {ROLE_NAMES.get(role, role).capitalize()}: {told}")
    if one.ended is not None and (one.ended.alerts or one.ended.findings):
        besides = f"{count_of(len(one.ended.alerts), 'alert')} and {count_of(len(one.ended.findings), 'finding')}"
        found.append(f":material/arrow_right_alt: {besides} went to {person(one.terms.receiver)}")
    if not one.terms.owners:
        found.append(quiet("No role moves with it."))
    return found


def _open(model: Model, one: Handover) -> None:
    """What of the checklist is open at its stage, whose it is, and for how long."""
    terms = one.terms
    subject = subject_of(model.name, terms.version)
    every = lines(subject) if subject is not None else ()
    if not every:
        st.markdown(quiet("Its checklist is made at the next refresh; until then it cannot be signed."))
        return
    asked: list[Line] = [line for line in every if line.row.stage == terms.stage]
    now, day = datetime.now(UTC), today()
    found = count(asked, day)
    params = {"model": model.name, "version": str(terms.version), "view": "Checklist", "stage": terms.stage}
    if not found.open:
        st.markdown(f":green[:material/check_circle:] Nothing of its checklist is open: {found.asked} asked.")
    else:
        hold = "holds" if found.blocking == 1 else "hold"
        blocking = f", {found.blocking} {hold} up the sign-off" if found.blocking else ""
        st.markdown(f"**{count_of(found.open, 'item')} of {found.asked} open{blocking}**")
        people = holders(asked, now)
        st.markdown(
            "  \n".join(
                f":material/person: {person(who.person) if who.person else ':red[nobody]'} "
                f"{quiet(plain(handover_words.holder(who, now, day), 300))}"
                for who in people[:PEOPLE_SHOWN]
            )
        )
        if len(people) > PEOPLE_SHOWN:
            st.markdown(quiet(f"and {count_of(len(people) - PEOPLE_SHOWN, 'person', 'people')} more"))
    link("handover", "Open its checklist", icon=":material/checklist:", params=params)


def _roles_stay(model: Model, one: Handover) -> None:
    """Why its roles cannot move as it says, told before somebody signs."""
    from watchroom.ledger.handovers import not_theirs_to_move

    every = handed.handovers()
    refused = not_theirs_to_move(one, every, dict(model.owners)) if every is not None else None
    if refused is not None:
        told = " ".join(part for part in (refused.what, refused.why, refused.next_step) if part)
        st.markdown(f":red[:material/block:] **Its roles cannot move like this:** {plain(told, 500)}")


def _signing(one: Handover) -> None:
    """Whether it can be signed or accepted as things are, and what has changed since the giver signed."""
    now = signable(one)
    if now is None:
        return
    if now.blockers:
        reasons = [f"- {plain(reason, 200)}" for reason in now.blockers[:REASONS_SHOWN]]
        rest = len(now.blockers) - REASONS_SHOWN
        reasons += [f"- and {rest} more"] if rest > 0 else []
        what = "accepted" if one.given else "signed"
        st.markdown(
            f":red[:material/block:] **It cannot be {what} while something is in the way**\n\n" + "\n".join(reasons)
        )
    if changed := _changed(one, now):
        told = "; ".join(changed[:REASONS_SHOWN])
        st.markdown(f":orange[:material/warning:] **The giver has to sign again:** {plain(told, 600)}.")


def _changed(one: Handover, now: Signable) -> tuple[str, ...]:
    return differences(one.given.parts, now) if one.given else ()


def signable(one: Handover) -> Signable | None:
    """What there is to be signed of it as of this rerun; None where its version is not checked."""
    from watchroom.ui.sign_off import current

    try:
        return current(one.terms.model, one.terms.version, one.terms.stage)
    except LedgerError:
        return None


def _when(moment: datetime) -> str:
    return f"{plain(when(moment, facts().zone, now=datetime.now(UTC)))} ({plain(ago(moment, datetime.now(UTC)))})"
