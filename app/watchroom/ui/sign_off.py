"""Signing a model version off at a stage: what is seen, who has to sign, and the button that carries what was seen."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from watchroom.domain.approval import Barred, Judged, may_sign
from watchroom.domain.authors import same_person
from watchroom.domain.roles import SPEAKING
from watchroom.domain.signable import Signable
from watchroom.errors import LedgerError
from watchroom.store.queries import models as model_queries
from watchroom.ui import book, sign_off_act, sign_off_seen, sign_off_words
from watchroom.ui.identity import current_user
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet
from watchroom.ui.sign_off_known import Known, known
from watchroom.ui.states import empty, error
from watchroom.ui.text import one_line, plain, sentence
from watchroom.ui.workspace import facts

SHOWN = 6
"""Past sign-offs that are listed; the rest is told as how many."""


def panel(model: str, version: int, stage: str) -> None:
    """What there is to be signed of the version at the stage, whose sign-off is missing, and the way to give it."""
    try:
        found = known(model, version, stage)
    except LedgerError as problem:
        error(problem)
        return
    if found is None:
        empty("This version is not checked, and cannot be signed.", "Open the champion, the challenger or the newest.")
        return
    with st.container(border=True, gap="small", key=f"sign_off_{stage}"):
        _answer(found)
        _people(found)
        sign_off_seen.against(found.basis, found.signable)
        _bound(found.signable)
        _way(found)


def current(model: str, version: int, stage: str) -> Signable | None:
    """What there is to be signed as of this rerun, with what people did since the refresh; None when it is not checked.

    Raises `LedgerError`.
    """
    found = known(model, version, stage)
    return found.signable if found else None


def _answer(found: Known) -> None:
    now, approval, basis = datetime.now(UTC), found.approval, found.basis
    told = sign_off_words.headline(approval, basis.version, basis.stage, facts().zone, now)
    st.markdown(f"##### {sign_off_words.ICONS[approval.status]} {plain(told, 300)}")
    if approval.status in ("void", "expired", "rejected"):
        st.markdown(f":red[{sentence(approval.reason, 900)}]")
    st.markdown(quiet(plain(sign_off_words.rule(basis.rule, basis.tier, assumed=basis.assumed), 300)))
    if not basis.authors:
        st.markdown(
            ":orange[:material/person_search:] The author is not known to MLflow: it cannot be told who may not sign."
        )


def _people(found: Known) -> None:
    """A line for each role that is asked, with who signed or who would; then the sign-offs that count no more."""
    now, zone = datetime.now(UTC), facts().zone
    owners = next((dict(one.owners) for one in ask(model_queries.overview) if one.name == found.basis.model), {})
    lines = []
    for role in sign_off_words.roles_to_show(found.basis.rule, found.held):
        valid = [one for one in found.held if one.given.role == role and one.status == "valid"]
        lines += [_line(role, sign_off_words.signed(one, zone, now), _icon(one)) for one in valid]
        if not any(one.approves for one in valid):
            owner = owners.get(role)
            holder = f"by the model's file {one_line(owner, 80)}" if owner else "the model's file names nobody"
            lines.append(_line(role, f"still to sign; {holder}", ":orange[:material/hourglass_empty:]"))
    past = [one for one in found.held if one.status != "valid"][::-1]
    lines += [
        _line(one.given.role, sign_off_words.signed(one, zone, now), ":gray[:material/history:]")
        for one in past[:SHOWN]
    ]
    if len(past) > SHOWN:
        lines.append(quiet(f"and {len(past) - SHOWN} earlier ones: History has them all"))
    st.markdown("  \n".join(lines))


def _icon(one: Judged) -> str:
    return ":green[:material/check_circle:]" if one.approves else ":red[:material/block:]"


def _line(role: str, told: str, icon: str) -> str:
    name = plain(sign_off_words.role_name(role).capitalize(), 40)
    return f"{icon} **{name}** {plain(told, 600)}"


def _bound(now: Signable) -> None:
    """What a sign-off binds, in a line for each part, and its digest."""
    rows = sign_off_words.bound(now)
    lines = [f"{plain(name)}: {plain(told, 200)}" for name, told, _ in rows]
    with st.expander(f"What a sign-off binds · {now.digest[:12]}", icon=":material/fingerprint:"):
        st.markdown("  \n".join(f"{line} {quiet(digest)}" for line, (_, _, digest) in zip(lines, rows, strict=True)))
        st.caption(
            "When any of it changes, the sign-off turns void and says what changed. What comes to be met, and evidence "
            "that is added, voids nothing."
        )


def _way(found: Known) -> None:
    """The button that opens the dialog, with what is seen here; or why somebody has nothing to sign."""
    basis, user = found.basis, book.person(current_user())
    asked = basis.rule.roles or SPEAKING
    mine = tuple(role for role in asked if role in user.roles)
    if not mine:
        named = ", ".join(sign_off_words.role_name(role) for role in asked)
        st.caption(f"To sign takes the role {plain(named, 120)}.")
        return
    barred = [why for role in mine if (why := _barred(found, role, "rejected")) is not None]
    if len(barred) == len(mine):
        st.caption(plain(" ".join(part for part in (barred[0].what, barred[0].why, barred[0].next_step) if part), 400))
        return
    key = "_seen_{}_{}_{}".format(*basis.key)
    drawn = st.session_state.get(key)
    label = "Reject…" if found.signable.blockers else "Sign off"
    pressed = st.button(label, key=f"sign_off_open_{basis.stage}", icon=":material/draw:", type="primary")
    st.session_state[key] = found.signable.digest
    if pressed:
        sign_off_act.give(found, mine, since_drawn=drawn not in (None, found.signable.digest))


def _barred(found: Known, role: str, decision: str) -> Barred | None:
    """Why the person cannot sign in that role at all. The ledger asks again at the click."""
    from watchroom.ledger.acts import actor_of
    from watchroom.ledger.people import NOT_SIGNED_IN

    by = book.person(current_user())
    actor = actor_of(by)
    held = [one for one in found.held if not (one.rejects and same_person(one.given.actor, actor))]
    return may_sign(
        actor,
        by.roles,
        role,
        "rejected" if decision == "rejected" else "approved",
        found.signable,
        found.basis.rule,
        held,
        datetime.now(UTC),
        nameless=actor == NOT_SIGNED_IN,
    )
