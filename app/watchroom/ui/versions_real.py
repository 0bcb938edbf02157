"""Whether the difference between two versions is real: the answer in words and money, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts import versions_real as charts
from watchroom.charts.style import Chart
from watchroom.domain.glossary import meaning
from watchroom.domain.worth import Terms, terms_of
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import pairs as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.pairs import Comparison, Pair
from watchroom.ui import versions_real_runs, versions_real_where
from watchroom.ui.health_subject import spec_of
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import code, empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, sentence, some
from watchroom.ui.versions_real_words import (
    AS_LOGGED,
    IN_UNITS,
    METHODS,
    MONTH,
    caution,
    differences,
    digits,
    headline,
    main_of,
    metric_words,
    money_words,
    monthly,
    other_way,
    probability,
    rests_on,
    signed_digits,
    take_over,
    title,
)
from watchroom.ui.workspace import facts

OLDER, NEWER = "a", "b"
"""Where the address holds the two versions."""

_OF = "_versions_real_of"
"""Of which model the two were chosen."""

ROW = 34


@dataclass(frozen=True)
class Two:
    """Two versions of a model, the older first, with what is known of them; `pair` is None when they share nothing.

    `terms` is what a decision is worth, None where the file does not say.
    """

    model: Model
    versions: tuple[int, int]
    pair: Pair | None
    found: tuple[Comparison, ...]
    terms: Terms | None

    def metric(self, name: str) -> Comparison | None:
        """The comparison by a metric; None where there is none."""
        return next((one for one in self.found if one.metric == name), None)

    @property
    def main(self) -> Comparison | None:
        """The metric that the model is watched by, where it is compared; else the usual one of the task."""
        spec = spec_of(self.model.name)
        watched = spec.monitor.performance.metric if spec and spec.monitor.performance else None
        return main_of(self.found, watched)


def show(model: Model, version: int | None) -> None:
    """The view: champion against challenger, or any two. `version` is the scope's, None for none."""
    pairs = ask(queries.pairs, model=model.name)
    every = _versions(model.name, pairs)
    if len(every) < 2:
        empty(
            "There is only one version.", "A second one is compared with it once both have scored the same decisions."
        )
        return
    usual = _usual(model, version, every, pairs)
    _begun_anew(model.name, usual)
    roles = {model.challenger or 0: "challenger", model.champion or 0: "champion"}
    chosen = _chosen(every, usual, pairs, roles)
    if chosen[0] == chosen[1]:
        empty("Both sides are the same version.", "Choose another on one side.")
        return
    two = _two(model, chosen, pairs)
    if two.pair is None:
        _without(two, pairs)
    else:
        _answer(two)
        _metrics(two)
        versions_real_where.show(model, two.versions, two.pair, two.terms)
    versions_real_runs.show(model.name, two.versions, alone=two.pair is None)


def _versions(model: str, pairs: Sequence[Pair]) -> tuple[int, ...]:
    """The versions of the registry and of the pairs, the newest first: a version that was deleted has still decided."""
    known = {*ask(model_queries.version_numbers, model=model), *(one for pair in pairs for one in pair.versions)}
    return tuple(sorted(known, reverse=True))


def _begun_anew(model: str, usual: tuple[int, int]) -> None:
    """Two versions of another model say nothing of this one."""
    if st.session_state.get(_OF) not in (None, model):
        st.session_state[OLDER], st.session_state[NEWER] = (str(one) for one in usual)
    st.session_state[_OF] = model


def _usual(model: Model, version: int | None, every: Sequence[int], pairs: Sequence[Pair]) -> tuple[int, int]:
    """The pair of the scope's version; else champion and challenger; else the newest pair, or the two newest."""
    of_scope = [pair.versions for pair in pairs if version in pair.versions]
    if version is not None and of_scope:
        return of_scope[0]
    named = sorted({one for one in (model.champion, model.challenger) if one is not None and one in every})
    if len(named) == 2 and (not pairs or (named[0], named[1]) in {pair.versions for pair in pairs}):
        return named[0], named[1]
    return pairs[0].versions if pairs else (every[1], every[0])


def _chosen(
    every: Sequence[int], usual: tuple[int, int], pairs: Sequence[Pair], roles: Mapping[int, str]
) -> tuple[int, int]:
    """The two versions in the address, the older first."""
    options = [str(one) for one in every]
    shared = {pair.versions: pair.shared for pair in pairs}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        older = _pick("Version", OLDER, options, str(usual[0]), roles)
        newer = _pick("against", NEWER, options, str(usual[1]), roles)
    found = min(older, newer), max(older, newer)
    others = [pair for pair in pairs if pair.versions != found]
    if others and found not in shared:
        told = ", ".join(f"{pair.version_a} and {pair.version_b}" for pair in others[:4])
        st.caption(f":material/info: Versions with decisions in common: {told}.")
    return found


def _pick(label: str, key: str, options: list[str], usual: str, roles: Mapping[int, str]) -> int:
    asked = st.session_state.get(key) or st.query_params.get(key)
    if asked and asked not in options:
        st.session_state[key] = usual
    with st.container(width=220):
        chosen = st.selectbox(label, options, index=options.index(usual), key=key, bind="query-params")
        st.caption(roles.get(int(chosen), "neither champion nor challenger"))
    return int(chosen)


def _two(model: Model, versions: tuple[int, int], pairs: Sequence[Pair]) -> Two:
    pair = next((one for one in pairs if one.versions == versions), None)
    found = ask(queries.comparisons, model=model.name, versions=versions) if pair else ()
    spec = spec_of(model.name)
    terms = terms_of(spec.value.model_dump()) if spec and spec.value else None
    return Two(model, versions, pair, found, terms)


def _answer(two: Two) -> None:
    """Which is better, how sure that is, and the money of a month."""
    assert two.pair is not None
    main, worth = two.main, two.metric("worth")
    st.subheader(plain(f"{_asked(two)}{headline(main, worth, two.versions)}", 400), anchor=False)
    lines = [metric_words(main, two.versions, _unit(two.model.name))] if main else []
    lines += [_money(two, worth)] if worth else []
    lines += _said_of_money(two, worth)
    lines += [told for told in (other_way(two.found, two.versions, main.metric if main else None), _kpis(two)) if told]
    for line in lines:
        st.markdown(sentence(line, 600))
    st.caption(f"{plain(rests_on(two.pair), 300)}. {plain(caution(two.found), 700)}")


def _asked(two: Two) -> str:
    """The question and its answer, where the two are champion and challenger."""
    champion, challenger = two.model.champion, two.model.challenger
    if champion is None or challenger is None or {champion, challenger} != set(two.versions) or champion == challenger:
        return ""
    priced = bool(other_way(two.found, two.versions, two.main.metric if two.main else None))
    said = take_over(two.main, two.metric("worth"), newer=challenger > champion, priced=priced)
    return f"Should version {challenger}, the challenger, take over from version {champion}? {said} "


def _unit(model: str) -> str:
    spec = spec_of(model)
    return spec.answer.unit or "" if spec else ""


def _kpis(two: Two) -> str:
    """The figures that the business agreed to, which this says nothing of."""
    spec = spec_of(two.model.name)
    names = [one.name for one in spec.kpis] if spec else []
    if not names:
        return ""
    return (
        f"Not compared here: the figures that the business agreed to ({some(names)}). Look at them before you decide."
    )


def _money(two: Two, worth: Comparison) -> str:
    volume = ask(queries.decisions_a_month, model=two.model.name)
    found = monthly(worth, volume[0], facts().currency) if volume else None
    if found is None:
        return f"In money it cannot be told: {worth.why or 'the worth of a decision is not known'}."
    return f"{money_words(found, worth, two.versions)} {MONTH}"


def _said_of_money(two: Two, worth: Comparison | None) -> list[str]:
    if worth is not None:
        return []
    return ["In money it cannot be told: the model's file does not say what a decision is worth (`value`)."]


def _metrics(two: Two) -> None:
    chart = drawn(_forest, model=two.model.name, versions=two.versions, currency=facts().currency)
    older, newer = two.versions
    if chart is not None:
        st.markdown(
            f"**Metric by metric** :small[:gray[· version {older} → version {newer}; the bar is the 95 % interval of "
            "the difference, each metric on its own scale.] :blue[● better] :red[◆ worse] "
            ":gray[○ cannot be told apart]]",
            help=meaning("paired comparison"),
        )
        st.plotly_chart(chart.figure, config={"displayModeBar": False}, alt=chart.alt, key="versions_forest")
    found = table(two)
    st.dataframe(
        found,
        key="versions_metrics",
        hide_index=True,
        row_height=ROW,
        column_config=_COLUMNS,
        placeholder="–",
        alt=f"{count_of(len(found), 'metric')} of versions {older} and {newer} with the difference and its interval",
    )
    assert two.pair is not None
    span = f"{two.pair.first_day:%-d %b %Y} to {two.pair.last_day:%-d %b %Y}"
    told = sourced(span, two.pair.labelled_rows, "decision with an outcome", "decisions with an outcome")
    st.caption(f"{plain(AS_LOGGED) if two.model.task == 'binary' else ''} {told}".strip())
    download("Download as CSV", f"versions-{older}-{newer}", lambda: pd.DataFrame([vars(one) for one in two.found]))


def _forest(*, model: str, versions: tuple[int, int], currency: str) -> Chart | None:
    shown = differences(ask(queries.comparisons, model=model, versions=versions), currency)
    return charts.forest(shown, f"v{versions[0]}", f"v{versions[1]}") if shown else None


_COLUMNS: dict[str, ColumnConfig] = {
    "Metric": st.column_config.TextColumn(width=190),
    "Better": st.column_config.TextColumn(width=70),
    "Difference": st.column_config.TextColumn(width=90, alignment="right"),
    "from": st.column_config.TextColumn(width=80, alignment="right", help="Lower end of its 95 % interval"),
    "to": st.column_config.TextColumn(width=80, alignment="right", help="Upper end"),
    "Newer better": st.column_config.TextColumn(
        width=110, help="How probable it is that the newer version is better, as far as these decisions tell"
    ),
    "n": st.column_config.NumberColumn(format="localized", width=80, help="Decisions that it was computed from"),
    "Method": st.column_config.TextColumn(width=150),
    "Cannot be told because": st.column_config.TextColumn(width=260),
}


def table(two: Two) -> pd.DataFrame:
    """Every metric, also those that cannot be told, with the reason."""
    older, newer = two.versions
    currency, unit = facts().currency, _unit(two.model.name)
    untold = {"Cannot be told because": [one_line(one.why, 120) or None for one in two.found]}
    return pd.DataFrame(
        {
            "Metric": [
                f"{title(one.metric, currency)}{f', {unit}' if unit and one.metric in IN_UNITS else ''}"
                for one in two.found
            ],
            "Better": [one.better for one in two.found],
            f"Version {older}": [_value(one.value_a, one) for one in two.found],
            f"Version {newer}": [_value(one.value_b, one) for one in two.found],
            "Difference": [_value(one.difference, one, signed=True) for one in two.found],
            "from": [_value(one.low, one, signed=True) for one in two.found],
            "to": [_value(one.high, one, signed=True) for one in two.found],
            "Newer better": [None if one.b_better is None else probability(one.b_better) for one in two.found],
            "n": [one.n for one in two.found],
            "Method": [METHODS.get(one.method, one.method) for one in two.found],
            **(untold if any(one.why for one in two.found) else {}),
        }
    )


def _value(value: float | None, one: Comparison, *, signed: bool = False) -> str | None:
    """A number with the decimals that its interval can tell."""
    if value is None or value != value:
        return None
    return signed_digits(value, one) if signed else digits(value, one)


def _without(two: Two, pairs: Sequence[Pair]) -> None:
    """No decisions in common: what that means, and how to get some."""
    older, newer = two.versions
    spec = spec_of(two.model.name)
    if spec is None or spec.decisions is None:
        empty(
            "Whether the difference is real cannot be told: the model's decisions are not read.",
            "Give its file `decisions`, with the column that says which version decided; then refresh.",
            command="watchroom refresh",
        )
        return
    if spec.decisions.version is None:
        empty(
            "The log does not say which version decided, so no two versions can be compared on it.",
            "Log the version beside each decision, and name the column in the model's file: `decisions.version`.",
        )
        return
    empty(
        f"Versions {older} and {newer} have not scored the same decisions, so on the log they cannot be compared.",
        "Their months differ in more than the model. Let the challenger score in shadow what the champion decides, and "
        "log both rows with the same id, each with its own version:",
    )
    said = spec.decisions.score or spec.decisions.prediction or "prediction"
    names = {"id": spec.decisions.id, "version": spec.decisions.version, "time": spec.decisions.timestamp, "said": said}
    acting = two.model.champion if two.model.champion in two.versions else older
    beside = newer if acting == older else older
    code(_SHADOW.format(**names, acting=acting, beside=beside))
    st.caption(
        f"The next refresh compares them once {number(30)} decisions have been scored by both; outcomes may come later."
    )


_SHADOW = """for number, model in {{{acting}: version_{acting}, {beside}: version_{beside}}}.items():
    answer = model.predict(case)
    log.write({{"{id}": case_id, "{version}": number, "{time}": now, "{said}": answer, **case}})
# only the answer of version {acting} is acted upon"""
