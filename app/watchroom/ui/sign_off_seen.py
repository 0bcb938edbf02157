"""What somebody sees before they sign: what is not met by name, the metrics with their values, the files by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from watchroom.domain.signable import MET, Signable
from watchroom.domain.signing import AskedItem, Basis
from watchroom.ui import sign_off_words
from watchroom.ui.navigation import link
from watchroom.ui.sign_off_known import findings_against
from watchroom.ui.text import number, plain

LISTED = 12
"""Of each list the most that is shown; the rest is told as how many."""

FINDINGS_KIND = "no_open_finding"
"""The kind of the check that no finding stands in the way."""

_STATES = {"fail": "not met", "stale": "out of date", "unknown": "not known"}


def show(basis: Basis, now: Signable) -> None:
    """All of it: what holds it up first, then each part in a line, what is not met by name."""
    against(basis, now)
    told = {name: words for name, words, _ in sign_off_words.bound(now)}
    for part in now.parts:
        name = part.name.capitalize()
        st.markdown(f"**{name}**: {plain(told[name], 200)}{_more(part.name, basis, now)}")


def against(basis: Basis, now: Signable) -> None:
    """What keeps it from being approved: the findings, each with a link, and the items; nothing without any."""
    if not now.blockers:
        return
    findings = findings_against(now.model, now.version, now.stage)
    items = [one for one in now.blockers if not one.startswith("finding ") and not (findings and _of_them(one, basis))]
    with st.container(gap="xxsmall"):
        what = f"It cannot be approved for {plain(now.stage)} while this is open"
        st.markdown(f":red[:material/block:] **{what}**{_listed(items)}")
        for one in findings[:LISTED]:
            link(
                "reviews",
                plain(f"Held up by finding {one.seq}: {one.found.title}", 160),
                params={"finding": str(one.seq)},
            )
        if len(findings) > LISTED:
            st.markdown(f"and {len(findings) - LISTED} more findings")


def _of_them(reason: str, basis: Basis) -> bool:
    """Whether a reason is the item that asks for no open finding: the findings themselves stand there then."""
    return any(one.kind == FINDINGS_KIND and reason.startswith(one.text[:70]) for one in basis.items)


def _more(name: str, basis: Basis, now: Signable) -> str:
    part = now.part(name)
    if part is None:
        return ""
    if name == "metrics":
        return _listed([f"{key} {_value(value)}" for key, value in part.content.items()])
    if name == "evidence":
        return _listed(list(part.content))
    return _listed(unmet(basis, part.content)) if name == "checks" else ""


def unmet(basis: Basis, content: Mapping[str, Any]) -> list[str]:
    """The items that are not met, in words: those that block first, then in the policy's order."""
    found = [one for one in basis.items if one.item in content and content[one.item] not in MET]
    return [_item(one, str(content[one.item])) for one in sorted(found, key=lambda one: not one.blocks)]


def _item(one: AskedItem, status: str) -> str:
    blocks = ", holds up the sign-off" if one.blocks and not one.about_sign_offs else ""
    return f"{one.text} ({_STATES.get(status, status)}, of {one.stage}{blocks})"


def _value(value: Any) -> str:
    return number(value) if isinstance(value, int) else f"{value:.6g}" if isinstance(value, float) else str(value)


def _listed(found: list[str]) -> str:
    rest = [f"- and {len(found) - LISTED} more"] if len(found) > LISTED else []
    lines = [*(f"- {plain(one, 240)}" for one in found[:LISTED]), *rest]
    return "\n\n" + "\n".join(lines) if lines else ""
