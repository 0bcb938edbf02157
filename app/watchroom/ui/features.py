"""The Features page: the catalogue over all models, and what breaks when one feature does (`?feature=`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from watchroom.domain.lights import BEYOND, LIGHTS, Light, severity, worst
from watchroom.domain.vocabulary import METHOD_NAMES
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.features import Use, uses
from watchroom.ui import features_blast
from watchroom.ui.lights import light_column
from watchroom.ui.room import ask, drawn, room
from watchroom.ui.scope import scope
from watchroom.ui.states import empty, figure, sourced, truncated, unknown_model
from watchroom.ui.tables import download
from watchroom.ui.text import UNKNOWN, count_of, number, one_line, some

TABLE = "features_table"
ROW_HEIGHT = 36
NOBODY = "nobody"
PARAMETER = "feature"
"""Where the address holds the feature that was chosen."""


@dataclass(frozen=True)
class Feature:
    """A feature's name over all models that use it, in the order of their titles."""

    name: str
    uses: tuple[Use, ...]

    @property
    def light(self) -> Light:
        """The worst of its drift and of its values, over the models."""
        return worst(light for use in self.uses for light in (use.status, use.quality) if light is not None)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind that a model takes it for; more than one is a contradiction."""
        return tuple(sorted({use.kind for use in self.uses if use.kind is not None}))

    @property
    def contradicts(self) -> bool:
        """Whether one model takes it for a number and another for a category."""
        return len(self.kinds) > 1


def show() -> None:
    """The whole page below its question."""
    chosen = scope()
    known = ask(model_queries.names)
    if chosen.model is not None and chosen.model not in known:
        unknown_model(chosen.model, known)
        return
    every = drawn(catalogue, model=chosen.model)
    if not every:
        empty(
            "No feature is known yet.",
            "Features come from a model's decision log, its file or its signature. None of them names one.",
            command="watchroom refresh",
        )
        return
    asked = st.query_params.get(PARAMETER, "")
    names = {feature.name: feature for feature in every}
    _figures(every)
    picked = _choice(every, asked)
    if picked is not None and picked in names:
        features_blast.show(names[picked].name, names[picked].uses)
    elif picked is not None:
        empty(f"No model uses a feature named “{one_line(picked, 80)}”.", "Choose another, or widen the scope.")
    _catalogue(every)


def catalogue(*, model: str | None) -> tuple[Feature, ...]:
    """Every feature with its uses: those beyond a limit first, the worst before the others, then by name.

    With a model those that it uses, and who else does.
    """
    by_name: dict[str, list[Use]] = {}
    for use in ask(uses):
        by_name.setdefault(use.feature, []).append(use)
    found = [Feature(name, tuple(used)) for name, used in by_name.items()]
    kept = [feature for feature in found if model is None or any(use.model == model for use in feature.uses)]
    return tuple(sorted(kept, key=_urgency))


def _urgency(feature: Feature) -> tuple[int, str, str]:
    rank = LIGHTS.index(feature.light) if feature.light in BEYOND else 0
    return -rank, feature.name.lower(), feature.name


def _figures(every: Sequence[Feature]) -> None:
    models = {use.model for feature in every for use in feature.uses}
    shared = sum(len(feature.uses) > 1 for feature in every)
    troubled = sum(feature.light in BEYOND for feature in every)
    severe = sum(feature.light in BEYOND and severity(feature.light) == "critical" for feature in every)
    odd = sum(feature.contradicts for feature in every)
    with st.grid(4, min_column_width=150):
        figure("Features", number(len(every)), f"in {count_of(len(models), 'model')}")
        figure("Shared", number(shared), "feed several models")
        figure("In trouble", number(troubled), f"{number(severe)} drifted or failing")
        figure("Contradictions", number(odd), "number and category")


def _choice(every: Sequence[Feature], asked: str) -> str | None:
    """The feature to look at: of the box, whose value stands in the address."""
    names = sorted((feature.name for feature in every), key=str.lower)
    options = names if not asked or asked in names else [*names, asked]
    chosen: str | None = st.selectbox(
        "What breaks if this feature breaks?",
        options,
        index=None,
        key=PARAMETER,
        bind="query-params",
        format_func=lambda name: one_line(name, 80),
        placeholder="Choose a feature",
    )
    return chosen


def _catalogue(every: Sequence[Feature]) -> None:
    st.header("Catalogue", anchor=False)
    found = _filtered(every)
    shown = found[: room().settings.page_rows]
    if not found:
        empty("No feature fits this choice.", "Take away one of the filters above.")
        return
    st.dataframe(
        drawn(_shown, names=tuple(feature.name for feature in shown)),
        key=TABLE,
        hide_index=True,
        placeholder="–",
        on_select=partial(_open, tuple(feature.name for feature in shown)),
        selection_mode="single-cell",
        height=min(len(shown), 16) * ROW_HEIGHT + ROW_HEIGHT + 3,
        row_height=ROW_HEIGHT,
        column_config=_COLUMNS,
        alt=f"{count_of(len(shown), 'feature')} with the models that use each, its drift and its missing values",
    )
    st.caption(":material/ads_click: Click a row to see what breaks with that feature.")
    truncated(len(shown), len(found), "features")
    used = sum(len(feature.uses) for feature in found)
    st.caption(sourced("last 7 days of each model's log", used, "use of a feature", "uses of a feature"))
    st.caption(
        "Weight is a feature's share of what moves a model's answers, in its newest explained month (else in its "
        "reference); the greatest over the models. 0 % is no input, unknown is not explained yet."
    )
    download("Download as CSV", "features", lambda: file_table(found))


def _open(names: Sequence[str]) -> None:
    """Choose the feature whose row was clicked."""
    cells = st.session_state[TABLE]["selection"]["cells"]
    if cells:
        st.session_state[PARAMETER] = names[cells[0][0]]


def _filtered(every: Sequence[Feature]) -> tuple[Feature, ...]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "Search", key="seek", bind="query-params", placeholder="Feature, model or person", width=240
        )
        lights = st.multiselect(
            "Light", list(reversed(LIGHTS)), key="light", bind="query-params", placeholder="Any", width=180
        )
        kinds = st.multiselect(
            "Kind", ["number", "category"], key="kind", bind="query-params", placeholder="Any", width=180
        )
        shared = st.toggle("Shared", key="shared", bind="query-params", help="Only features that feed several models.")
        odd = st.toggle("Contradictions", key="odd", bind="query-params", help="A number here, a category there.")
    return tuple(
        feature
        for feature in every
        if _says(feature, text or "")
        and (not lights or feature.light in lights)
        and (not kinds or bool(set(kinds) & set(feature.kinds)))
        and (not shared or len(feature.uses) > 1)
        and (not odd or feature.contradicts)
    )


def _says(feature: Feature, text: str) -> bool:
    held = " ".join((feature.name, *(f"{use.model} {use.title} {use.person or ''}" for use in feature.uses))).casefold()
    return all(word in held for word in text.casefold().split())


_COLUMNS = {
    "Feature": st.column_config.TextColumn(width=150, pinned=True),
    "Light": light_column("Light"),
    "Kind": st.column_config.MultiselectColumn(options=["both"], color=["red"], width=100),
    "Models": st.column_config.TextColumn(width=190),
    "Drift": st.column_config.TextColumn(width=160, help="The value nearest to its watch limit, or furthest beyond."),
    "Missing": st.column_config.NumberColumn(width=80, format="percent", help="The greatest share over the models."),
    "Unseen": st.column_config.NumberColumn(
        width=80, format="percent", help="Values in categories that the reference does not have."
    ),
    "Weight": st.column_config.TextColumn(width=80),
}


def _shown(*, names: tuple[str, ...]) -> pd.DataFrame:
    every = {feature.name: feature for feature in catalogue(model=None)}
    return table(tuple(every[name] for name in names))


def table(features: Sequence[Feature]) -> pd.DataFrame:
    """The catalogue as a table for the screen: a row for each feature, the worst over its models."""
    return pd.DataFrame(
        {
            "Feature": [one_line(feature.name, 80) for feature in features],
            "Light": [[feature.light] for feature in features],
            "Kind": [
                ["both", *feature.kinds] if feature.contradicts else [*(feature.kinds or (UNKNOWN,))]
                for feature in features
            ],
            "Models": [some([_use(use) for use in feature.uses], 4) for feature in features],
            "Drift": [_drift(feature) for feature in features],
            "Missing": [_most(use.missing for use in feature.uses) for feature in features],
            "Unseen": [_most(use.unseen for use in feature.uses) for feature in features],
            "Weight": [_weight(feature) for feature in features],
            "People": [_people(feature) for feature in features],
        }
    )


def _use(use: Use) -> str:
    return f"{one_line(use.title, 60)}{f' v{use.version}' if use.version is not None else ''}"


def _drift(feature: Feature) -> str:
    """The value nearest to, or furthest beyond, its limit over the models, with its method."""
    known = [use for use in feature.uses if use.value is not None and use.watch]
    if not known:
        return UNKNOWN
    most = max(known, key=lambda use: (use.value or 0) / (use.watch or 1))
    return f"{METHOD_NAMES.get(most.method or '', most.method)} {most.value:.2f} of {most.watch:g}"


def _most(values: object) -> float | None:
    known = [value for value in values if value is not None]  # type: ignore[attr-defined]
    return max(known, default=None)


def _weight(feature: Feature) -> str:
    most = _most(use.weight for use in feature.uses)
    return UNKNOWN if most is None else f"{most:.0%}".replace("%", " %")


def _people(feature: Feature) -> str:
    return some(list(dict.fromkeys(one_line(use.person, 60) if use.person else NOBODY for use in feature.uses)), 3)


def file_table(features: Sequence[Feature]) -> pd.DataFrame:
    """The catalogue for a file: a row for each feature of each model, with every column."""
    return pd.DataFrame(
        [{**use.__dict__, "contradicts": feature.contradicts} for feature in features for use in feature.uses]
    )
