"""What the page of one model says of the people, the reliance and the risk; the head is in `model`.

A file that could not be read says nothing: that is never shown as if nobody had written it down.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import streamlit as st

from watchroom.store.queries import models as queries
from watchroom.store.queries.models import Model, Sheet
from watchroom.ui import wording
from watchroom.ui.text import UNKNOWN, one_line, plain

SHOWN_ROLES = ("business", "data_science", "operations", "on_call", "reviewer", "deputy")
NEEDED_ROLES = (*queries.OWNER_ROLES, "reviewer")
UNTIL_MENDED = "unknown until the file is mended"

_ADDRESS = re.compile(r"([\w.+\-]+@[\w\-]+(?:\.[\w\-]+)*)")


def about(model: Model, sheet: Sheet, *, runbook_shown: bool) -> None:
    """Three boxes: who holds it, who relies on it, its risk. The runbook is left out when it stands elsewhere."""
    people, reliance, risk = st.columns(3, gap="small")
    with people, st.container(border=True, height="stretch"):
        st.markdown("**Who holds it**")
        _people(model)
    with reliance, st.container(border=True, height="stretch"):
        st.markdown("**Who relies on it**")
        _reliance(model, sheet)
        if not runbook_shown:
            st.caption("Runbook")
            _runbook(model, sheet)
    with risk, st.container(border=True, height="stretch"):
        st.markdown("**Risk**")
        _risk(model, sheet)


def on_call(model: Model, sheet: Sheet) -> None:
    """Who to call and what to follow: what operations need before all else."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("  \n".join(_held(model, role) for role in ("on_call", "operations")))
        _runbook(model, sheet)


def person(text: str) -> str:
    """A person as written in a file, in Markdown; a mail address stands as code, so that it copies as it is."""
    parts = _ADDRESS.split(one_line(text, 80))
    return "".join(f"`{part}`" if place % 2 else _between(part) for place, part in enumerate(parts) if part)


def _between(text: str) -> str:
    """What stands around an address, with the spaces that keep it apart."""
    return text[: len(text) - len(text.lstrip())] + plain(text) + text[len(text.rstrip()) :] if text.strip() else text


def _people(model: Model) -> None:
    shown = (role for role in SHOWN_ROLES if model.owner(role) or role in NEEDED_ROLES)
    st.markdown("  \n".join(_held(model, role) for role in shown))


def _held(model: Model, role: str) -> str:
    nobody = f":gray[{UNTIL_MENDED}]" if model.unreadable else ":red[:material/person_off: nobody]"
    holder = model.owner(role)
    return f":gray[{wording.ROLE_NAMES[role].capitalize()}]: {person(holder) if holder else nobody}"


def _reliance(model: Model, sheet: Sheet) -> None:
    if sheet.affects:
        st.markdown("\n".join(f"- {plain(who, 100)}" for who in sheet.affects))
    elif model.unreadable:
        st.markdown(f":gray[{UNTIL_MENDED.capitalize()}.]")
    else:
        st.markdown(f":gray[{UNKNOWN.capitalize()}: `affects` is not filled in.]")


def _runbook(model: Model, sheet: Sheet) -> None:
    host = web_host(sheet.runbook or "")
    if sheet.runbook and host:
        st.link_button("Open the runbook", sheet.runbook, icon=":material/open_in_new:", type="secondary")
        st.caption(plain(host, 80))
    elif sheet.runbook:
        st.text(f"Runbook: {one_line(sheet.runbook, 300)}")
    else:
        st.text(f"Runbook: {UNTIL_MENDED if model.unreadable else 'none is given'}.")


def web_host(address: str) -> str:
    """Where a web address leads, with its port; empty for anything that a browser should not be sent to."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return parts.netloc.rpartition("@")[2] if parts.scheme in ("http", "https") else ""


def _risk(model: Model, sheet: Sheet) -> None:
    if model.unreadable:
        st.markdown(f":gray[{UNTIL_MENDED.capitalize()}.]")
        return
    axes = (("Business", sheet.risk_business), ("Legal", sheet.risk_legal), ("Ethical", sheet.risk_ethical))
    lines = [f":gray[{axis}]: {plain(level or UNKNOWN)}" for axis, level in axes]
    st.markdown("  \n".join([f":gray[Tier]: **{plain(model.tier or UNKNOWN)}**", *lines]))
    st.text(sheet.risk_reason or ("No reason is given." if model.tier else "Nobody has assessed it."))
