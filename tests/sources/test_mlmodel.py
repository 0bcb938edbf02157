"""`MLmodel` files are read as data, and local artifacts are found under whatever way MLflow wrote their place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from watchroom.errors import SourceError
from watchroom.sources.tracking.artifacts import local_path, read_local_text
from watchroom.sources.tracking.mlmodel import parse_mlmodel


def test_an_mlmodel_that_mlflow_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow.models import Model, ModelSignature
    from mlflow.types import ColSpec, Schema

    signature = ModelSignature(Schema([ColSpec("double", "возраст")]), Schema([ColSpec("double")]))
    model = Model(run_id="abc", signature=signature, model_id="m-1")
    model.add_flavor("sklearn", sklearn_version="1.7")
    model.add_flavor("python_function", loader_module="mlflow.sklearn", python_version="3.11.7")
    model.saved_input_example_info = {"artifact_path": "input_example.json"}
    model.save(str(tmp_path / "MLmodel"))

    facts = parse_mlmodel((tmp_path / "MLmodel").read_text())

    assert facts.flavors == ("python_function", "sklearn")
    assert (
        facts.signature_inputs
        == '[{"type": "double", "name": "\\u0432\\u043e\\u0437\\u0440\\u0430\\u0441\\u0442", "required": true}]'
    )
    assert facts.signature_outputs == '[{"type": "double", "required": true}]'
    assert facts.signature_params is None
    assert facts.has_input_example
    assert (facts.run_id, facts.model_id) == ("abc", "m-1")
    assert (facts.loader_module, facts.python_version) == ("mlflow.sklearn", "3.11.7")


def test_what_a_model_does_not_say_is_none() -> None:
    facts = parse_mlmodel("flavors:\n  lightgbm: {lgb_version: 4.7.0}\nsignature: null\n")
    assert facts.flavors == ("lightgbm",)
    assert not facts.has_input_example
    texts = (facts.signature_inputs, facts.signature_outputs, facts.run_id, facts.model_id, facts.loader_module)
    assert texts == (None,) * 5


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "flavors",
        "flavors: 1",
        "[1, 2]",
        "{a: b",
        "flavors: !!python/object/apply:os.system ['true']",
        "x: &x {a: 1}\nflavors:\n  <<: *x\n",
        "flavors: " + "[" * 5_000,
        "x: " + "[" * 200_000 + "\nflavors: {}\n",
        "x: " + "{a: " * 150_000 + "\nflavors: {}\n",
        "x: " + "- " * 50_000 + "a\nflavors: {}\n",
        "".join(" " * depth + "a:\n" for depth in range(1_000)) + "flavors: {}\n",
        "flavors: {x: !!int ''}",
        "flavors: {x: !!bool maybe}",
        "flavors: {x: !!timestamp soon}",
        "flavors: {x: 2020-99-99}",
        "#" * 1_000_001,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_mlmodel_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        parse_mlmodel(text)


def test_text_that_unfolds_without_end_is_not_unfolded() -> None:
    facts = parse_mlmodel(f"{BOMB}flavors: {{x: {{}}}}\nsignature: {{inputs: *i}}\n")
    assert facts.signature_inputs is None


def test_a_hundred_levels_of_nesting_are_read_and_one_more_is_not() -> None:
    inside = lambda levels: "flavors: {}\nx: " + "[" * levels + "]" * levels  # noqa: E731
    assert parse_mlmodel(inside(99)).flavors == ()
    with pytest.raises(SourceError) as caught:
        parse_mlmodel(inside(100))
    assert "nested deeper than 100 levels" in caught.value.why


@pytest.mark.parametrize("number", ["1" + ":1" * 200_000, "1" + ":1" * 200_000 + ".0", "0x" + "f" * 20_000])
def test_a_number_without_end_stays_the_text_that_it_is(number: str) -> None:
    assert parse_mlmodel(f"flavors: {{}}\nmodel_id: {number}\n").model_id == number


def test_a_chain_of_aliases_is_no_nesting_to_walk_through() -> None:
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 10_000))
    assert parse_mlmodel(chain + "flavors: {}\nmodel_id: *a9999\nrun_id: r\n").run_id == "r"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "a b%20c" / "модель"
    folder.mkdir(parents=True)
    (folder / "MLmodel").write_text("flavors: {}")
    return folder


def test_a_place_is_understood_however_it_is_written(model: Path) -> None:
    encoded = model.as_uri()
    assert "%25" in encoded
    for location in (
        str(model),
        encoded,
        encoded.replace("file:///", "file:/"),
        encoded.replace("///", "//localhost/"),
    ):
        assert local_path(location) == model
        assert read_local_text(location, "MLmodel") == "flavors: {}"
    relative = os.path.relpath(model, model.parent.parent)
    assert local_path(relative, model.parent.parent) == model


@pytest.mark.parametrize(
    "location",
    [
        "",
        "C:\\Users\\x",
        "file:C:\\Users\\x\\mlruns/1",
        "file:///C:/Users/x",
        "s3://bucket/x",
        "mlflow-artifacts:/1/x",
        "models:/m-1",
        "file://other-host/tmp",
        "file://[bad/tmp",
        "tmp",
        "/tmp/\0",
        "/" + "x" * 5_000,
    ],
)
def test_a_place_elsewhere_is_no_path(location: str) -> None:
    assert local_path(location) is None
    with pytest.raises(SourceError):
        read_local_text(location, "MLmodel")


@pytest.mark.parametrize("name", ["../MLmodel", "/etc/hostname", "a/../../b", "..\\x", "nothing", ".", "\0"])
def test_a_name_never_leads_out_of_its_place(model: Path, name: str) -> None:
    with pytest.raises(SourceError):
        read_local_text(str(model), name)


def test_only_text_of_a_bounded_size_is_read(model: Path) -> None:
    (model / "big").write_bytes(b"x" * 101)
    (model / "bytes").write_bytes(b"\xff\xfe")
    os.mkfifo(model / "pipe")
    for name in ("big", "bytes", "pipe"):
        with pytest.raises(SourceError):
            read_local_text(str(model), name, limit=100)
