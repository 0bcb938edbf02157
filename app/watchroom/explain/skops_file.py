"""A skops file, loaded only when every type and function in it is on the list here.

skops itself trusts every estimator of scikit-learn and many functions of NumPy and SciPy, and MLflow trusts what the
model's own `MLmodel` file lists. Neither list counts here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from watchroom.errors import ExplainError, ModelRefused

_MOST_SCHEMA_BYTES = 200_000_000  # a forest of a thousand trees is about 5 MB
_MOST_SHOWN = 8

_TREES = "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor"
_FORESTS = "RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor"
_LINKS = "IdentityLink Interval LogLink LogitLink HalfLogitLink MultinomialLogit"
_LOSSES = (
    "AbsoluteError ExponentialLoss HalfBinomialLoss HalfGammaLoss HalfMultinomialLoss HalfPoissonLoss "
    "HalfSquaredError HuberLoss PinballLoss"
)
_ALLOWED: dict[str, str] = {
    "builtins": "bool bytearray bytes dict float int list object set slice str tuple",
    "collections": "OrderedDict defaultdict",
    "functools": "partial",  # of `check_array` alone: histogram boosting keeps one
    "lightgbm.basic": "Booster",
    "lightgbm.sklearn": "LGBMClassifier LGBMRegressor",
    "numpy": "bool bool_ dtype float32 float64 int8 int32 int64 intp ndarray object_ str_ uint8 uint32 uint64",
    "numpy.ma": "MaskedArray",
    "numpy.random._generator": "Generator",
    "numpy.random.mtrand": "RandomState",
    "scipy.sparse": "csr_matrix csc_matrix csr_array csc_array",
    "sklearn._loss._loss": " ".join(f"Cy{loss}" for loss in _LOSSES.split()),
    "sklearn._loss.link": _LINKS,
    "sklearn._loss.loss": _LOSSES,
    "sklearn.compose._column_transformer": "ColumnTransformer _RemainderColsList make_column_selector",
    "sklearn.dummy": "DummyClassifier DummyRegressor",
    "sklearn.ensemble._forest": _FORESTS,
    "sklearn.ensemble._gb": "GradientBoostingClassifier GradientBoostingRegressor",
    "sklearn.ensemble._hist_gradient_boosting.binning": "_BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting": (
        "HistGradientBoostingClassifier HistGradientBoostingRegressor"
    ),
    "sklearn.ensemble._hist_gradient_boosting.predictor": "TreePredictor",
    "sklearn.decomposition._pca": "PCA",
    "sklearn.impute._base": "SimpleImputer MissingIndicator",
    "sklearn.linear_model._base": "LinearRegression",
    "sklearn.linear_model._coordinate_descent": "ElasticNet ElasticNetCV Lasso LassoCV",
    "sklearn.linear_model._logistic": "LogisticRegression LogisticRegressionCV",
    "sklearn.linear_model._ridge": "Ridge RidgeCV",
    "sklearn.pipeline": "Pipeline FeatureUnion",
    "sklearn.preprocessing._data": (
        "MaxAbsScaler MinMaxScaler Normalizer PowerTransformer QuantileTransformer RobustScaler StandardScaler"
    ),
    "sklearn.preprocessing._discretization": "KBinsDiscretizer",
    "sklearn.preprocessing._encoders": "OneHotEncoder OrdinalEncoder",
    "sklearn.preprocessing._function_transformer": "FunctionTransformer",
    "sklearn.preprocessing._label": "LabelEncoder",
    "sklearn.preprocessing._polynomial": "PolynomialFeatures",
    "sklearn.tree._classes": _TREES,
    "sklearn.tree._tree": "Tree",
    "sklearn.utils._bunch": "Bunch",
    "xgboost.core": "Booster",
    "xgboost.sklearn": "XGBClassifier XGBRegressor",
}
ALLOWED = frozenset(f"{module}.{name}" for module, names in _ALLOWED.items() for name in names.split())
_FUNCTIONS = frozenset(
    {"sklearn.utils.validation.check_array"}
    | {f"numpy.{name}" for name in ("abs", "absolute", "cbrt", "exp", "expm1", "log", "log10", "log1p", "log2", "sqrt")}
)
_NODES = (
    "Bytearray Bytes Cached DType DefaultDict Dict Json List Loss MaskedArray NdArray Object Partial RandomGenerator "
    "RandomState Set Slice SparseMatrix Tree Tuple Type"
)
_LOADERS = frozenset(f"{name}Node" for name in _NODES.split())
_FUNCTION_LOADER = "FunctionNode"


def load(file: Path) -> Any:
    """The estimator in the file. Raises `ModelRefused` naming what is not on the list, `ExplainError` otherwise."""
    refused = sorted(set(_not_allowed(_schema(file))))
    if refused:
        more = f" and {len(refused) - _MOST_SHOWN} more" if len(refused) > _MOST_SHOWN else ""
        raise ModelRefused(
            "The logged model holds types that are not known to be safe to load.",
            why=f"They are {', '.join(name[:100] for name in refused[:_MOST_SHOWN])}{more}.",
        )
    import skops.io

    trusted = sorted(set(skops.io.get_untrusted_types(file=file)) & (ALLOWED | _FUNCTIONS))
    return skops.io.load(file, trusted=trusted)


def _schema(file: Path) -> Any:
    try:
        with ZipFile(file) as archive:
            if archive.getinfo("schema.json").file_size > _MOST_SCHEMA_BYTES:
                raise ExplainError("The logged model's skops file is too large to be read safely.")
            return json.loads(archive.read("schema.json"))
    except (BadZipFile, KeyError, ValueError, RecursionError, EOFError) as error:
        raise ExplainError(
            "The logged model's file is no skops file.",
            why=" ".join(str(error).split())[:200],
            next_step='Log the model again, with `serialization_format="skops"`.',
        ) from error


def _not_allowed(schema: Any) -> Iterator[str]:
    """What the file would make or call, and is not on the list. A node without a type of its own is one, too."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
            if "__loader__" in node or "__class__" in node:
                yield from _judged(node)


def _judged(node: dict[str, Any]) -> Iterator[str]:
    name, loader = f"{node.get('__module__')}.{node.get('__class__')}", node.get("__loader__")
    if loader == _FUNCTION_LOADER:
        if name not in _FUNCTIONS:
            yield name
    elif loader not in _LOADERS:
        yield name if name not in ALLOWED else f"{name} ({loader})"
    elif name not in ALLOWED:
        yield name
    elif loader == "PartialNode" and node.get("content", {}).get("func", {}).get("__class__") != "check_array":
        yield f"{name} of another function"
