"""Every kind of model that is explained: really trained, really logged by MLflow, with shap's own answer beside it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

ROWS, BACKGROUND = 60, 40
NUMBERS = ["income", "age", "debt"]
NAMES = ["city", "plan"]


@dataclass(frozen=True)
class Answer:
    """What shap and the model itself say: values by input, the raw output, and the score."""

    values: np.ndarray
    output: np.ndarray
    score: np.ndarray


@dataclass(frozen=True)
class Kind:
    name: str
    make: Callable[[], Case]
    method: str
    space: str
    close: float = 1e-6  # of the sum to the output; the values themselves are always that close
    trust: bool = False
    flavor: str = ""
    task: str | None = None


@dataclass(frozen=True)
class Case:
    """A trained model, how it is logged, what the log holds, and the answer for its rows."""

    model: Any
    save: str  # the module of MLflow
    given: pd.DataFrame
    target: Any
    answer: Answer
    options: dict[str, Any] = field(default_factory=dict)


def people(rows: int = 700, seed: int = 3) -> pd.DataFrame:
    """Numbers (one with gaps), categories, a boolean and a constant."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "income": rng.gamma(3.0, 10.0, rows),
        "age": rng.integers(18, 80, rows),
        "debt": np.where(rng.random(rows) < 0.2, np.nan, rng.normal(5.0, 3.0, rows)),
        "city": rng.choice(["Bonn", "Graz", "Linz", "Wien"], rows),
        "plan": rng.choice(["a", "b", "c"], rows),
        "member": rng.random(rows) < 0.4,
        "always": 1.0,
    })  # fmt: skip
    return frame


def wanted(frame: pd.DataFrame) -> np.ndarray:
    rng = np.random.default_rng(9)
    return np.asarray(
        frame.income / 10 + (frame.city == "Wien") * 2 - frame.debt.fillna(2) * 0.3 + frame.member
        + (frame.plan == "b") * (frame.age > 40) + rng.normal(0, 1, len(frame))
    )  # fmt: skip


def target(frame: pd.DataFrame, task: str) -> np.ndarray:
    amount = wanted(frame)
    if task == "regression":
        return amount
    cuts = np.quantile(amount, [0.5] if task == "binary" else [0.3, 0.7])
    return np.digitize(amount, cuts)


def encoded(frame: pd.DataFrame) -> pd.DataFrame:
    """All inputs as numbers, for models that take nothing else."""
    return frame.assign(city=pd.factorize(frame.city, sort=True)[0], plan=pd.factorize(frame.plan, sort=True)[0])


def categorical(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({"city": "category", "plan": "category"})


def chosen(values: np.ndarray, raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of n × f × k values those of the greatest output."""
    best = raw.argmax(axis=1)
    return values[np.arange(len(raw)), :, best], raw[np.arange(len(raw)), best]


def softmax(raw: np.ndarray) -> np.ndarray:
    grown = np.exp(raw - raw.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def by_shap(model: Any, rows: Any) -> np.ndarray:
    import shap

    return np.asarray(shap.TreeExplainer(model).shap_values(rows))


def lightgbm(task: str, *, pandas: bool = False, wrapped: bool = False, **params: Any) -> Callable[[], Case]:
    def make() -> Case:
        import lightgbm as lgb

        frame = people()
        y, given = target(frame, task), categorical(frame) if pandas else encoded(frame)
        objective = {"binary": "binary", "regression": "regression", "multiclass": "multiclass"}[task]
        settings = {"objective": objective, "verbose": -1, "num_leaves": 8, "cat_smooth": 1, "min_data_per_group": 5}
        settings |= {"num_class": 3} if task == "multiclass" else {}
        if wrapped:
            model: Any = lgb.LGBMClassifier(n_estimators=20, num_leaves=8, verbose=-1).fit(
                given, np.array(["no", "yes"])[y]
            )
            booster = model.booster_
        else:
            model = booster = lgb.train(settings | params, lgb.Dataset(given, y), 20)
        rows = given.head(ROWS)
        raw = np.asarray(booster.predict(rows, raw_score=True))
        found = np.asarray(booster.predict(rows, pred_contrib=True)) if pandas else by_shap(booster, rows)
        score = np.asarray(booster.predict(rows))
        if task == "multiclass":
            values, output = chosen(found, raw)
            return Case(model, "lightgbm", frame if pandas else given, y, Answer(values, output, score.max(axis=1)))
        values = found[:, :-1] if pandas else found
        return Case(model, "lightgbm", frame if pandas else given, y, Answer(values, raw, score))

    return make


def xgboost(task: str, *, pandas: bool = False, wrapped: bool = False) -> Callable[[], Case]:
    def make() -> Case:
        import xgboost as xgb

        frame = people()
        y, given = target(frame, task), categorical(frame) if pandas else encoded(frame)
        objective = {"binary": "binary:logistic", "regression": "reg:squarederror", "multiclass": "multi:softprob"}[
            task
        ]
        data = xgb.DMatrix(given, y, enable_categorical=pandas)
        settings = {"objective": objective, "max_depth": 3} | ({"num_class": 3} if task == "multiclass" else {})
        if wrapped:
            model: Any = xgb.XGBClassifier(n_estimators=20, max_depth=3).fit(given, y)
            booster = model.get_booster()
        else:
            model = booster = xgb.train(settings, data, 20)
        rows = xgb.DMatrix(given.head(ROWS), enable_categorical=pandas)
        raw = booster.predict(rows, output_margin=True)
        found = booster.predict(rows, pred_contribs=True) if pandas else by_shap(booster, given.head(ROWS))
        score = booster.predict(rows)
        if task == "multiclass":
            values, output = chosen(found, raw)
            return Case(model, "xgboost", given, y, Answer(values, output, score.max(axis=1)))
        return Case(
            model, "xgboost", frame if pandas else given, y, Answer(found[:, :-1] if pandas else found, raw, score)
        )

    return make


def trees(make_model: Callable[[], Any], task: str, *, filled: bool = False) -> Callable[[], Case]:
    def make() -> Case:
        frame = encoded(people())
        given = frame.fillna({"debt": 2.0}) if filled else frame
        y = target(people(), task)
        model = make_model().fit(given, y)
        rows = given.head(ROWS)
        return Case(model, "sklearn", given, y, of_trees(model, rows, rows))

    return make


def of_trees(model: Any, rows: Any, given: Any) -> Answer:
    """shap's answer for a tree estimator of scikit-learn, in the space that it adds up in."""
    found = by_shap(model, rows)
    if not hasattr(model, "predict_proba"):
        amount = model.predict(given)
        return Answer(found, amount, amount)
    chances = model.predict_proba(given)
    raw = model.decision_function(given) if hasattr(model, "decision_function") else chances
    if chances.shape[1] == 2:
        values = found[:, :, 1] if found.ndim == 3 else found
        return Answer(values, raw[:, 1] if raw.ndim == 2 else raw, chances[:, 1])
    values, output = chosen(found, raw)
    return Answer(values, output, chances.max(axis=1))


def of_linear(model: Any, rows: np.ndarray, background: np.ndarray) -> Answer:
    import shap

    masker = shap.maskers.Independent(background, max_samples=len(background))
    found = shap.LinearExplainer(model, masker).shap_values(rows)
    if not hasattr(model, "predict_proba"):
        return Answer(found, model.predict(rows), model.predict(rows))
    raw, chances = model.decision_function(rows), model.predict_proba(rows)
    if raw.ndim == 1:
        return Answer(found, raw, chances[:, 1])
    values, output = chosen(found, raw)
    return Answer(values, output, chances.max(axis=1))


def linear(make_model: Callable[[], Any], task: str) -> Callable[[], Case]:
    def make() -> Case:
        given, y = encoded(people()).fillna({"debt": 2.0}).astype(float), target(people(), task)
        model = make_model().fit(given, y)
        background = given.tail(BACKGROUND).to_numpy()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # names of columns, which shap takes away
            answer = of_linear(model, given.head(ROWS).to_numpy(), background)
        return Case(model, "sklearn", given, y, answer)

    return make


def histogram(task: str, how: str) -> Callable[[], Case]:
    """Histogram boosting with categories, which shap refuses: held against the definition itself."""

    def make() -> Case:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        frame = people()[["income", "debt", "city", "plan"]]
        frame.loc[::11, "city"] = None
        given = frame.astype({"city": "category", "plan": "category"}) if how == "from_dtype" else encoded(frame)
        kind = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier
        marked = "from_dtype" if how == "from_dtype" else ["city", "plan"]
        if how != "from_dtype":
            given["city"] = given.city.astype(float).where(given.city >= 0)
        model = kind(max_iter=6, max_leaf_nodes=8, categorical_features=marked).fit(given, target(people(), task))
        rows = given.head(ROWS)
        inner, is_category = model._preprocess_X(rows, reset=False), model.is_categorical_
        order = np.concatenate([np.flatnonzero(is_category), np.flatnonzero(~is_category)])
        values = np.zeros((ROWS, 4))
        values[:, order] = by_definition(model, inner)
        raw = model.predict(rows) if task == "regression" else model.decision_function(rows)
        score = raw if task == "regression" else model.predict_proba(rows)[:, 1]
        return Case(
            model,
            "sklearn",
            frame if how == "from_dtype" else given,
            target(people(), task),
            Answer(values, raw, score),
        )

    return make


def by_definition(model: Any, rows: np.ndarray) -> np.ndarray:
    """Path-dependent SHAP values of histogram boosting by summing over all sets of inputs."""
    found = np.zeros(rows.shape)
    known, places = model._bin_mapper.make_known_categories_bitsets()
    for (predictor,) in model._predictors:
        for number, row in enumerate(rows):
            found[number] += shapley(
                lambda kept, row=row, p=predictor: expected(p, row, kept, known, places), rows.shape[1]
            )
    return found


def shapley(value: Callable[[frozenset[int]], float], inputs: int) -> np.ndarray:
    worth = {frozenset(s): value(frozenset(s)) for k in range(inputs + 1) for s in combinations(range(inputs), k)}
    found = np.zeros(inputs)
    for kept, before in worth.items():
        weight = (
            factorial(len(kept)) * factorial(inputs - len(kept) - 1) / factorial(inputs) if len(kept) < inputs else 0
        )
        for feature in set(range(inputs)) - kept:
            found[feature] += weight * (worth[kept | {feature}] - before)
    return found


def expected(predictor: Any, row: np.ndarray, kept: frozenset[int], known: Any, places: Any) -> float:
    """What a tree gives when the inputs that are not kept go both ways, as the rows of training did."""
    nodes = predictor.nodes

    def below(place: int) -> float:
        node = nodes[place]
        if node["is_leaf"]:
            return float(node["value"])
        left, right = nodes[node["left"]], nodes[node["right"]]
        if node["feature_idx"] in kept:
            return below(node["left"] if goes_left(predictor, node, row, known, places) else node["right"])
        share = left["count"] / (left["count"] + right["count"])
        return share * below(node["left"]) + (1 - share) * below(node["right"])

    return below(0)


def goes_left(predictor: Any, node: Any, row: np.ndarray, known: Any, places: Any) -> bool:
    value = row[node["feature_idx"]]
    if np.isnan(value):
        return bool(node["missing_go_to_left"])
    if not node["is_categorical"]:
        return bool(value <= node["num_threshold"])
    code = int(value)
    inside = lambda bits: bool(bits[code // 32] >> np.uint32(code % 32) & np.uint32(1))  # noqa: E731
    if code < 0 or not inside(known[places[node["feature_idx"]]]):
        return bool(node["missing_go_to_left"])
    return inside(predictor.raw_left_cat_bitsets[node["bitset_idx"]])


def pipeline(make_last: Callable[[], Any], task: str, *, sparse: bool = False) -> Callable[[], Case]:
    """Imputer with indicator, scaler, one-hot, ordinal, and the rest passed through, in nested pipelines."""

    def make() -> Case:
        from sklearn.compose import ColumnTransformer
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import Pipeline, make_pipeline
        from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

        frame, y = people(), target(people(), task)
        encode = ColumnTransformer([
            ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), NUMBERS),
            ("city", OneHotEncoder(handle_unknown="ignore", sparse_output=sparse), ["city"]),
            ("plan", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["plan"]),
        ], remainder="passthrough")  # fmt: skip
        model = Pipeline([("encode", encode), ("model", make_last())]).fit(frame, y)
        inner = encode.transform(frame)
        inner = np.asarray(inner.toarray() if hasattr(inner, "toarray") else inner, dtype=float)
        rows, last = inner[:ROWS], model[-1]
        if hasattr(last, "coef_"):
            answer = of_linear(last, rows, inner[-BACKGROUND:])
        else:
            last = getattr(last, "booster_", last)
            answer = of_boosted(last, model[-1], rows) if last is not model[-1] else of_trees(last, rows, rows)
        owners = [0, 1, 2, 2, 3, 3, 3, 3, 4, 5, 6]  # income, age, debt, whether it is missing, four cities, …
        values = np.zeros((ROWS, 7))
        np.add.at(values.T, owners, answer.values.T)
        return Case(model, "sklearn", frame, y, Answer(values, answer.output, answer.score))

    return make


def of_boosted(booster: Any, model: Any, rows: np.ndarray) -> Answer:
    return Answer(by_shap(booster, rows), booster.predict(rows, raw_score=True), booster.predict(rows))


def additive(given: pd.DataFrame) -> np.ndarray:
    """A model of pairs at most, which antithetic permutations explain exactly."""
    return np.asarray(given["income"] * 0.1 + given["income"] * given["age"] * 0.01 - (given["debt"] > 4) * 2.0)


def python_model() -> Case:
    import mlflow.pyfunc
    import shap

    class Priced(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
        def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> Any:
            pairs = model_input["income"] * 0.1 + model_input["income"] * model_input["age"] * 0.01
            return (pairs - (model_input["debt"] > 4) * 2.0).to_numpy()

    frame = (
        people()[["income", "age", "debt", "always", "member"]].assign(age=lambda f: f.age.astype(float)).fillna(2.0)
    )
    background, names = frame.tail(BACKGROUND), list(frame)
    masker = shap.maskers.Independent(background.astype(float).to_numpy(), max_samples=BACKGROUND)
    predict = lambda rows: additive(pd.DataFrame(rows, columns=names))  # noqa: E731
    explainer = shap.PermutationExplainer(predict, masker, seed=1)
    found = explainer(frame.head(ROWS).astype(float).to_numpy(), silent=True)
    output = additive(frame.head(ROWS))
    return Case(Priced(), "pyfunc", frame, additive(frame), Answer(found.values, output, output))


def log(case: Case, folder: Path) -> Path:
    """The model as MLflow saves it, with its signature."""
    import importlib

    import mlflow

    typed = case.given
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a hint that whole numbers may have gaps
        signature = mlflow.models.infer_signature(typed, np.asarray(case.target, dtype=float))
        module = importlib.import_module(f"mlflow.{case.save}")
        common = {"path": str(folder), "signature": signature, "pip_requirements": [], **case.options}
        if case.save == "pyfunc":
            mlflow.pyfunc.save_model(python_model=case.model, **common)
        elif case.save == "sklearn":
            module.save_model(case.model, skops_trusted_types=trusted(case.model), **common)
        else:
            module.save_model(case.model, **common)
    return folder


def trusted(model: Any) -> list[str]:
    import skops.io

    return list(skops.io.get_untrusted_types(data=skops.io.dumps(model)))


def table(frame: pd.DataFrame) -> pa.Table:
    """As a log gives it: other order of the columns, others beside them."""
    return pa.Table.from_pandas(frame[list(frame)[::-1]].assign(other="x"), preserve_index=False)
