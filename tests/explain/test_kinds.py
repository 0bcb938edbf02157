"""Every kind of model: what its inputs added equals what shap says, and adds up to what the model itself says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.explain import kinds
from tests.explain.kinds import BACKGROUND, ROWS, Case, Kind, histogram, lightgbm, linear, pipeline, trees, xgboost
from watchroom.explain.load import load

# shap's own: its plots' colours as it is imported, and a word about what it gave in older versions.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:LightGBM binary classifier with TreeExplainer:UserWarning"),
]


def sk(name: str, **options: Any) -> Any:
    def make() -> Any:
        import sklearn.ensemble
        import sklearn.linear_model
        import sklearn.tree

        for module in (sklearn.ensemble, sklearn.linear_model, sklearn.tree):
            if hasattr(module, name):
                return getattr(module, name)(**options)
        raise AssertionError(name)

    return make


def lgbm(**options: Any) -> Any:
    def make() -> Any:
        import lightgbm

        return lightgbm.LGBMClassifier(n_estimators=10, num_leaves=6, verbose=-1, **options)

    return make


SMALL = {"n_estimators": 8, "random_state": 1}
KINDS = [
    Kind("lightgbm-binary", lightgbm("binary"), "tree", "log-odds"),
    Kind("lightgbm-regression", lightgbm("regression"), "tree", "units"),
    Kind("lightgbm-multiclass", lightgbm("multiclass"), "tree", "log-odds"),
    Kind("lightgbm-pandas-categories", lightgbm("binary", pandas=True), "tree", "log-odds"),
    Kind("lightgbm-slope", lightgbm("binary", sigmoid=1.7), "tree", "log-odds"),
    Kind("lightgbm-classifier", lightgbm("binary", wrapped=True), "tree", "log-odds", flavor="sklearn"),
    Kind(
        "lightgbm-classifier-categories",
        lightgbm("binary", wrapped=True, pandas=True),
        "tree",
        "log-odds",
        flavor="sklearn",
    ),
    Kind("xgboost-binary", xgboost("binary"), "tree", "log-odds", 1e-4),
    Kind("xgboost-regression", xgboost("regression"), "tree", "units", 1e-4),
    Kind("xgboost-multiclass", xgboost("multiclass"), "tree", "log-odds", 1e-4),
    Kind("xgboost-categories", xgboost("binary", pandas=True), "tree", "log-odds", 1e-4),
    Kind("xgboost-classifier", xgboost("binary", wrapped=True), "tree", "log-odds", 1e-4),
    Kind("random-forest", trees(sk("RandomForestClassifier", **SMALL), "binary"), "tree", "probability"),
    Kind(
        "random-forest-weighted",
        trees(sk("RandomForestClassifier", class_weight="balanced", **SMALL), "multiclass"),
        "tree",
        "probability",
    ),
    Kind("random-forest-regressor", trees(sk("RandomForestRegressor", **SMALL), "regression"), "tree", "units"),
    Kind("extra-trees", trees(sk("ExtraTreesClassifier", **SMALL), "binary", filled=True), "tree", "probability"),
    Kind("decision-tree", trees(sk("DecisionTreeClassifier", max_depth=5), "multiclass"), "tree", "probability"),
    Kind("decision-tree-regressor", trees(sk("DecisionTreeRegressor"), "regression"), "tree", "units"),
    Kind(
        "gradient-boosting", trees(sk("GradientBoostingClassifier", **SMALL), "binary", filled=True), "tree", "log-odds"
    ),
    Kind(
        "gradient-boosting-regressor",
        trees(sk("GradientBoostingRegressor", **SMALL), "regression", filled=True),
        "tree",
        "units",
    ),
    Kind("histogram", trees(sk("HistGradientBoostingClassifier", max_iter=8), "binary"), "tree", "log-odds"),
    Kind("histogram-regressor", trees(sk("HistGradientBoostingRegressor", max_iter=8), "regression"), "tree", "units"),
    Kind("histogram-categories", histogram("binary", "from_dtype"), "tree", "log-odds"),
    Kind("histogram-codes", histogram("regression", "codes"), "tree", "units"),
    Kind("logistic", linear(sk("LogisticRegression", max_iter=5000), "binary"), "linear", "log-odds"),
    Kind("logistic-multiclass", linear(sk("LogisticRegression", max_iter=9000), "multiclass"), "linear", "log-odds"),
    Kind("ridge", linear(sk("Ridge"), "regression"), "linear", "units"),
    Kind("lasso", linear(sk("LassoCV", cv=3), "regression"), "linear", "units"),
    Kind("pipeline-forest", pipeline(sk("RandomForestClassifier", **SMALL), "binary"), "tree", "probability"),
    Kind(
        "pipeline-sparse-histogram",
        pipeline(sk("GradientBoostingRegressor", **SMALL), "regression", sparse=True),
        "tree",
        "units",
    ),
    Kind("pipeline-logistic", pipeline(sk("LogisticRegression", max_iter=500), "binary"), "linear", "log-odds"),
    Kind("pipeline-lightgbm", pipeline(lgbm(), "binary"), "tree", "log-odds"),
    Kind("python-model", kinds.python_model, "permutation", "units", trust=True, flavor="pyfunc", task="regression"),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_values_equal_those_of_shap_and_add_up_to_the_output_of_the_model(kind: Kind, tmp_path: Path) -> None:
    case: Case = kind.make()
    folder = kinds.log(case, tmp_path / "model")
    rows, background = kinds.table(case.given.head(ROWS)), kinds.table(case.given.tail(BACKGROUND))
    model = load(folder, kind.task, kind.trust, background)  # type: ignore[arg-type]
    found = model.explain(rows)
    assert (model.loaded.method, model.loaded.space) == (kind.method, kind.space)
    assert model.loaded.flavor == (kind.flavor or case.save)
    assert found.features == tuple(case.given)
    np.testing.assert_allclose(found.values, case.answer.values, atol=1e-6, rtol=1e-9)
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), case.answer.output, atol=kind.close, rtol=1e-6)
    np.testing.assert_allclose(found.output, case.answer.output, atol=kind.close, rtol=1e-6)
    np.testing.assert_allclose(found.score, case.answer.score, atol=kind.close, rtol=1e-6)
    assert all((name is None) == (kind.space == "units") for name in found.klass)
    if "always" in case.given:
        assert not found.values[:, list(case.given).index("always")].any()


def test_a_pipeline_whose_columns_cannot_be_told_apart_is_explained_as_a_whole_and_says_so(tmp_path: Path) -> None:
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline

    def mixed() -> Any:
        return make_pipeline(PCA(2, random_state=0), sk("LogisticRegression")())

    given = kinds.encoded(kinds.people()).fillna({"debt": 2.0}).astype(float)
    model = mixed().fit(given, kinds.target(kinds.people(), "binary"))
    answer = kinds.Answer(np.zeros(0), np.zeros(0), np.zeros(0))
    folder = kinds.log(Case(model, "sklearn", given, model.predict(given), answer), tmp_path / "m")
    loaded = load(folder, "binary", trust=False, background=kinds.table(given.tail(20)))
    found = loaded.explain(kinds.table(given.head(5)))
    assert (loaded.loaded.method, loaded.loaded.space, loaded.loaded.most_rows) == ("permutation", "probability", 200)
    assert "PCA" in loaded.loaded.note
    chances = model.predict_proba(given.head(5))[:, 1]
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), chances, atol=1e-9)
    np.testing.assert_allclose(found.base, model.predict_proba(given.tail(20))[:, 1].mean(), atol=1e-9)


def test_a_trusted_classifier_of_another_kind_is_explained_by_its_probabilities(tmp_path: Path) -> None:
    from sklearn.naive_bayes import GaussianNB

    given = kinds.people()[["income", "age"]].astype(float)
    model = GaussianNB().fit(given, np.array(["low", "mid", "high"])[kinds.target(kinds.people(), "multiclass")])
    answer = kinds.Answer(np.zeros(0), np.zeros(0), np.zeros(0))
    folder = kinds.log(Case(model, "sklearn", given, np.zeros(len(given)), answer), tmp_path / "m")
    loaded = load(folder, "multiclass", trust=True, background=kinds.table(given.tail(30)))
    found = loaded.explain(kinds.table(given.head(10)))
    chances = model.predict_proba(given.head(10))
    assert loaded.loaded.space == "probability"
    assert found.klass == tuple(model.predict(given.head(10)))
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), chances.max(axis=1), atol=1e-9)
    np.testing.assert_allclose(found.score, chances.max(axis=1), atol=1e-9)


def test_trees_with_linear_leaves_are_explained_by_permutation(tmp_path: Path) -> None:
    import lightgbm as lgb

    given = kinds.people()[["income", "age"]].astype(float)
    options = {"objective": "regression", "linear_tree": True, "verbose": -1}
    booster = lgb.train(options, lgb.Dataset(given, kinds.wanted(kinds.people())), 5)
    booster.save_model(str(tmp_path / "model.lgb"))
    (tmp_path / "MLmodel").write_text("flavors:\n  lightgbm:\n    data: model.lgb\n")
    model = load(tmp_path, "regression", trust=False, background=kinds.table(given.tail(20)))
    found = model.explain(kinds.table(given.head(5)))
    assert model.loaded.method == "permutation"
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), booster.predict(given.head(5)), atol=1e-9)


@pytest.mark.parametrize(("objective", "score"), [("poisson", np.exp), ("tweedie", np.exp)])
def test_a_logarithmic_link_is_said_and_the_score_is_the_amount(objective: str, score: Any, tmp_path: Path) -> None:
    import lightgbm as lgb

    given = kinds.people()[["income", "age"]].astype(float)
    amounts = np.abs(kinds.wanted(kinds.people()))
    booster = lgb.train({"objective": objective, "verbose": -1}, lgb.Dataset(given, amounts), 5)
    booster.save_model(str(tmp_path / "model.lgb"))
    (tmp_path / "MLmodel").write_text("flavors:\n  lightgbm:\n    data: model.lgb\n")
    model = load(tmp_path, "regression", trust=False, background=None)
    found = model.explain(kinds.table(given.head(5)))
    assert "logarithm" in model.loaded.note
    np.testing.assert_allclose(found.score, booster.predict(given.head(5)), rtol=1e-9)
    np.testing.assert_allclose(score(found.output), found.score, rtol=1e-9)


@pytest.mark.parametrize("missing", [None, np.nan])
def test_a_missing_category_is_what_it_was_in_training(missing: Any, tmp_path: Path) -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    given = kinds.people()[["city", "plan"]].astype(object)
    given.loc[::5, "city"] = missing
    model = make_pipeline(OneHotEncoder(), sk("Ridge")()).fit(given, kinds.wanted(kinds.people()))
    answer = kinds.Answer(np.zeros(0), np.zeros(0), np.zeros(0))
    folder = kinds.log(Case(model, "sklearn", given.dropna(), np.zeros(0), answer), tmp_path / "m")
    loaded = load(folder, "regression", trust=False, background=kinds.table(given.tail(30)))
    assert loaded.loaded.inputs[0].categories == ("Bonn", "Graz", "Linz", "Wien")
    np.testing.assert_allclose(
        loaded.explain(kinds.table(given.head(20))).output, model.predict(given.head(20)), atol=1e-9
    )
