"""How right the alarms have been: each drift rule against the performance that the outcomes later showed."""

from __future__ import annotations

import pandas as pd
import streamlit as st
import yaml

from watchroom.domain.vocabulary import DRIFT_LIMITS, METHOD_NAMES
from watchroom.store.queries.alerts import RuleScore, scores
from watchroom.ui.alerts_words import feature_name
from watchroom.ui.room import ask, room
from watchroom.ui.rows import badge
from watchroom.ui.states import code, empty, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import UNKNOWN, count_of, number, one_line, plain, sentence

SHOWN = 12
"""Rules that are told in words; the table and the download have all."""

FEW_WEEKS = 8
"""Weeks with both drift and outcomes below which a rule's score rests on too little to be told in words."""

WORTH_IT = 2
"""Weeks that a better limit must decide better than the one in force before it is worth writing down: one is chance."""


def show(model: str | None) -> None:
    """The tab."""
    found = ask(scores, model=model)
    if not found:
        empty(
            "No rule has been judged yet.",
            "A rule is judged once there are weeks with both a drift value and enough outcomes.",
        )
        return
    st.markdown(
        "Did performance fall in the weeks in which a feature was beyond its watch limit? **Precision** is the share "
        "of alarms that came in such weeks, **recall** the share of such weeks that had an alarm."
    )
    spoke = [rule for rule in found if rule.alarms and rule.periods >= FEW_WEEKS]
    for rule in spoke[:SHOWN]:
        _rule(rule)
    truncated(SHOWN, len(spoke), "rules in words")
    if not spoke:
        st.caption(
            f"No rule has given an alarm over at least {FEW_WEEKS} weeks with outcomes: it is too early to tell."
        )
    shown = found[: room().settings.page_rows]
    st.dataframe(
        table(shown),
        hide_index=True,
        placeholder="–",
        column_config={name: st.column_config.NumberColumn(format="percent") for name in ("Precision", "Recall")},
        alt=f"{count_of(len(shown), 'drift rule')} with how right each has been",
    )
    truncated(len(shown), len(found), "rules")
    st.caption(sourced("all weeks with outcomes", len(found), "rule"))
    download("Download as CSV", "alert-scores", lambda: pd.DataFrame([rule.__dict__ for rule in found]))


def _rule(rule: RuleScore) -> None:
    with st.container(border=True, gap="xsmall"):
        head = f"**{plain(rule.title, 60)}** {badge(f'version {rule.version}')}"
        st.markdown(f"{head}  \n{sentence(in_words(rule), 600)}")
        lines = to_write(rule)
        if lines:
            st.caption(f"To use that limit, in {plain(rule.file or 'the file of the model')}:")
            code(lines)


def in_words(rule: RuleScore) -> str:
    """How right a rule has been, in plain sentences."""
    method = METHOD_NAMES.get(rule.method, rule.method)
    name = feature_name(rule.feature)
    name = name[:1].upper() + name[1:] if rule.feature.startswith("@") else name
    counted = f"{count_of(rule.alarms, 'alarm')} in {count_of(rule.periods, 'week')}"
    first = f"{name} by {method} beyond {_number(rule.watch)}: {counted}"
    if rule.fell == 0:
        return f"{first}; performance never fell, so {'each was a false one' if rule.alarms else 'silence was right'}."
    told = (
        f"{first}, {number(rule.right)} of them right (precision {_share(rule.precision)}). Performance fell in "
        f"{count_of(rule.fell, 'week')}; the rule spoke in {number(rule.right)} of them (recall {_share(rule.recall)})."
    )
    return f"{told} {_better(rule)}"


def _better(rule: RuleScore) -> str:
    if rule.best_limit is None:
        return ""
    gained = gain(rule)
    if gained <= 0:
        return "The limit in force is as right as any would have been."
    told = (
        f"A limit of {_number(rule.best_limit)} would have been right most often: precision "
        f"{_share(rule.best_precision)}, recall {_share(rule.best_recall)}, {count_of(gained, 'week')} better."
    )
    return told if gained >= WORTH_IT else f"{told} That may be chance: leave the limit as it is."


def gain(rule: RuleScore) -> int:
    """In how many weeks more the better limit would have been right: fewer false alarms and fewer misses."""
    if not rule.best_precision or rule.best_recall is None:
        return 0
    right = rule.best_recall * rule.fell
    alarms = right / rule.best_precision
    now = (rule.alarms - rule.right) + (rule.fell - rule.right)
    return round(now - (alarms - right) - (rule.fell - right))


def to_write(rule: RuleScore) -> str:
    """The YAML lines that set the better limit; empty when that would gain little or nothing."""
    if rule.best_limit is None or gain(rule) < WORTH_IT:
        return ""
    watch = float(f"{rule.best_limit:.3g}")
    override: dict[str, object] = {"method": rule.method, "watch": watch, "drifted": _drifted(rule, watch)}
    return yaml.safe_dump(
        {"monitor": {"overrides": {rule.feature: override}}}, sort_keys=False, allow_unicode=True
    ).strip()


def _drifted(rule: RuleScore, watch: float) -> float:
    """The second limit to go with it: the one in force, unless the better first one lies beyond it already."""
    if rule.drifted is not None and rule.drifted > watch:
        return rule.drifted
    usual_watch, usual_drifted = DRIFT_LIMITS.get(rule.method, (1.0, 2.0))
    return float(f"{watch * usual_drifted / usual_watch:.3g}")


def table(rules: tuple[RuleScore, ...]) -> pd.DataFrame:
    """The rules as a table for the screen; what cannot be told is empty."""
    return pd.DataFrame(
        {
            "Model": [one_line(rule.title, 80) for rule in rules],
            "Version": [rule.version for rule in rules],
            "Signal": [one_line(rule.feature, 80) for rule in rules],
            "Method": [METHOD_NAMES.get(rule.method, rule.method) for rule in rules],
            "Watch limit": [rule.watch for rule in rules],
            "Weeks": [rule.periods for rule in rules],
            "Performance fell": [rule.fell for rule in rules],
            "Alarms": [rule.alarms for rule in rules],
            "Right": [rule.right for rule in rules],
            "Precision": [rule.precision for rule in rules],
            "Recall": [rule.recall for rule in rules],
            "Better limit": [rule.best_limit for rule in rules],
        }
    )


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.3g}"


def _share(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.0%}".replace("%", " %")
