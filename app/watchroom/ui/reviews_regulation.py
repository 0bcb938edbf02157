"""The regulation map: of each heading of a law or framework, what is held of a model, where, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.domain.regulation import NOT_ADVICE
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import reviews as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.reviews import Heading, Mapped, Regulation
from watchroom.ui.following import follow, remember
from watchroom.ui.navigation import go, link, page_info
from watchroom.ui.room import ask, drawn, room
from watchroom.ui.rows import quiet
from watchroom.ui.states import empty, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, some

RULE = "rule"
"""The parameter of the address that names the regulation, and its control's key."""

TABLE = "regulation_table"
ROW_HEIGHT = 34
_ROWS_SEEN = 20
_COLUMN_CHARS = 11

MARKS = {"held": "●", "partly": "◐", "missing": "○"}
"""A sign of its own for each, so that colour is not all that tells them apart."""

_COLOURS = {"held": "green", "partly": "orange", "missing": "red"}

_ICONS = {
    "held": ":green[:material/check_circle:]",
    "partly": ":orange[:material/timelapse:]",
    "missing": ":red[:material/radio_button_unchecked:]",
}


def show(model: Model | None) -> None:
    """The view Regulation."""
    every = ask(queries.regulations)
    if not every:
        empty("No model is mapped yet.", "The next refresh does so.", command="watchroom refresh")
        return
    chosen = _pick(every)
    headings = ask(queries.headings, regulation=chosen.id)
    if model is None:
        _all(chosen, headings)
    else:
        _one(chosen, headings, model)
    _about(chosen)


def _pick(every: Sequence[Regulation]) -> Regulation:
    """The regulation that is open, by its id in the address, where a control that shows titles would keep the title."""
    by_id = {one.id: one for one in every}
    names = list(by_id)

    def read(asked: str) -> str:
        if asked not in by_id:
            raise ValueError(asked)
        return asked

    follow({RULE: read})
    if st.session_state.get(RULE) not in by_id:
        asked = st.query_params.get(RULE, "")
        st.session_state[RULE] = asked if asked in by_id else names[0]
    picked = st.segmented_control(
        "Regulation", names, key=RULE, required=True, label_visibility="collapsed",
        format_func=lambda name: plain(by_id[name].title, 60),
    )  # fmt: skip
    found = by_id.get(str(picked), every[0])
    if st.query_params.get(RULE) != found.id:
        st.query_params[RULE] = found.id
    remember({RULE: read})
    return found


def _all(rule: Regulation, headings: Sequence[Heading]) -> None:
    found = ask(queries.mapped, regulation=rule.id)
    if not found:
        empty(f"No model is mapped to {one_line(rule.title, 60)}.", "Its file names the models that it is for.")
        return
    st.subheader(plain(answer(rule, found, headings), 500), anchor=False)
    names = drawn(_names, regulation=rule.id)
    shown = names[: room().settings.page_rows]
    picked = st.dataframe(
        drawn(_table, regulation=rule.id, most=len(shown)),
        key=f"{TABLE}_{rule.id}",
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_columns(headings),
        alt=f"{count_of(len(shown), 'model')} by {count_of(len(headings), 'heading')}: held, partly held or missing",
    )
    st.caption(
        f"{MARKS['held']} held · {MARKS['partly']} partly · {MARKS['missing']} missing · "
        ":material/ads_click: Click a row for what is held, where, and what is missing."
    )
    st.caption(legend(headings))
    truncated(len(shown), len(names), "models")
    st.caption(sourced("As of the refresh, the champion or else the newest version", len(names), "model"))
    download("Download as CSV", f"regulation-{rule.id}", lambda: plain_table(found))
    if cells := picked["selection"]["cells"]:
        go("reviews", {"view": "Regulation", RULE: rule.id}, model=shown[cells[0][0]])


def answer(rule: Regulation, found: Sequence[Mapped], headings: Sequence[Heading]) -> str:
    """Of how many models every heading is held, and the headings of which the most models lack something."""
    models = {one.model for one in found}
    whole = len(models) - len({one.model for one in found if one.status != "held"})
    gaps = Counter(one.heading for one in found if one.status == "missing")
    titles = {one.id: one.title for one in headings}
    worst = [f"“{one_line(titles.get(heading, heading), 50)}” ({number(n)})" for heading, n in gaps.most_common(2)]
    told = f" Most often nothing is held under {some(worst)}." if worst else ""
    of = f"{whole or 'none'} of {count_of(len(models), 'model')}"
    return f"All that is looked for under {rule.title} is held of {of}.{told}"


def _names(*, regulation: str) -> tuple[str, ...]:
    """The models that are mapped, those that lack most first."""
    lacks: Counter[str] = Counter()
    for one in ask(queries.mapped, regulation=regulation):
        lacks[one.model] += len(one.missing)
    return tuple(sorted(lacks, key=lambda name: (-lacks[name], name.lower())))


def _table(*, regulation: str, most: int) -> pd.DataFrame:
    titles = {one.name: one.title for one in ask(model_queries.overview)}
    by_model: dict[str, dict[str, object]] = {}
    held: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for one in ask(queries.mapped, regulation=regulation):
        by_model.setdefault(one.model, {})[one.heading] = [MARKS[one.status]]
        held[one.model] += len(one.held)
        of[one.model] += len(one.held) + len(one.missing)
    names = drawn(_names, regulation=regulation)[:most]
    return pd.DataFrame(
        [
            {"Model": one_line(titles.get(name, name), 80), "Held": f"{held[name]} of {of[name]}", **by_model[name]}
            for name in names
        ]
    )


def _columns(headings: Sequence[Heading]) -> dict[str, ColumnConfig | str | None]:
    marks = {
        one.id: st.column_config.MultiselectColumn(
            column_name(one), options=list(MARKS.values()), color=[_COLOURS[status] for status in MARKS], width=98,
            help=f"{one_line(one.title, 80)}: {one_line(one.asks, 300)}",
        )
        for one in headings
    }  # fmt: skip
    return {"Model": st.column_config.TextColumn(width=170, pinned=True), **marks}


def column_name(heading: Heading) -> str:
    """A heading's number with the first words of its title, as many as a column has room for."""
    words = one_line(heading.title, 80).split()
    fitting = [" ".join(words[:n]) for n in range(len(words), 0, -1)]
    told = next((some for some in fitting if len(some) <= _COLUMN_CHARS), one_line(heading.title, _COLUMN_CHARS))
    return f"{one_line(heading.id, 12)} {told.removesuffix(' and').rstrip(',')}"


def legend(headings: Sequence[Heading]) -> str:
    """Every heading's number with the whole of its title, for a narrow screen and for titles that are cut."""
    return " · ".join(f"{plain(one.id, 12)} {plain(one.title, 80)}" for one in headings)


def plain_table(found: Sequence[Mapped]) -> pd.DataFrame:
    """Every heading of every model with what is held and what is missing, each on a line of its own."""
    return pd.DataFrame(
        [
            {
                "model": one.model,
                "version": one.version,
                "heading": one.heading,
                "status": one.status,
                "held": "\n".join(words for words, _ in one.held),
                "missing": "\n".join(words for words, _ in one.missing),
            }
            for one in found
        ]
    )


def _one(rule: Regulation, headings: Sequence[Heading], model: Model) -> None:
    found = {one.heading: one for one in ask(queries.mapped, regulation=rule.id, model=model.name)}
    if not found:
        empty(f"This model is not mapped to {one_line(rule.title, 60)}.", "The regulation's file names its models.")
        return
    st.subheader(plain(answer_of(list(found.values())), 400), anchor=False)
    group = ""
    for heading in headings:
        if heading.group and heading.group != group:
            group = heading.group
            st.markdown(f"**{plain(group, 60)}**")
        if heading.id in found:
            _heading(heading, found[heading.id])
    download("Download as CSV", f"regulation-{rule.id}-{model.name}", lambda: plain_table(list(found.values())))


def answer_of(found: Sequence[Mapped]) -> str:
    """How many headings are held, partly held and missing for a model, and of which version that is told."""
    counts = Counter(one.status for one in found)
    held, missing = sum(len(one.held) for one in found), sum(len(one.missing) for one in found)
    version = found[0].version
    of = f"of version {version}" if version is not None else "though no version is registered"
    whole = f"{counts['held'] or 'None'} of {count_of(len(found), 'heading')} {'is' if counts['held'] < 2 else 'are'}"
    part = f", {number(counts['partly'])} in part" if counts["partly"] else ""
    none = f", {number(counts['missing'])} not at all" if counts["missing"] else ""
    return f"{whole} held in full{part}{none}. {held} of {held + missing} things looked for are held {of}."


def _heading(heading: Heading, found: Mapped) -> None:
    """A heading with what is held and what is not. Open where something is missing."""
    with st.container(border=True, gap="xxsmall"):
        held = quiet(f"{len(found.held)} of {len(found.held) + len(found.missing)} held")
        title = f"{_ICONS[found.status]} **{plain(heading.id, 20)} · {plain(heading.title, 100)}** {held}"
        st.markdown(f"{title}  \n{quiet(plain(heading.asks, 500))}")
        lines = [f":green[:material/check:] {_words(words, page)}" for words, page in found.held]
        lines += [f":red[:material/close:] {_words(words, page)}" for words, page in found.missing]
        st.markdown("  \n".join(lines))
        _links(found)


def _words(words: str, page: str) -> str:
    what, colon, rest = one_line(words, 400).partition(": ")
    where = quiet(f"→ {plain(page_info(page).title)}") if page else ""
    return f"**{plain(what, 120)}**{plain(colon)} {plain(rest, 400)} {where}".replace("  ", " ")


def _links(found: Mapped) -> None:
    """A link to each page on which something of it shows, once."""
    pages = list(dict.fromkeys(page for _, page in (*found.missing, *found.held) if page))
    with st.container(horizontal=True, gap="small"):
        for page in pages:
            info = page_info(page)
            link(page, quiet(plain(info.title)), icon=info.icon, params={"model": found.model})


def _about(rule: Regulation) -> None:
    """Where the headings come from, what could not be checked, and that it is no legal advice."""
    st.caption(f":material/gavel: {NOT_ADVICE}")
    with st.expander(f"About {plain(rule.title, 80)}", key="about_rule", on_change="rerun") as opened:
        if not opened.open:
            return
        file = f"As {rule.file} has it." if rule.file else "As it ships; a file under regulations/ changes it."
        parts = (
            ("What it is", rule.about),
            ("To whom it applies", rule.applies),
            ("Read in", rule.source),
            ("Where", rule.url),
            ("Of", rule.issued.isoformat() if rule.issued else ""),
            ("Last compared", rule.read_on.isoformat() if rule.read_on else "never"),
            ("Not checked", rule.unverified),
            ("File", file),
        )
        st.markdown("  \n".join(f"**{label}**: {plain(text, 1200)}" for label, text in parts if text))
