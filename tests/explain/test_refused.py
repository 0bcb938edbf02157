"""What is not loaded, and how it is said: nothing that could run code without trust, nothing outside of the folder."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.explain import kinds
from watchroom.errors import ExplainError, ModelRefused
from watchroom.explain.load import load
from watchroom.explain.skops_file import ALLOWED


class Evil:
    """Opens a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (open, (str(self.mark), "w"))


def write(folder: Path, card: str, **files: bytes) -> Path:
    folder.mkdir()
    (folder / "MLmodel").write_text(card)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


def skops_card(file: str = "model.skops", trusted: str = "[]") -> str:
    return (
        f"flavors:\n  sklearn:\n    pickled_model: {file}\n    serialization_format: skops\n"
        f"    skops_trusted_types: {trusted}\n  python_function:\n    loader_module: mlflow.sklearn\n"
    )


def refused(folder: Path) -> ModelRefused:
    with pytest.raises(ModelRefused) as caught:
        load(folder, None, trust=False, background=None)
    assert "explain: {trust: true}" in caught.value.next_step
    return caught.value


@pytest.mark.parametrize("name", ["model.pkl", "model.cloudpickle", "model.joblib"])
def test_a_pickle_is_refused_by_its_name_and_never_opened(name: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    folder = write(tmp_path / "m", skops_card(name), **{name.replace(".", "__"): pickle.dumps(Evil(mark))})
    assert name in refused(folder).why
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "card"),
    [
        ("model.skops", skops_card()),
        ("model.lgb", "flavors:\n  lightgbm:\n    data: model.lgb\n"),
        ("model.ubj", "flavors:\n  xgboost:\n    data: model.ubj\n"),
        ("model.json", "flavors:\n  xgboost:\n    data: model.json\n"),
    ],
)
def test_a_pickle_in_the_clothes_of_another_format_is_unreadable(name: str, card: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    folder = write(tmp_path / "m", card, **{name.replace(".", "__"): pickle.dumps(Evil(mark))})
    with pytest.raises(ExplainError, match=r"cannot read|no skops file"):
        load(folder, None, trust=False, background=None)
    assert not mark.exists()


def with_schema(folder: Path, change: Any, trusted: str = "[]") -> Path:
    """A skops file of a fitted model, its schema changed."""
    import skops.io
    from sklearn.linear_model import Ridge

    model = Ridge().fit(np.eye(3), [1.0, 2.0, 3.0])
    folder.mkdir()
    (folder / "MLmodel").write_text(skops_card(trusted=trusted))
    skops.io.dump(model, folder / "plain.skops")
    with zipfile.ZipFile(folder / "plain.skops") as source, zipfile.ZipFile(folder / "model.skops", "w") as made:
        for name in source.namelist():
            content = source.read(name)
            made.writestr(name, json.dumps(change(json.loads(content))) if name == "schema.json" else content)
    return folder


FOREIGN = {
    "a class": {"__module__": "subprocess", "__class__": "Popen", "__loader__": "ObjectNode", "content": None},
    "a function": {"__module__": "os", "__class__": "system", "__loader__": "FunctionNode"},
    "a method": {
        "__module__": "builtins",
        "__class__": "str",
        "__loader__": "MethodNode",
        "content": {"func": "x", "obj": {}},
    },
    "an operator": {
        "__module__": "operator",
        "__class__": "methodcaller",
        "__loader__": "OperatorFuncNode",
        "attrs": {},
    },
    "a constructor": {
        "__module__": "builtins",
        "__class__": "list",
        "__loader__": "ConstructorFromReduceNode",
        "content": {},
    },
    "a type": {"__module__": "os", "__class__": "system", "__loader__": "TypeNode"},
    "an estimator that is not on the list": {
        "__module__": "sklearn.neighbors._classification",
        "__class__": "KNeighborsClassifier",
        "__loader__": "ObjectNode",
    },
    "a function that skops trusts": {"__module__": "scipy.special", "__class__": "expit", "__loader__": "FunctionNode"},
    "a partial": {
        "__module__": "functools",
        "__class__": "partial",
        "__loader__": "PartialNode",
        "content": {"func": {"__module__": "numpy", "__class__": "exp", "__loader__": "FunctionNode"}},
    },
}


@pytest.mark.parametrize("node", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_thing_in_a_skops_file_is_named_and_refused_whatever_the_file_itself_trusts(
    node: dict[str, Any], tmp_path: Path
) -> None:
    name = f"{node['__module__']}.{node['__class__']}"
    change = lambda schema: {**schema, "content": {**schema["content"], "more": node}}  # noqa: E731
    folder = with_schema(tmp_path / "m", change, trusted=f"[{name}]")
    assert name in refused(folder).why


def test_the_list_of_types_holds_nothing_that_runs_what_it_is_given():
    dangerous = {"eval", "exec", "system", "Popen", "methodcaller", "attrgetter", "open", "__import__", "getattr"}
    assert not {name.rpartition(".")[2] for name in ALLOWED} & dangerous


CARDS = {
    "no flavors": "name: x\n",
    "no yaml": "flavors: [unclosed\n",
    "a list": "- 1\n- 2\n",
    "a python object": "flavors: !!python/object/apply:os.system ['true']\n",
    "binary": "\x00\x01",
    "nested without end": "x: " + "[" * 100_000 + "\nflavors: {}\n",
    "a merge key": "x: &x {a: 1}\nflavors: {<<: *x}\n",
    "a number that is none": "flavors: {x: !!int ''}",
}


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS.keys())
def test_a_card_that_makes_no_sense_is_a_clear_error(card: str, tmp_path: Path) -> None:
    with pytest.raises(ExplainError, match="MLmodel"):
        load(write(tmp_path / "m", card), None, trust=True, background=None)


def test_a_folder_without_a_card_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ExplainError, match="no MLmodel file"):
        load(tmp_path, None, trust=True, background=None)


def test_a_huge_card_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(ExplainError, match="too large"):
        load(write(tmp_path / "m", "flavors: {}\n" + "#" * 5_000_000), None, trust=True, background=None)


@pytest.mark.parametrize("path", ["../outside.lgb", "/etc/passwd", "link.lgb", "", "missing.lgb", "5"])
def test_a_file_outside_of_the_folder_or_none_at_all_is_not_opened(path: str, tmp_path: Path) -> None:
    (tmp_path / "outside.lgb").write_text("tree")
    folder = write(tmp_path / "m", f"flavors:\n  lightgbm:\n    data: {path}\n")
    (folder / "link.lgb").symlink_to(tmp_path / "outside.lgb")
    with pytest.raises(ExplainError, match=r"outside of the model's folder|no file|does not say"):
        load(folder, None, trust=False, background=None)


@pytest.mark.parametrize("content", [b"", b"tree\nversion=v4\n", b"\xff" * 1000, b"tree\nnum_class=99999999999\n"])
def test_a_damaged_booster_is_a_clear_error(content: bytes, tmp_path: Path) -> None:
    for data in ("model.lgb", "model.ubj"):
        flavor = "lightgbm" if data.endswith("lgb") else "xgboost"
        folder = write(
            tmp_path / data, f"flavors:\n  {flavor}:\n    data: {data}\n", **{data.replace(".", "__"): content}
        )
        with pytest.raises(ExplainError, match="cannot read"):
            load(folder, None, trust=False, background=None)


@pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning")  # shap's, as it is imported
@pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning")  # MLflow's of its own, as it is imported
def test_a_pickled_estimator_that_is_trusted_is_explained_from_its_inside(tmp_path: Path) -> None:
    case = kinds.trees(lambda: __import__("sklearn.tree").tree.DecisionTreeClassifier(max_depth=3), "binary")()
    case = kinds.Case(case.model, "sklearn", case.given, case.target, case.answer)
    import mlflow

    mlflow.sklearn.save_model(
        case.model, str(tmp_path / "m"), serialization_format="cloudpickle", pip_requirements=[],
        signature=mlflow.models.infer_signature(case.given),
    )  # fmt: skip
    assert "model.pkl" in refused(tmp_path / "m").why
    model = load(tmp_path / "m", "binary", trust=True, background=None)
    assert (model.loaded.flavor, model.loaded.method) == ("sklearn", "tree")
    np.testing.assert_allclose(
        model.explain(kinds.table(case.given.head(kinds.ROWS))).values, case.answer.values, atol=1e-9
    )


def test_a_loader_that_unfolds_without_end_is_not_told(tmp_path: Path) -> None:
    laughs = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    folder = write(tmp_path / "m", laughs + "flavors:\n  python_function: {loader_module: *i}\n")
    assert "no flavor that is known" in refused(folder).why


def booster(folder: Path, names: list[str], card: str = "") -> Path:
    """A LightGBM booster whose file says these names of its two inputs."""
    import lightgbm

    given = np.random.default_rng(1).normal(size=(200, 2))
    data = lightgbm.Dataset(given, given[:, 0], feature_name=["first", "second"])
    text = lightgbm.train({"objective": "regression", "verbose": -1}, data, 3).model_to_string()
    text = text.replace("feature_names=first second", f"feature_names={' '.join(names)}")
    return write(folder, "flavors:\n  lightgbm:\n    data: model.lgb\n" + card, model__lgb=text.encode())


def test_a_model_that_names_an_input_twice_is_refused_with_that_name(tmp_path: Path) -> None:
    with pytest.raises(ExplainError, match="more than once") as caught:
        load(booster(tmp_path / "m", ["twice", "twice"]), None, trust=False, background=None)
    assert caught.value.why == "It is 'twice'."


def test_a_signature_that_names_a_column_twice_is_refused_with_that_name(tmp_path: Path) -> None:
    column = '{"type": "double", "name": "twice"}'
    card = f"signature:\n  inputs: '[{column}, {column}]'\n"
    with pytest.raises(ExplainError, match="signature names an input more than once") as caught:
        load(booster(tmp_path / "m", ["first", "second"], card), None, trust=False, background=None)
    assert caught.value.why == "It is 'twice'."
