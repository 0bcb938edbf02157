"""The view of groups: mean and spread of a metric over seeds or any grouping, and whether two groups really differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from watchroom.charts import compare_groups as charts
from watchroom.charts.style import Chart
from watchroom.domain import spread
from watchroom.domain.comparison import Comparison, Thing
from watchroom.domain.figures import decimals_of, figure_text
from watchroom.domain.seed_groups import Group, candidates, groups, is_seed, seeds, usual
from watchroom.store.queries import compare as queries
from watchroom.ui.compare_choice import Chosen
from watchroom.ui.compare_group_names import full_names, short_names
from watchroom.ui.compare_words import (
    BETTER_WORDS,
    ONE_OF,
    STATISTIC_WORDS,
    difference_cautions,
    difference_words,
    value_text,
)
from watchroom.ui.names import told_apart
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, sentence, some
from watchroom.ui.workspace import facts

GROUP_BY, FIRST, SECOND = "group", "a", "b"
"""Names in the address, and keys."""

CHARTED = 30
"""Groups in the chart, the best first: a screenful. The table has all of them."""

ROW_HEIGHT = 34
_TALL = 480
_NAMED = 4

_INTERVAL_HELP = """Student's interval: if the seeds were drawn anew and anew, 95 of 100 such intervals would hold the
mean that very many runs of the group would have. It takes runs that are independent of each other."""
_CHANCE_HELP = """Welch's interval and t law for the difference of two means, with no opinion beforehand. It is about
the mean over seeds, not about the next single run."""


@dataclass(frozen=True)
class Grouped:
    """The groups, best first, with what they are grouped by, what each is called, and the chart of the first.

    `names` are of few words, `full` say all in which a group differs from the others.
    """

    things: tuple[Thing, ...]
    metric: Thing
    groups: tuple[Group, ...]
    names: tuple[str, ...]
    full: tuple[str, ...]
    chart: Chart


def show(who: Chosen, found: Comparison, metric: str | None) -> None:
    """The view."""
    if metric is None or found.thing("metric", metric) is None:
        empty("There is no metric to group by.", "Choose a metric that differs between these runs under “Best by”.")
        return
    by = _grouping(found)
    grouped = drawn(_grouped, run_ids=who.run_ids, statistic=who.statistic, metric=metric, by=by)
    _said(found, grouped)
    with_value = [group for group in grouped.groups if group.numbers]
    if not with_value:
        empty("No group has a value of this metric.", "Choose another metric under “Best by”.")
        return
    _chart(who, grouped)
    if len(with_value) > 1:
        _two(grouped, with_value)
    _table(who, found, grouped)


def asked_by(found: Comparison) -> tuple[Thing, ...]:
    """What is grouped by, also before the control is drawn."""
    options = _options(found)
    names = _asked(st.session_state.get(GROUP_BY), _shown(options), [thing.id for thing in usual(found)])
    return tuple(options[name] for name in names if name in options)


def _options(found: Comparison) -> dict[str, Thing]:
    return {thing.id: thing for thing in candidates(found)}


def _shown(options: dict[str, Thing]) -> dict[str, str]:
    return told_apart(options, 60, lambda name: f"{options[name].key} · {ONE_OF[options[name].kind]}")


def _grouping(found: Comparison) -> tuple[str, ...]:
    """The ids of the things to group by."""
    options = _options(found)
    start = [thing.id for thing in usual(found)]
    chosen = st.session_state.get(GROUP_BY)
    if chosen is not None and not set(chosen) <= options.keys():
        st.session_state[GROUP_BY] = [name for name in chosen if name in options]
    shown = _shown(options)
    now = [options[name].key for name in _asked(chosen, shown, start) if name in options]
    by = some([one_line(key, 30) for key in now], _NAMED) or "nothing: all runs are one group"
    with st.expander(f"Grouped by {plain(by, 200)}", icon=":material/group_work:"):
        return tuple(
            st.multiselect(
                "Runs are of one group when they are alike in", list(options), start, key=GROUP_BY, bind="query-params",
                format_func=lambda name: shown.get(name, name), placeholder="Nothing: all runs are one group",
                help="Until you choose: all that differs in parameters, data, experiment and tags, but for seeds.",
            )
        )  # fmt: skip


def _asked(chosen: list[str] | None, shown: dict[str, str], start: list[str]) -> list[str]:
    """What is grouped by, before the control is drawn: as chosen, else as the address has it in the control's words."""
    if chosen is not None:
        return chosen
    ids = {label: name for name, label in shown.items()}
    return [ids[label] for label in st.query_params.get_all(GROUP_BY) if label in ids] or start


def _grouped(*, run_ids: tuple[str, ...], statistic: str, metric: str, by: tuple[str, ...]) -> Grouped:
    found = ask(queries.compare, run_ids=run_ids, statistic=statistic)
    thing = found.thing("metric", metric)
    assert thing is not None
    by_id = {one.id: one for one in found.different}
    things = tuple(by_id[name] for name in by if name in by_id)
    every = groups(things, thing, found.deleted, seeds(found))
    zone = facts().zone
    names, full = short_names(found, things, every, zone), full_names(things, every, zone)
    named = [charts.Named(*one) for one in zip(every, names, full, strict=True)]
    way = BETTER_WORDS[thing.better or "higher"]
    return Grouped(things, thing, every, names, full, charts.groups(named[:CHARTED], one_line(metric, 60), way))


def _said(found: Comparison, grouped: Grouped) -> None:
    """How many groups of how many runs there are, and which seeds they are spread over."""
    sizes = [len(group.places) for group in grouped.groups]
    repeated = sum(size > 1 for size in sizes)
    seeds = [one_line(thing.key, 40) for thing in found.different if is_seed(thing) and thing not in grouped.things]
    over = f" Within a group the runs differ in {plain(some(seeds), 200)}." if seeds else ""
    what = f"{count_of(len(sizes), 'group')} of {count_of(sum(sizes), 'run')}"
    if repeated:
        st.markdown(f"**{plain(what)}**, {number(repeated)} of them with more than one run.{over}")
    else:
        st.markdown(
            f"**{plain(what)}**, each with one run: there is no spread to see. Run again with other seeds, or group by "
            "less."
        )


def _chart(who: Chosen, grouped: Grouped) -> None:
    key = one_line(grouped.metric.key, 60)
    way = BETTER_WORDS[grouped.metric.better or "higher"]
    st.markdown(
        f"**Mean {plain(key)} of each group** :small[:gray[· {STATISTIC_WORDS[who.statistic]} of each run, {way}; the "
        "line is the 95 % interval of the mean, faint dots are runs]]",
        help=_INTERVAL_HELP,
    )
    st.plotly_chart(grouped.chart.figure, config={"displayModeBar": False}, alt=grouped.chart.alt, key="compare_groups")
    counted = sum(len(group.numbers) for group in grouped.groups)
    without = sum(group.without for group in grouped.groups)
    missing = f" {count_of(without, 'run')} without a finite value left out." if without else ""
    copies = sum(group.copies for group in grouped.groups)
    missing += f" {count_of(copies, 'copy', 'copies')} with the same seed and value not counted." if copies else ""
    charted = min(CHARTED, len(grouped.groups))
    first = f" The first {charted} of {len(grouped.groups)} groups." if charted < len(grouped.groups) else ""
    st.caption(
        f"{plain(first + missing, 200)} {sourced(STATISTIC_WORDS[who.statistic].capitalize(), counted, 'run')}".strip()
    )


def _two(grouped: Grouped, with_value: Sequence[Group]) -> None:
    """Two of the groups against each other, in words."""
    by_letter = {group.letter: group for group in with_value}
    names = dict(zip((group.letter for group in grouped.groups), grouped.names, strict=True))
    letters = list(by_letter)
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            first, second = _usual_two(with_value)
            a = _pick("Group", FIRST, letters, first, names)
            b = _pick("against", SECOND, letters, second, names)
        if a == b:
            st.markdown("Both are the same group. Choose another on one side.")
            return
        one, other = by_letter[a], by_letter[b]
        way = grouped.metric.better or "higher"
        found = spread.between(one.numbers, other.numbers, way)
        st.markdown(f"**{sentence(difference_words(one, other, found, grouped.metric.key, way), 500)}**",
                    help=_CHANCE_HELP)  # fmt: skip
        for caution in difference_cautions(one, other, len(with_value)):
            st.markdown(f":orange[:material/warning:] {sentence(caution, 300)}")


def _usual_two(with_value: Sequence[Group]) -> tuple[str, str]:
    """The two best of those that have a spread; the two best of all where fewer than two have one."""
    spreading = [group for group in with_value if len(group.numbers) > 1]
    first, second = (spreading if len(spreading) > 1 else with_value)[:2]
    return first.letter, second.letter


def _pick(label: str, key: str, letters: list[str], start: str, names: dict[str, str]) -> str:
    """A group by its letter, which the address has; the control shows its name as well."""
    asked = st.query_params.get(key, start)
    now = asked if asked in letters else start
    own = f"_compare_{key}:{now}"

    def keep() -> None:
        st.query_params[key] = st.session_state[own]

    return str(
        st.selectbox(
            label, letters, index=letters.index(now), key=own, width=340, on_change=keep,
            format_func=lambda letter: f"{letter} · {one_line(names[letter], 60)}",
        )
    )  # fmt: skip


def _table(who: Chosen, found: Comparison, grouped: Grouped) -> None:
    frame = table(found, grouped)
    digits = decimals_of(number for group in grouped.groups for number in group.numbers)
    shown = frame.drop(columns=["Run ids", "In full"])
    for column in ("Mean", "SD", "Low", "High"):
        shown[column] = [None if value != value else figure_text(value, digits) for value in frame[column]]
    config = {
        "Group": st.column_config.TextColumn(pinned=True, width=64),
        "Called": st.column_config.TextColumn("What tells it apart", width=190),
        "Runs": st.column_config.NumberColumn(width=64),
        "n": st.column_config.NumberColumn(width=56, help="Runs with a finite value of the metric"),
        **{name: st.column_config.TextColumn(name, alignment="right", width=92) for name in ("Mean", "SD")},
        "Low": st.column_config.TextColumn("95 % from", alignment="right", width=92),
        "High": st.column_config.TextColumn("to", alignment="right", width=92),
        "Names": st.column_config.TextColumn("Runs in it", width="large"),
        **{
            f"{ONE_OF[thing.kind]} {thing.key}": st.column_config.TextColumn(
                one_line(thing.key, 40), help=plain(f"{ONE_OF[thing.kind]} {thing.key}", 300)
            )
            for thing in grouped.things
        },
    }
    st.dataframe(
        shown, hide_index=True, column_config=config, placeholder="–", row_height=ROW_HEIGHT,
        height=min(ROW_HEIGHT * len(shown) + 38, _TALL), alt=f"{count_of(len(shown), 'group')}, the best first",
    )  # fmt: skip
    download("Download as CSV", "groups-of-runs", lambda: table(found, grouped))


def table(found: Comparison, grouped: Grouped) -> pd.DataFrame:
    """A row for each group: its letter, n, mean, standard deviation, interval, what it is grouped by, its runs."""
    zone = facts().zone
    rows = []
    for group, called, full in zip(grouped.groups, grouped.names, grouped.full, strict=True):
        told = group.spread
        named = [one_line(found.runs[place].title, 40) for place in group.places]
        rows.append(
            {
                "Group": group.letter,
                "Called": called,
                "In full": full,
                "Runs": len(group.places),
                "n": told.n,
                "Mean": told.mean,
                "SD": told.sd,
                "Low": told.low,
                "High": told.high,
                **{
                    f"{ONE_OF[thing.kind]} {thing.key}": value_text(thing.key, value, zone)
                    for thing, value in zip(grouped.things, group.values, strict=True)
                },
                "Names": some(named, _NAMED),
                "Run ids": " ".join(found.runs[place].run_id for place in group.places),
            }
        )
    return pd.DataFrame(rows)
