"""The map of rows: a column for each explained row, a line for each input, coloured by what it adds to that row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from watchroom.charts.explanations import ROW_HEIGHT, cut
from watchroom.charts.style import GRID_COLOUR, LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import records, short, signed

ROWS = 300
"""Rows in the map: with more, a column is thinner than can be pointed at."""

DOWN_UP = [[0.0, LINE_COLOUR], [0.5, "rgba(138,148,166,0.07)"], [1.0, MARK_COLOUR]]
"""Pushes the output down, does nothing, pushes it up."""

_STRONG = 0.98
"""The colour is full at this quantile of the absolute values: a few great ones would leave the rest pale."""

_ABOVE = 90


def rows_map(rows: pd.DataFrame, matrix: NDArray[np.float64], order: Sequence[str], unit: str) -> Chart:
    """`rows` (prediction_id, output, base_value) from left to right, the output above; `matrix` is (rows, inputs).

    Inputs stand from the top in `order`. A point of the output has its row's place in `customdata`.
    """
    strong = float(np.quantile(np.abs(matrix), _STRONG)) if matrix.size else 1.0
    places = list(range(len(rows)))
    labels = [cut(feature, 20) for feature in order]
    height = ROW_HEIGHT * len(order) + _ABOVE + 30
    cells = go.Heatmap(
        z=matrix.T, x=places, y=list(range(len(order))), colorscale=DOWN_UP, zmin=-strong or -1, zmax=strong or 1,
        showscale=False, text=_cell_words(rows, matrix, order, unit), hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    line = go.Scatter(
        x=places, y=rows["output"], mode="lines+markers", yaxis="y2", customdata=places,
        text=[_row_words(row, unit) for row in records(rows)], hovertemplate="%{text}<extra></extra>",
        line={"color": OTHER_COLOUR, "width": 1}, marker={"size": 4, "color": OTHER_COLOUR},
        unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    chart = figure(cells, line, height=height)
    part = 1 - _ABOVE / height
    chart.update_layout(
        hovermode="closest",
        yaxis={"domain": [0, part - 0.02], "tickmode": "array", "tickvals": list(range(len(order))),
               "ticktext": labels, "showgrid": False, "range": [len(order) - 0.5, -0.5]},
        yaxis2={"domain": [part, 1], "fixedrange": True, "nticks": 3, "gridcolor": GRID_COLOUR, "zeroline": False,
                "automargin": True},
    )  # fmt: skip
    chart.update_xaxes(range=[-0.5, len(rows) - 0.5], visible=False, anchor="y")
    if len(rows):
        base = float(rows["base_value"].mean())
        chart.add_shape(type="line", xref="paper", x0=0, x1=1, yref="y2", y0=base, y1=base,
                        line={"color": OTHER_COLOUR, "width": 1, "dash": "dot"})  # fmt: skip
    return Chart(chart, _words(rows, matrix, order, unit))


def _who(row: object) -> str:
    given = getattr(row, "prediction_id", None)
    return name(given) if isinstance(given, str) else "a row of the reference"


def _row_words(row: object, unit: str) -> str:
    return f"{_who(row)}<br>output {short(float(getattr(row, 'output', 0.0)))}, {name(unit)}"


def _cell_words(rows: pd.DataFrame, matrix: NDArray[np.float64], order: Sequence[str], unit: str) -> list[list[str]]:
    who = [_who(row) for row in records(rows)]
    return [
        [
            f"{one}<br>{name(feature)}: {signed(value)} {name(unit)}"
            for one, value in zip(who, matrix[:, i], strict=True)
        ]
        for i, feature in enumerate(order)
    ]


def _words(rows: pd.DataFrame, matrix: NDArray[np.float64], order: Sequence[str], unit: str) -> str:
    if rows.empty:
        return "What each input adds to each row: no rows."
    span = f"{short(float(rows['output'].min()))} to {short(float(rows['output'].max()))}"
    strongest = order[int(np.abs(matrix).mean(axis=0).argmax())]
    return (
        f"What {len(order)} inputs add to {len(rows):,} rows, in {unit}. Their output goes from {span}; "
        f"the strongest input is {strongest}."
    )
