"""What is wrong with the version in service, and whether going back to another one would mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from watchroom.charts.words import days
from watchroom.domain.duel import GOOD
from watchroom.domain.figures import figure_text
from watchroom.domain.lights import BEYOND
from watchroom.domain.version_difference import columns
from watchroom.domain.vocabulary import METRIC_NAMES, OWN_SIGNALS
from watchroom.store.queries import health as health_queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import pairs as pair_queries
from watchroom.store.queries import versions as queries
from watchroom.store.queries.health import LIGHT_GRAIN, Light
from watchroom.store.queries.pairs import Comparison
from watchroom.store.queries.versions import Version
from watchroom.ui.health_ranked import ranked
from watchroom.ui.health_subject import Subject as HealthSubject
from watchroom.ui.health_subject import spec_of
from watchroom.ui.health_why import usual
from watchroom.ui.lights import NAMES, icon
from watchroom.ui.navigation import link
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import section
from watchroom.ui.text import number, one_line, plain, sentence, some
from watchroom.ui.versions_challenger import CHALLENGER_VIEW, challenges
from watchroom.ui.versions_difference import difference
from watchroom.ui.versions_real_words import money_words, monthly
from watchroom.ui.versions_subject import Subject
from watchroom.ui.workspace import facts

NAMED = 6
"""Inputs that are named in a sentence."""

FIRST = 3
"""Inputs to look at first; Health has all."""


@dataclass(frozen=True)
class Trouble:
    """How the version in service is: its light, the inputs beyond a limit, and those to look at first, as Health has.

    `first` is empty where no input has moved by more than chance and its limit allow, or that is not known.
    """

    light: Light
    inputs: tuple[str, ...]
    first: tuple[str, ...]

    @property
    def bad(self) -> bool:
        """Whether anything is wrong."""
        return self.light.light in BEYOND


def trouble(subject: Subject, now: int | None) -> Trouble | None:
    """What is wrong with that version; None when nothing is known of its health."""
    light = ask(health_queries.light_of, model=subject.model.name, version=now) if now is not None else None
    if now is None or light is None or light.period_end is None:
        return None
    then = {"model": subject.model.name, "version": now, "grain": LIGHT_GRAIN,
            "first": light.period_end, "last": light.period_end}  # fmt: skip
    rows = [ask(queries_of, **then) for queries_of in (health_queries.quality, health_queries.drift)]  # type: ignore[arg-type]
    beyond = [str(one) for found in rows for one in found[found["status"].isin(BEYOND)]["feature"]]
    inputs = tuple(one for one in dict.fromkeys(beyond) if one not in OWN_SIGNALS)
    return Trouble(light, inputs, _first(subject, now) if inputs else ())


def _first(subject: Subject, now: int) -> tuple[str, ...]:
    """The inputs that stand first where Health ranks what has moved by what it may cost."""
    model, spec = subject.model, spec_of(subject.model.name)
    watching = ask(health_queries.watching, model=model.name)
    if spec is None or watching.days_of(now) is None:
        return ()
    own = HealthSubject(model, spec, watching, now, subject.scope, subject.made_at)
    against = usual(own, own.current)
    if against is None:
        return ()
    table = ranked(own, own.current, against).table
    return tuple(str(one) for one in table[table["reading"] == ""]["feature"].head(FIRST))


def show_trouble(subject: Subject, found: Trouble | None) -> None:
    """What is wrong now, why, who is affected, and whether a challenger does better."""
    section("What is wrong now")
    if found is None:
        st.markdown("Not known: the version in service has made no decisions that could be judged.")
    else:
        st.markdown("  \n".join(_wrong(found)))
    if (one := challenges().get(subject.model.name)) is not None and one.word in GOOD:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":blue[:material/trending_up:] **{plain(one.sentence, 300)}** Look at it before going back.",
                        width="stretch")  # fmt: skip
            link("versions", "See why", params={"model": subject.model.name, **CHALLENGER_VIEW})
    sheet = ask(model_queries.sheet, model=subject.model.name)
    affected = some([plain(one_line(who, 80)) for who in sheet.affects], NAMED) if sheet and sheet.affects else ""
    st.markdown(f"Affected: {affected or 'not known, the file of the model does not say'}.")
    link("health", "Why, as Health has it", icon=":material/arrow_forward:",
         params={"model": subject.model.name, "part": "Why"})  # fmt: skip


def _wrong(found: Trouble) -> list[str]:
    light = found.light
    why = sentence(light.reason, 400) if light.reason else ""
    named = plain(NAMES.get(light.light, light.light)).lower()
    first = f"{icon(light.light)} **Version {light.version} is {named}**"
    lines = [f"{first}: {why}" if why else f"{first}."]
    if found.first:
        lines.append(
            f"Where to look first, by what it may cost: **{plain(', then '.join(map(_short, found.first)))}**."
        )
    return lines


def inputs_words(inputs: Sequence[str], version: Version) -> str:
    """Whether a version takes the inputs that are in trouble; empty when none is."""
    if not inputs:
        return ""
    known = columns(version.signature_inputs)
    if known is None:
        return f"Whether version {version.version} takes {_names(inputs)} is not known: its signature cannot be read."
    of = {one.name: one.required for one in known}
    taken = [one for one in inputs if one in of]
    if not taken:
        return f"Version {version.version} does not take {_names(inputs)}, which {_are(inputs)} in trouble now."
    required = " and requires" if any(of[one] for one in taken) else ""
    told = f"Version {version.version} takes{required} {_names(taken)}, which {_are(taken)} in trouble now"
    spared = [one for one in inputs if one not in of]
    return f"{told}: going back may not mend that.{f' It does not take {_names(spared)}.' if spared else ''}"


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _names(names: Sequence[str]) -> str:
    return some([_short(name) for name in names], NAMED)


def _short(name: str) -> str:
    return one_line(name, 60)


def measured_words(subject: Subject, now: int, back: int) -> list[str]:
    """How the version gone back to was measured last against the one in service: outcomes, runs, and money."""
    lines = []
    rows = ask(queries.performance_by_month, model=subject.model.name, versions=(now, back))
    sides = {number: one for number in (now, back) if (one := _last(rows, number)) is not None}
    if back in sides:
        against = f", against {_month(sides[now])} for version {now}" if now in sides else ""
        lines.append(f"Last measured in service, {_called(sides[back])}: {_month(sides[back])}{against}.")
    else:
        lines.append(f"How version {back} did in service was not measured: no outcomes, or no limit for a metric.")
    if {now, back} <= set(subject.numbers):
        found = drawn(difference, model=subject.model.name, before=now, now=back)
        by_run = next((one for one in found.metrics if None not in (one.before, one.now)), None)
        if by_run is not None:
            values = f"{figure_text(by_run.now or 0.0)} against {figure_text(by_run.before or 0.0)}"
            lines.append(f"By their runs, {one_line(by_run.key, 60)}: {values} for version {now}.")
        lines.append(_money(subject, (min(now, back), max(now, back)), found.compared))
    return lines


def _money(subject: Subject, versions: tuple[int, int], compared: Sequence[Comparison]) -> str:
    worth = next((one for one in compared if one.metric == "worth"), None)
    volume = ask(pair_queries.decisions_a_month, model=subject.model.name)
    found = monthly(worth, volume[0], facts().currency) if worth and volume else None
    if worth is None or found is None:
        return "In money: not known, for the two have not scored the same decisions, or nobody said what one is worth."
    return money_words(found, worth, versions)


def _last(rows: pd.DataFrame, version: int) -> pd.Series | None:
    """The newest month with a value, of the first metric."""
    own = rows[(rows["version"] == version) & rows["value"].notna()]
    own = own[own["metric"] == rows["metric"].iloc[0]] if len(own) else own
    return own.iloc[-1] if len(own) else None


def _called(row: pd.Series) -> str:
    return METRIC_NAMES.get(row["metric"], one_line(str(row["metric"]), 60))


def _month(row: pd.Series) -> str:
    when = days(row["period_start"], row["period_end"])
    return f"{figure_text(float(row['value']))} ({when}, {number(int(row['n_labelled']))} outcomes)"


def approval_words(version: Version) -> str:
    """Whether somebody still has to approve the version, said plainly."""
    match version.approval:
        case "valid":
            roles = some([role.replace("_", " ") for role in version.signed_by], 4)
            return f"Approved{f' by {roles}' if roles else ''}: nobody has to sign it off again."
        case "rejected":
            return f"It was rejected{_because(version)}: whoever rejected it has to be asked."
        case "void":
            return f"Its approval is void{_because(version)}: it has to be signed off anew before it takes over."
    return "Nobody has signed it off: a reviewer has to before it takes over."


def _because(version: Version) -> str:
    return f" ({one_line(version.approval_reason, 200)})" if version.approval_reason else ""
