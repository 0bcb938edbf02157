"""What models share: the features and the datasets that several rest on, so what breaks for whom, and what is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from watchroom.reports.portfolio_facts import Choice, Facts
from watchroom.store.queries import portfolio as queries
from watchroom.store.queries.features import uses
from watchroom.store.queries.portfolio import Used
from watchroom.ui.navigation import go
from watchroom.ui.portfolio_facts import facts_of
from watchroom.ui.room import ask, drawn, room
from watchroom.ui.scope import ALL_MODELS
from watchroom.ui.states import section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, some

ROW_HEIGHT = 34
_ROWS_SEEN = 10
NAMED = 4


@dataclass(frozen=True)
class Shared:
    """A feature or a dataset with the models that rest on it now, by title."""

    name: str
    digest: str
    models: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Reuse:
    """What is used by the models chosen: how many features and datasets, and those that several share."""

    features: int
    datasets: int
    shared_features: tuple[Shared, ...]
    every_dataset: tuple[Shared, ...]
    same_name: tuple[Shared, ...]
    """Datasets of one name of which models use different contents."""

    @property
    def shared_datasets(self) -> tuple[Shared, ...]:
        """Those that trained several models."""
        return tuple(one for one in self.every_dataset if len(one.models) > 1)


def show(told: Facts) -> None:
    """The view."""
    found = drawn(reuse, choice=told.choice)
    section("What models share", "Of the versions in service: what several rest on breaks for all of them.")
    st.markdown(f"**{plain(answer(found, len(told.models)), 500)}**")
    _features(found)
    _datasets(found)
    _names(found)
    st.caption(
        "Features are those that are watched, else those of the model's file or its signature; datasets those that the "
        "training run of the version in service logged, told apart by their digests."
    )
    st.caption(sourced("the versions in service", len(told.models), "model"))


def answer(found: Reuse, models: int) -> str:
    """What is shared, and what hangs most on one thing."""
    if not found.features and not found.datasets:
        return "Nothing is known of what the models use: no signature, no decision log, no dataset logged."
    features, datasets = len(found.shared_features), len(found.shared_datasets)
    parts = [
        f"{number(features)} of {count_of(found.features, 'feature')} and {number(datasets)} of "
        f"{count_of(found.datasets, 'dataset')} are shared by several of {count_of(models, 'model')}."
    ]
    if found.shared_features:
        most = found.shared_features[0]
        parts.append(f"Most rests on the feature {most.name}: {some(list(most.titles), NAMED)}.")
    if found.shared_datasets:
        most = found.shared_datasets[0]
        parts.append(f"The dataset {most.name} trained {some(list(most.titles), NAMED)}.")
    return " ".join(parts)


def reuse(*, choice: Choice) -> Reuse:
    """What the models chosen use, those shared by most first."""
    models = facts_of(choice).models
    of_features = [(one.feature, "", one.model, one.title) for one in ask(uses) if one.model in models]
    used = [one for one in ask(queries.datasets) if one.serving and one.model in models]
    of_data = [(one.name, one.digest, one.model, one.title) for one in used if one.digest]
    features, datasets = _shared(of_features), _shared(of_data)
    return Reuse(
        len(features),
        len(datasets),
        tuple(one for one in features if len(one.models) > 1),
        tuple(datasets),
        _same_name(used),
    )


def _shared(found: Iterable[tuple[str, str, str, str]]) -> list[Shared]:
    by_name: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name, digest, model, title in found:
        by_name[(name, digest)][model] = title
    every = []
    for key, own in by_name.items():
        ordered = sorted(own, key=lambda model: (own[model].lower(), model))
        every.append(Shared(*key, tuple(ordered), tuple(own[model] for model in ordered)))
    return sorted(every, key=lambda one: (-len(one.models), one.name.lower(), one.digest))


def _same_name(used: Sequence[Used]) -> tuple[Shared, ...]:
    digests: defaultdict[str, set[str]] = defaultdict(set)
    for one in used:
        if one.digest:
            digests[one.name].add(one.digest)
    by_name = _shared((one.name, "", one.model, one.title) for one in used if len(digests[one.name]) > 1)
    return tuple(one for one in by_name if len(one.models) > 1)


def _features(found: Reuse) -> None:
    section("Shared features")
    if not found.shared_features:
        st.markdown("No feature feeds more than one model.")
        return
    shown = found.shared_features[: room().settings.page_rows]
    picked = _table(shown, "Feature", "shared_features")
    st.caption(":material/ads_click: Click a row to see how the feature is, and what breaks with it.")
    truncated(len(shown), len(found.shared_features), "features")
    download("Download as CSV", "shared-features", lambda: table(found.shared_features))
    if picked is not None:
        go("features", {"feature": shown[picked].name})


def _datasets(found: Reuse) -> None:
    section("Datasets in use", "Those of several models first; each of the others is there to be reused.")
    if not found.every_dataset:
        st.markdown("No training run of a version in service logged a dataset with a digest (`mlflow.log_input`).")
        return
    shown = found.every_dataset[: room().settings.page_rows]
    picked = _table(shown, "Dataset", "datasets")
    st.caption(":material/ads_click: Click a row for the runs that used it.")
    truncated(len(shown), len(found.every_dataset), "datasets")
    download("Download as CSV", "datasets", lambda: table(found.every_dataset))
    if picked is not None:
        digest = shown[picked].digest.replace("'", "''")
        go("runs", {"filter": f"dataset.digest = '{digest}'"}, model=ALL_MODELS)


def _names(found: Reuse) -> None:
    """Datasets that models know by one name and whose contents differ: each may think that they have the same."""
    for one in found.same_name[:NAMED]:
        who = some([plain(title, 60) for title in one.titles], NAMED)
        st.markdown(
            f":orange[:material/warning:] {who} call their dataset **{plain(one.name, 60)}**, but its contents are "
            "not the same for all."
        )


def _table(shown: Sequence[Shared], title: str, key: str) -> int | None:
    picked = st.dataframe(
        pd.DataFrame(
            {
                title: [one_line(one.name, 80) for one in shown],
                "Models": [len(one.models) for one in shown],
                "Used by": [some([one_line(name, 60) for name in one.titles], NAMED) for one in shown],
                **({"Digest": [one.digest for one in shown]} if any(one.digest for one in shown) else {}),
            }
        ),
        key=key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode="single-cell",
        column_config={
            title: st.column_config.TextColumn(width=220),
            "Models": st.column_config.NumberColumn(width=70),
            "Used by": st.column_config.TextColumn(width=480),
        },
        alt=f"{count_of(len(shown), title.lower())} with the models that rest on each, those of most first",
    )
    cells = picked["selection"]["cells"]
    return cells[0][0] if cells else None


def table(found: Sequence[Shared]) -> pd.DataFrame:
    """What is shared as a plain table, a row for each model that rests on it."""
    return pd.DataFrame(
        [{"name": one.name, "digest": one.digest, "model": model} for one in found for model in one.models]
    )
