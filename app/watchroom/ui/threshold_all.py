"""The cut-offs of all binary models: which one would earn more elsewhere, and what each takes a missed case to cost."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts import threshold as charts
from watchroom.charts.words import records, short
from watchroom.domain.money_text import money
from watchroom.store.queries import threshold as queries
from watchroom.ui.navigation import go
from watchroom.ui.room import ask, room
from watchroom.ui.states import empty, section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, sentence
from watchroom.ui.threshold_words import cut
from watchroom.ui.workspace import facts

TABLE = "threshold_models"
DRAWN = 20
"""Models in a chart, those with most to gain; the table has the rest."""

NOTABLE = 1.5
"""A ratio that is run so many times above or below what the file says is worth a sentence."""

_QUIET = {"displayModeBar": False}
_ROW = 34


def show() -> None:
    """The page without a model chosen."""
    rows = ask(queries.all_cutoffs)
    if rows.empty:
        empty(
            "No model answers yes or no.",
            "A cut-off is what turns a score into yes or no: it takes a model whose file says “task: binary”.",
        )
        return
    currency = facts().currency
    st.markdown(f"**{sentence(answer(rows, currency), 600)}**")
    about, n = "The last 90 days with outcomes of each version in service", int(rows["n"].fillna(0).sum())
    st.caption(sourced(about, n, "decision with an outcome", "decisions with an outcome"))
    gains = rows.dropna(subset=["gain_per_month"]).nlargest(DRAWN, "gain_per_month")
    if len(gains):
        section("What the best cut-off would bring more a month")
        chart = charts.gains(_labelled(gains), currency)
        st.plotly_chart(chart.figure, config=_QUIET, alt=chart.alt, key="threshold_gains")
        st.caption("Bars are 95 % intervals; hollow: it may be chance.")
    _table(rows, currency)
    both = rows.dropna(subset=["cost_ratio", "implied_ratio"]).head(DRAWN)
    if len(both):
        section("What a missed case costs for each false alarm")
        st.markdown(sentence(run_as(both), 600))
        chart = charts.ratios(both.assign(label=both["title"]))
        st.plotly_chart(chart.figure, config=_QUIET, alt=chart.alt, key="threshold_ratios")
        st.caption(
            ":gray[●] as it is run, read off the cut-off in use · :green[◆] by the model's file. Grey on the right: "
            "it is run as if missing were dearer than its file says, and raises more alarms than pay; on the left, "
            "too few."
        )


def _labelled(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {"label": rows["title"], "gain": rows["gain_per_month"], "low": rows["gain_low"], "high": rows["gain_high"]}
    )


def answer(rows: pd.DataFrame, currency: str) -> str:
    """How many would surely earn more elsewhere, and how much in all."""
    known = rows.dropna(subset=["gain_per_month"])
    total = rows["model"].nunique()
    if known.empty:
        return (
            f"No best cut-off is known yet of {count_of(total, 'binary model')}: it takes scores, outcomes and `value` "
            "in its file."
        )
    better = known[known["gain_low"] > 0].sort_values("gain_per_month", ascending=False)
    if better.empty:
        return f"Of {count_of(len(known), 'binary model')} none would surely earn more at another cut-off."
    told = [
        f"{one_line(row.title, 60)} ({cut(row.in_use) if pd.notna(row.in_use) else 'now'} to {cut(row.best)}: "
        f"{money(row.gain_per_month, currency)} a month)"
        for row in records(better)[:3]
    ]
    more = f" and {number(len(better) - 3)} more" if len(better) > 3 else ""
    verb = "model would surely earn" if len(better) == 1 else "models would surely earn"
    every = money(float(better["gain_per_month"].sum()), currency)
    return (
        f"{number(len(better))} of {number(len(known))} {verb} more at another cut-off, {every} a month in all: "
        f"{'; '.join(told)}{more}."
    )


def run_as(both: pd.DataFrame) -> str:
    """The model whose cut-off fits its file's ratio least; or that all fit."""
    away = (both["implied_ratio"] / both["cost_ratio"]).map(lambda times: max(times, 1 / times))
    row = both.iloc[int(away.to_numpy().argmax())]
    if away.max() < NOTABLE:
        return "Each is run about as its file says."
    return (
        f"{one_line(row['title'], 60)} is run as if a missed case cost {short(row['implied_ratio'])} times a false "
        f"alarm; its file says {short(row['cost_ratio'])}."
    )


def _table(rows: pd.DataFrame, currency: str) -> None:
    order = rows.sort_values("gain_per_month", ascending=False, na_position="last")[: room().settings.page_rows]
    picked = st.dataframe(
        _shown(order),
        key=TABLE,
        hide_index=True,
        placeholder="–",
        row_height=_ROW,
        height=min(len(order), 20) * _ROW + _ROW + 3,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_columns(currency),
        alt=f"{count_of(len(order), 'binary model')} with the cut-off in use, the best one and its gain",
    )
    if cells := picked.selection.cells:
        go("threshold", model=str(order["model"].iloc[cells[0][0]]))
    st.caption(":material/ads_click: Click a row to open that model.")
    truncated(len(order), len(rows), "models")
    download("Download as CSV", "cut-offs-of-models", lambda: ask(queries.all_cutoffs))


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    every = rows.reset_index(drop=True)
    shown = pd.DataFrame(
        {
            "Model": [one_line(title, 80) for title in every["title"]],
            "Why not": [why_not(row) for row in records(every)],
            "In use": every["in_use"],
            "Best": every["best"].clip(upper=1.0),
            "from": every["best_low"],
            "to": every["best_high"].clip(upper=1.0),
            "Gain": every["gain_per_month"].round(),
            "Gain from": every["gain_low"].round(),
            "Gain to": every["gain_high"].round(),
            "Alerts a day": every["alerts_per_day"],
            "at the best": every["best_alerts_per_day"],
            "n": every["n"],
        }
    )
    return shown if shown["Why not"].notna().any() else shown.drop(columns="Why not")


def why_not(row: Any) -> str | None:
    """Why a model has no best cut-off, and so what to do; None where it has one."""
    if pd.notna(row.best):
        return None
    if not row.has_log:
        return "no log"
    if not row.has_score:
        return "no score in its file"
    if pd.isna(row.n):
        return "no outcomes, or not in service"
    return "too few outcomes" if row.has_value else "value not whole in its file"


def _columns(currency: str) -> dict[str, ColumnConfig]:
    number_column = st.column_config.NumberColumn
    unit = f", {currency}" if currency else ""
    return {
        "Model": st.column_config.TextColumn(width=125, pinned=True),
        "In use": number_column(format="%.3f", width=62, help="The cut-off that the logged predictions imply"),
        "Best": number_column(format="%.3f", width=62, help="The one that would have earned most"),
        "from": number_column(format="%.3f", width=58, help="Lower end of its 95 % interval"),
        "to": number_column(format="%.3f", width=58, help="Upper end of its 95 % interval"),
        "Gain": number_column(f"Gain{unit}", format="localized", width=96, help="A month, against the one in use"),
        "Gain from": number_column(format="localized", width=80, help="A month: lower end of its 95 % interval"),
        "Gain to": number_column(format="localized", width=72, help="A month: upper end of its 95 % interval"),
        "Alerts a day": number_column("Alerts", format="%.1f", width=62, help="Decisions a day from the one in use on"),
        "at the best": number_column(format="%.1f", width=82, help="Decisions a day at the best cut-off or above"),
        "n": number_column(format="localized", width=64, help="Decisions with a score and an outcome"),
        "Why not": st.column_config.TextColumn("Why no best", width=170),
    }
