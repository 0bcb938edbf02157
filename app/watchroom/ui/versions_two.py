"""Two versions side by side: one sentence first, then signature, metrics, parameters, data, code, drivers, card."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from watchroom.charts import explanations as explanation_charts
from watchroom.charts.style import Chart
from watchroom.charts.version_months import months
from watchroom.charts.words import days
from watchroom.domain.last_good import rolled_back_to
from watchroom.domain.version_difference import MetricDifference
from watchroom.store.queries import health as health_queries
from watchroom.store.queries import versions as queries
from watchroom.store.queries.explanations import Span
from watchroom.store.queries.versions import Version
from watchroom.ui.compare_choice import address_of
from watchroom.ui.explanations_words import LEAST_MOVED, shift_words, worth_telling
from watchroom.ui.lights import NAMES, icon
from watchroom.ui.navigation import link
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty, section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, sentence
from watchroom.ui.versions_cards import show_cards
from watchroom.ui.versions_difference import Difference, answer, difference
from watchroom.ui.versions_made import box, made_from, signature
from watchroom.ui.versions_subject import Subject

BEFORE, NOW = "before", "now"
ROW_HEIGHT = 34
_ROWS_SEEN = 12
SHIFTS = 10

_LEVELS = {
    "breaks": ":red[:material/error:]",
    "matters": ":orange[:material/priority_high:]",
    "differs": ":blue[:material/difference:]",
    "same": ":green[:material/check_circle:]",
    "unknown": ":gray[:material/help:]",
}


def show(subject: Subject) -> None:
    """The view."""
    if len(subject.versions) < 2:
        empty("There is one version only.", "A second one can be compared with it.")
        return
    before, now = _chosen(subject)
    if before == now:
        empty("Both sides are the same version.", "Choose another on one side.")
        return
    found = drawn(difference, model=subject.model.name, before=before, now=now)
    told = answer(found)
    first = " ".join([told.matters, *gone_back_from(subject, (before, now))])
    st.markdown(f"{_LEVELS[told.level]} **{plain(first, 600)}**")
    if told.rest:
        st.markdown(" ".join(plain(line[:1].upper() + line[1:], 400) for line in told.rest))
    _ways_on(subject, found)
    left, right = st.columns(2, gap="small")
    with left:
        signature(found)
        made_from(found)
    with right:
        _measured(found)
        _params(found)
    _served(subject, found)
    _drivers(subject, found)
    show_cards(subject, found)


def gone_back_from(subject: Subject, pair: tuple[int, int]) -> list[str]:
    """Which of the two was gone back from, in sentences, and who says so."""
    found = []
    for version in sorted(pair):
        services = [one for one in subject.story.served if one.version == version]
        back = [(one, rolled_back_to(subject.story.served, one)) for one in services]
        last = next(((one, to) for one, to in reversed(back) if to is not None), None)
        if last is not None:
            by = "by the registry" if last[0].by == "registry" else "by the log"
            found.append(f"Version {version} was gone back from: version {last[1]} took over again, {by}.")
    return found


def usual(subject: Subject) -> tuple[int, int]:
    """What is compared unless somebody chooses, the older first: `_usual`'s two versions."""
    first, second = sorted(_usual(subject))
    return first, second


def _usual(subject: Subject) -> tuple[int, int]:
    """Champion and challenger, else the one before the champion and it."""
    numbers = subject.numbers
    champion, challenger = subject.story.champion.now, subject.story.challenger.now
    now = subject.scope.version if subject.scope.version in numbers else None
    if champion in numbers and now is None and challenger in numbers and challenger != champion:
        return champion or 0, challenger or 0
    now = now or (champion if champion in numbers else numbers[0]) or numbers[0]
    earlier = [one.version for one in subject.story.served if one.version != now and one.version in numbers]
    older = [one for one in numbers if one < now] or [one for one in numbers if one != now]
    return (earlier[-1] if earlier else older[0]), now


def _chosen(subject: Subject) -> tuple[int, int]:
    first, second = usual(subject)
    left, right = st.columns(2)
    with left:
        before = _pick(subject, "One version", BEFORE, first)
    with right:
        now = _pick(subject, "Another", NOW, second)
    return before, now


def _pick(subject: Subject, title: str, key: str, of: int) -> int:
    """A version that the address names, or else `of`. Kept in the address by hand: a link of this page sets it too."""
    options = [str(one) for one in subject.numbers]
    asked = st.query_params.get(key)
    if asked is not None and asked not in options:
        st.caption(f":orange[:material/warning:] There is no version {plain(asked, 20)}.")
    current = asked if asked in options else str(of)
    control, followed = f"_{key}_picked", f"_{key}_followed"
    if st.session_state.get(followed) != current or st.session_state.get(control) not in options:
        st.session_state[control] = current
    aliases = {str(one.version): one.aliases for one in subject.versions}

    def label(option: str) -> str:
        named = ", ".join(one_line(alias, 30) for alias in aliases.get(option, ()))
        return f"Version {option}{f' · {named}' if named else ''}"

    picked = str(st.selectbox(title, options, format_func=label, key=control))
    if picked != current:
        st.query_params[key] = picked
    st.session_state[followed] = picked
    return int(picked)


def _ways_on(subject: Subject, found: Difference) -> None:
    model = subject.model.name
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        runs = tuple(one.run_id for one in (found.before, found.now) if one.run_id and one.run_known)
        if len(runs) == 2:
            link("compare", "Compare their runs", icon=":material/compare_arrows:", params=address_of(runs))
        both = {"model": model, "view": "Champion or challenger", "version": str(found.now.version)}
        link("versions", "Is the difference real?", icon=":material/balance:", params=both)
        link("explanations", "What drives it", icon=":material/query_stats:", params={"model": model})


def _measured(found: Difference) -> None:
    with box("Metrics of their runs", "last value"):
        if not found.metrics:
            st.caption("Their runs hold no metrics, or are not in the snapshot.")
            return
        table = metrics_table(found.metrics, *_titles(found))
        st.dataframe(
            table, hide_index=True, row_height=ROW_HEIGHT, placeholder="–",
            height=min(len(table), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
            column_config={"Metric": st.column_config.TextColumn(width=170)},
            alt=f"{count_of(len(table), 'metric')} of both runs with the difference and whether that is better",
        )  # fmt: skip
        st.caption("Better or worse by the metric's name; a difference of two runs may be chance.")
        download("Download as CSV", "version_metrics", lambda: table, key="download_version_metrics")


_VERDICTS = {"better": "better", "worse": "worse", "same": "same", "unknown": None}


def _titles(found: Difference) -> tuple[str, str]:
    return f"Version {found.before.version}", f"Version {found.now.version}"


def metrics_table(found: Sequence[MetricDifference], one: str, other: str) -> pd.DataFrame:
    """A row for each metric, in the order given; the columns are named by the two versions."""
    return pd.DataFrame(
        {
            "Metric": [one_line(row.key, 80) for row in found],
            one: [row.before for row in found],
            other: [row.now for row in found],
            "Difference": [row.difference for row in found],
            f"{other.replace('Version ', 'v')} is": [_VERDICTS[row.verdict] for row in found],
        }
    )


def _params(found: Difference) -> None:
    with box("Parameters of their runs"):
        if not found.params_known:
            st.caption("A run is not in the snapshot: its parameters are not known.")
        elif not found.params:
            st.caption("The same.")
        else:
            sides = _titles(found)
            table = pd.DataFrame(
                {
                    "Parameter": [one_line(one.key, 80) for one in found.params],
                    sides[0]: [None if one.before is None else one_line(one.before, 200) for one in found.params],
                    sides[1]: [None if one.now is None else one_line(one.now, 200) for one in found.params],
                }
            )
            st.dataframe(
                table, hide_index=True, row_height=ROW_HEIGHT, placeholder="–",
                height=min(len(table), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
                column_config={"Parameter": st.column_config.TextColumn(width=140),
                               sides[0]: st.column_config.TextColumn(width=130),
                               sides[1]: st.column_config.TextColumn(width=130)},
                alt=f"{count_of(len(table), 'parameter')} that differ",
            )  # fmt: skip


def _served(subject: Subject, found: Difference) -> None:
    pair = (found.before.version, found.now.version)
    section("How they do in service")
    with st.grid(2, min_column_width=260):
        for one in (found.before, found.now):
            with st.container(border=True, gap="xxsmall", height="stretch"):
                st.markdown(_light(subject, one))
    rows = ask(queries.performance_by_month, model=subject.model.name, versions=pair)
    if rows.empty:
        st.caption("Performance by month is not known: no outcomes, or no limit in the model's file.")
        return
    chart = drawn(_months, model=subject.model.name, before=pair[0], now=pair[1])
    over_time(chart, "version_months", model=subject.model.name)
    n = int(rows["n_labelled"].sum())
    ends = min(rows["period_end"].max(), pd.Timestamp(subject.made_at.date()))
    months_said = days(rows["period_start"].min(), ends)
    st.caption(f"{plain(str(rows['metric'].iloc[0]))} by month, from outcomes · {sourced(months_said, n, 'outcome')}")


def _light(subject: Subject, one: Version) -> str:
    light = ask(health_queries.light_of, model=subject.model.name, version=one.version)
    if light is None or one.first_day is None or one.last_day is None:
        return f"**Version {one.version}** has made no decisions in the log."
    served = f"{days(one.first_day, one.last_day)}, {number(one.decisions)} decisions"
    now = "" if light.in_service else " at its last decisions"
    named = NAMES.get(light.light, light.light)
    return f"{icon(light.light)} **Version {one.version}**: {plain(named)}{now}  \n:small[:gray[{plain(served)}]]"


def _months(*, model: str, before: int, now: int) -> Chart:
    rows = ask(queries.performance_by_month, model=model, versions=(before, now))
    return months(rows[rows["metric"] == rows["metric"].iloc[0]], before, now)


def _drivers(subject: Subject, found: Difference) -> None:
    section("What drives them")
    if found.spans is None:
        st.caption("One of the two is not explained, or not on the same kind of rows.")
        return
    before, now = found.spans
    telling = worth_telling(found.moved)
    lines = [f"- {sentence(shift_words(one), 300)}" for one in telling]
    st.markdown("\n".join(lines) or f"No input's share moved by more than {100 * LEAST_MOVED:.0f} percentage points.")
    chart = drawn(_shifts_drawn, model=subject.model.name, before=found.before.version, now=found.now.version)
    st.markdown(
        f":small[Share of the weight: **bars** version {found.now.version}; **:orange[marks]** version "
        f"{found.before.version}]"
    )
    st.plotly_chart(chart.figure, config={"displayModeBar": False}, alt=chart.alt, key="version_shifts")
    st.caption(f"{plain(_rows(now))} against {plain(_rows(before))} · {sourced('all time', now.n, 'row')}")


def _rows(one: Span) -> str:
    kind = "rows of the reference" if one.grain == "reference" else "explained decisions"
    return f"version {one.version}: {number(one.n)} {kind}"


def _shifts_drawn(*, model: str, before: int, now: int) -> Chart:
    found = drawn(difference, model=model, before=before, now=now)
    return explanation_charts.shifts(found.moved, SHIFTS, f"version {before}", f"version {now}")
