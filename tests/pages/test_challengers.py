"""Whether a challenger should take over is answered where people look first: on Versions, and on Home."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.paired_sample import pair_rows, rows
from tests.ui.reading import Reader, links, said
from watchroom.domain.duel import word_of
from watchroom.domain.paired_verdict import Verdict
from watchroom.store.queries import pairs as pair_queries
from watchroom.store.queries import versions as queries
from watchroom.store.queries.pairs import Comparison
from watchroom.store.queries.versions import Duel
from watchroom.store.snapshot import SnapshotStore
from watchroom.ui.versions_challenger import challenge

ASKED = "view=Champion+or+challenger"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("challengers") / "store"
    given = rows(
        fraud=pair_rows("fraud", "binary", 1.0),
        alike=pair_rows("alike", "binary", 0.0, money=False),
        demand=pair_rows("demand", "regression", 0.5),
    )
    publish_rows(store, {**given, "health": [{"model": "fraud", "version": 1, "light": "failing", "reason": "AUC."}]})
    return store


@pytest.fixture
def reader(published: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(published, monkeypatch)


def test_all_models_say_which_challenger_does_better_and_what_it_brings_the_most_valuable_first(reader: Reader):
    app = reader.open("versions")
    table = app.main.dataframe[0].value
    assert list(table["Model"]) == ["Fraud", "Demand", "Alike", "Alone"]
    assert list(table["Challenger is"]) == ["better", "better", "cannot be told", "never compared"]
    assert table["EUR more a month"].iloc[0] > 0
    assert table["EUR more a month"].isna().tolist() == [False, True, True, True]
    assert "Version 2 scores the same decisions as version 1 and does better: about €" in said(app)
    assert any(ASKED in query and "model=fraud" in query for _, _, query in links(app))


def test_home_names_a_better_challenger_under_the_model_that_fails(reader: Reader):
    app = reader.open("home")
    text = said(app)
    assert text.index("Failing") < text.index("Version 2 scores the same decisions as version 1 and does better")
    assert any(ASKED in query and "model=fraud" in query for _, _, query in links(app))


@pytest.mark.parametrize(
    ("by_metric", "by_money", "word"),
    [
        ("better", "better", "better"),
        ("better", "unknown", "better"),
        ("worse", "alike", "probably worse"),
        ("alike", "better", "probably better"),
        ("better", "worse", "depends on what counts"),
        ("alike", "unknown", "cannot be told"),
        ("unknown", "unknown", "not known yet"),
    ],
)
def test_one_word_says_what_metric_and_money_say(by_metric: Verdict, by_money: Verdict, word: str):
    assert word_of([by_metric, by_money]) == word


def test_a_challenger_that_is_the_older_version_is_told_from_its_own_side():
    worth = Comparison("worth", "higher", 1.0, 3.0, 2.0, 1.5, 2.5, 1.0, "bootstrap", 900, "")
    found = challenge(Duel("none", 4, 2, True, 1000, (worth,)), None, "EUR")
    assert found.word == "worse"
    assert found.sentence == (
        "Version 2 scores the same decisions as version 4 and does worse: about €2,000 a month less."
    )


def test_a_month_has_as_many_decisions_for_all_models_at_once_as_for_each(published: Path):
    store = SnapshotStore(published)
    with store.lease() as snapshot:
        for model, duel in queries.duels(snapshot).items():
            alone = pair_queries.decisions_a_month(snapshot, model=model)
            assert duel.decisions == (alone[0] if alone else None)
    store.close()
