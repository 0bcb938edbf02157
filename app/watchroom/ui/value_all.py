"""The value of all models: how many meet their targets and what they earned together, then each in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.domain.kpi import BEYOND_LIMIT, NO_DATA, ON_TARGET, WORST_FIRST
from watchroom.domain.money_text import money
from watchroom.domain.value import foretold
from watchroom.reports.kpi_sentences import Targets, targets_of
from watchroom.reports.period import last_whole
from watchroom.store.queries import actions as advice
from watchroom.store.queries import kpis as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import value as values
from watchroom.store.queries.actions import Action
from watchroom.store.queries.models import Model
from watchroom.store.queries.value import Answer
from watchroom.ui.actions import heading
from watchroom.ui.navigation import go
from watchroom.ui.room import ask, drawn, reading, room
from watchroom.ui.states import sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, some
from watchroom.ui.value_status import column, icon
from watchroom.ui.workspace import facts

TABLE = "value_table"
ROW_HEIGHT = 34
_ROWS_SEEN = 20
NAMED = 3
"""Models named in the sentence; the table has all."""


@dataclass(frozen=True)
class Standing:
    """A model with how it stands: its targets, what it earned, what to do first; None where that is not worked out.

    `foretold` is when the trend of its weeks has paid back what building it cost; None for not within two years.
    """

    model: Model
    targets: Targets
    earned: Answer | None
    todo: Action | None
    foretold: date | None = None

    def net(self, month: date) -> float | None:
        """What it earned in the month that begins then; None when that is unknown, or it was not in service."""
        if self.earned is None or not self.earned.known or self.earned.period_start != month:
            return None
        return self.earned.net


def show() -> None:
    """The page without a model chosen."""
    found = drawn(standings)
    with reading() as snapshot:
        month = last_whole("month", snapshot.day).first
    st.subheader(f"{icon(_worst(found))} {plain(answer(found, month, facts().currency), 900)}", anchor=False)
    _table(found, month)


def standings() -> tuple[Standing, ...]:
    """Every model, the worst first: by its targets, then by what it earned. Made once for everybody."""
    kpis, money_of = queries.by_model(ask(queries.register)), ask(values.all_models)
    todo = {one.model: one for one in reversed(ask(advice.actions)) if one.position == 1}
    rates = ask(values.rates)
    found = []
    for model in ask(model_queries.overview):
        targets, earned = targets_of(kpis.get(model.name, ())), money_of.get(model.name)
        ahead = None if earned is None else foretold(earned.so_far, *rates.get(model.name, (None, None)))
        found.append(Standing(model, targets, earned, todo.get(model.name), ahead))
    return tuple(sorted(found, key=_urgency))


def _urgency(one: Standing) -> tuple[int, float, str]:
    net = one.earned.net if one.earned is not None else None
    return WORST_FIRST.index(one.targets.status), net if net is not None else float("inf"), one.model.title.lower()


def _worst(found: Sequence[Standing]) -> str:
    judged = [one.targets.status for one in found if one.targets.judged]
    return min(judged, key=WORST_FIRST.index, default=NO_DATA)


def answer(found: Sequence[Standing], month: date, currency: str) -> str:
    """How many meet their targets, what they earned together in the month, and which do not pay."""
    return " ".join(part for part in (_met(found), _together(found, month, currency), _losing(found, month)) if part)


def _met(found: Sequence[Standing]) -> str:
    met = sum(one.targets.status == ON_TARGET for one in found)
    judged = sum(one.targets.judged > 0 for one in found)
    if not judged:
        return f"Of none of {count_of(len(found), 'model')} is it known whether it meets its targets."
    beyond, untold = [one for one in found if one.targets.status == BEYOND_LIMIT], len(found) - judged
    parts = [
        f"{met or 'None'} of {count_of(len(found), 'model')} {'meets' if met == 1 else 'meet'} all targets",
        f"; {_named(beyond)} {'is' if len(beyond) == 1 else 'are'} beyond a limit" if beyond else "",
        f"; of {untold} it is not known" if untold else "",
    ]
    return f"{''.join(parts)}."


def _together(found: Sequence[Standing], month: date, currency: str) -> str:
    known = [net for one in found if (net := one.net(month)) is not None]
    if not known:
        return f"What they earned in {month:%B %Y} is not known."
    total = sum(known)
    guessed = sum(one.earned.estimated_benefit or 0 for one in found if one.net(month) is not None and one.earned)
    estimated = (
        f" ({money(guessed, currency)} of it estimated)" if money(abs(guessed), currency) != money(0, currency) else ""
    )
    of = (
        "Together they"
        if len(known) == len(found)
        else f"The {count_of(len(known), 'model')} whose money is known together"
    )
    verb = "earned" if total >= 0 else "lost"
    return f"{of} {verb} {money(abs(total), currency)} in {month:%B %Y} after running costs{estimated}."


def _losing(found: Sequence[Standing], month: date) -> str:
    losing = [one for one in found if (net := one.net(month)) is not None and net < 0]
    if not losing:
        return ""
    worst = sorted(losing, key=lambda one: one.net(month) or 0)
    return f"{_named(worst)} {'does' if len(losing) == 1 else 'do'} not pay."


def _named(found: Sequence[Standing]) -> str:
    return some([one_line(one.model.title, 60) for one in found], NAMED)


def _table(found: tuple[Standing, ...], month: date) -> None:
    shown = found[: room().settings.page_rows]
    picked = st.dataframe(
        drawn(_rows, month=month, most=len(shown)),
        key=TABLE,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_columns(month),
        placeholder="–",
        alt=f"{count_of(len(shown), 'model')} with targets met, money earned and what it is paid back by, worst first",
    )
    st.caption(":material/ads_click: Click a row for the model's targets and money, or choose it in the sidebar.")
    truncated(len(shown), len(found), "models")
    st.caption(
        "Earned: what it brought more than doing without it, less running cost · "
        f"{sourced(f'targets and money of {month:%B %Y}', len(found), 'model')}"
    )
    download("Download as CSV", "value", lambda: table(found))
    if cells := picked["selection"]["cells"]:
        go("value", model=shown[cells[0][0]].model.name)


def _columns(month: date) -> dict[str, ColumnConfig]:
    unit = f", {facts().currency}" if facts().currency else ""
    return {
        "Model": st.column_config.TextColumn(width=135, pinned=True),
        "Earned": st.column_config.NumberColumn(f"Earned in {month:%b}{unit}", format="localized", width=134),
        "Targets": column("Targets", 108),
        "In all": st.column_config.NumberColumn(
            f"In all{unit}", format="localized", width=92, help="All days in service so far, after running costs"
        ),
        "Paid back": st.column_config.TextColumn(
            width=100,
            help="When what it earned first covered what building it cost, to stay above it; by trend: of its weeks",
        ),
        "Next": st.column_config.TextColumn("What to do next", width=164),
        "Owner": st.column_config.TextColumn(width=95, help="Who answers for its worth"),
        "KPIs": st.column_config.TextColumn(width=188),
    }


def _rows(*, month: date, most: int) -> pd.DataFrame:
    return pd.DataFrame([_row(one, month) for one in drawn(standings)[:most]])


def _row(one: Standing, month: date) -> dict[str, object]:
    return {
        "Model": one_line(one.model.title, 80),
        "Earned": _digits(one.net(month)),
        "Targets": [one.targets.status],
        "In all": _digits(one.earned.running_net) if one.earned is not None and one.earned.known else None,
        "Paid back": _paid_back(one),
        "Next": one_line(heading(one.todo), 120) if one.todo is not None else None,
        "Owner": one_line(one.model.owner("business") or "nobody", 80),
        "KPIs": one.targets.words,  # last, where a narrow window cuts: the column Targets says the worst of them
    }


def _digits(value: float | None) -> float | None:
    """Three digits that count, as amounts stand in sentences."""
    return None if value is None else float(f"{value:.3g}")


def _paid_back(one: Standing) -> str | None:
    """`8 Jun 2026`, `by trend Mar 2027`, `not yet`; None where what building it cost is not known."""
    if one.earned is None or not one.earned.build_cost:
        return None
    if one.earned.paid_back_on is not None:
        return f"{one.earned.paid_back_on.day} {one.earned.paid_back_on:%b %Y}"
    return f"by trend {one.foretold:%b %Y}" if one.foretold is not None else "not yet"


def table(found: Sequence[Standing]) -> pd.DataFrame:
    """Every model as a plain table, with exact amounts."""
    rows: list[dict[str, object]] = []
    for one in found:
        counts = {f"kpis_{status.replace(' ', '_')}": one.targets.counts[status] for status in WORST_FIRST}
        row: dict[str, object] = {} if one.earned is None else dict(one.earned.__dict__)
        rows.append({"model": one.model.name, "title": one.model.title, **row, **counts, **dict(one.model.owners)})
    return pd.DataFrame(rows)
