"""What was live when: a lane for each version, with the names that it held as seen, and its decisions by the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import plotly.graph_objects as go

from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import days

LANE = 46
"""Pixels for a version: two bars and the air between lanes."""

AROUND = 70
LEAST_HEIGHT = 170
LABEL_ROOM = 104
COLOURS = {"champion": LINE_COLOUR, "challenger": MARK_COLOUR}
SIGNED_COLOUR, REFUSED_COLOUR = "#2E8B57", "#D9463B"
"""Of sign-offs: at least 3 to 1 on the light and on the dark background; each has a sign of its own as well."""

_HELD, _DECIDED = 0.17, -0.2  # above and below the middle of the lane
_HELD_HEIGHT, _DECIDED_HEIGHT = 0.36, 0.22
_LEAST_SHARE = 0.004  # of the width: what lasted minutes still shows as a line


@dataclass(frozen=True)
class Held:
    """A name that a version held: surely between `sure_from` and `sure_to`, perhaps from `start` and up to `end`."""

    name: str
    start: datetime
    sure_from: datetime
    sure_to: datetime
    end: datetime
    text: str


@dataclass(frozen=True)
class Decided:
    """Days on which a version made decisions; `leading` when it is taken for the one in service by the log."""

    first: date
    last: date
    decisions: int
    leading: bool


@dataclass(frozen=True)
class Lane:
    """A version: the names it has now, those it held, when it decided, when it was made and signed off.

    `gone` says that the registry no longer has it.
    """

    version: int
    now: tuple[str, ...]
    held: tuple[Held, ...]
    decided: tuple[Decided, ...]
    created: datetime | None
    signed: tuple[tuple[datetime, bool, str], ...]
    gone: bool = False


@dataclass(frozen=True)
class Window:
    """What the axis shows, and the first look at the registry, before which the log alone tells; None for never."""

    start: datetime
    end: datetime
    first_look: datetime | None


def timeline(lanes: Sequence[Lane], window: Window, said: str) -> Chart:
    """The lanes, the first on top. Times are those of the workspace's zone, without it; `said` is the sentence."""
    rows = list(enumerate(reversed(lanes)))
    traces = [trace for place, lane in rows for trace in (*_decided(lane, place, window), *_held(lane, place, window))]
    traces += [trace for place, lane in rows for trace in _marks(lane, place, window)]
    chart = figure(*traces, height=max(len(lanes) * LANE + AROUND, LEAST_HEIGHT))
    chart.update_layout(hovermode="closest", barmode="overlay", bargap=0, margin={"r": LABEL_ROOM, "t": 26})
    chart.update_xaxes(type="date", range=[window.start, window.end], showgrid=True, nticks=6, tickangle=0,
                       gridcolor="rgba(128,140,160,0.18)")  # fmt: skip
    chart.update_yaxes(
        tickvals=[place for place, _ in rows],
        ticktext=[f"v{lane.version}{' gone' if lane.gone else ''}" for _, lane in rows],
        range=[-0.6, len(rows) - 0.4], showgrid=False, nticks=None,
    )  # fmt: skip
    for place, lane in rows:
        _name_now(chart, lane, place)
    _first_look(chart, window)
    return Chart(chart, said)


def _bar(start: datetime, end: datetime, place: float, height: float, window: Window, **look: Any) -> Any:
    least = (window.end - window.start) * _LEAST_SHARE
    begin, until = max(start, window.start), min(end, window.end)
    begin = min(begin, window.end - least)
    length = max(until - begin, least)
    text = look.pop("text")
    return go.Bar(
        orientation="h", base=[begin], x=[length.total_seconds() * 1000], y=[place], width=height, marker=look,
        hovertext=[text], hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip


def _decided(lane: Lane, place: int, window: Window) -> Iterable[Any]:
    for one in lane.decided:
        start = datetime.combine(one.first, datetime.min.time())
        end = datetime.combine(one.last, datetime.min.time()) + timedelta(days=1)
        if end < window.start or start > window.end:
            continue
        role = "" if one.leading else "<br>beside another version that was at work already"
        text = f"version {lane.version} decided<br>{days(one.first, one.last)}<br>{one.decisions:,} decisions{role}"
        look: dict[str, Any] = {"color": OTHER_COLOUR} if one.leading else {
            "color": "rgba(138,148,166,0.25)", "line": {"color": OTHER_COLOUR, "width": 1}
        }  # fmt: skip
        yield _bar(start, end, place + _DECIDED, _DECIDED_HEIGHT, window, text=text, **look)


def _held(lane: Lane, place: int, window: Window) -> Iterable[Any]:
    slots = _slots(lane.held)
    height = _HELD_HEIGHT / (max(slots.values(), default=0) + 1)
    for one in lane.held:
        if one.end < window.start or one.start > window.end:
            continue
        colour = COLOURS.get(one.name, OTHER_COLOUR)
        at = place + _HELD + _HELD_HEIGHT / 2 - height * (slots[one.name] + 0.5)
        perhaps = {"color": "rgba(0,0,0,0)", "pattern": {"shape": "/", "size": 5, "solidity": 0.35, "fgcolor": colour}}
        for start, end in ((one.start, one.sure_from), (one.sure_to, one.end)):
            if end > start and end > window.start:
                yield _bar(start, end, at, height, window, text=one.text, **perhaps)
        if one.sure_to >= window.start:
            yield _bar(one.sure_from, one.sure_to, at, height, window, text=one.text, color=colour)


def _slots(held: Sequence[Held]) -> dict[str, int]:
    """Which part of the lane each name has: all of it, unless two were held at the same time."""
    names = list(dict.fromkeys(one.name for one in held))
    at_once = any(
        one.name != other.name and one.start < other.end and other.start < one.end for one in held for other in held
    )
    return {name: place if at_once else 0 for place, name in enumerate(names)}


def _marks(lane: Lane, place: int, window: Window) -> Iterable[Any]:
    signs = [(at, "diamond" if good else "x", SIGNED_COLOUR if good else REFUSED_COLOUR, text)
             for at, good, text in lane.signed]  # fmt: skip
    if lane.created is not None:
        signs.append((lane.created, "triangle-down-open", OTHER_COLOUR, f"version {lane.version} was registered"))
    shown = [sign for sign in signs if window.start <= sign[0] <= window.end]
    if shown:
        yield go.Scatter(
            x=[sign[0] for sign in shown], y=[place + _HELD + 0.28] * len(shown), mode="markers",
            marker={"size": 8, "symbol": [sign[1] for sign in shown], "color": [sign[2] for sign in shown]},
            hovertext=[f"{sign[3]}<br>{sign[0]:%d %b %Y %H:%M}" for sign in shown],
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip


def _name_now(chart: go.Figure, lane: Lane, place: int) -> None:
    for step, alias in enumerate(lane.now[:2]):
        shown = alias if len(alias) <= 14 else f"{alias[:13]}…"
        chart.add_annotation(
            x=1, xref="paper", y=place + _HELD - 0.36 * step, xanchor="left", xshift=8, showarrow=False,
            text=f"{name(shown)}", font={"size": 12, "color": COLOURS.get(alias, OTHER_COLOUR)},
        )  # fmt: skip


def _first_look(chart: go.Figure, window: Window) -> None:
    look = window.first_look
    if look is None or not window.start < look <= window.end:
        return
    chart.add_vline(x=look, line={"color": OTHER_COLOUR, "width": 1, "dash": "dot"})
    late = look > window.start + (window.end - window.start) / 2
    chart.add_annotation(
        x=look, y=1, yref="paper", yanchor="bottom", xanchor="right" if late else "left", showarrow=False,
        text="← only the log tells" if late else "first look →", font={"size": 11, "color": OTHER_COLOUR},
    )  # fmt: skip
