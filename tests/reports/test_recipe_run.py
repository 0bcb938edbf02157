"""The recipe of a run is code that runs, says what was not recorded, and runs nothing that a name smuggles in."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchroom.reports.quoting import literal, remark, word
from watchroom.reports.recipe_run import reproduce_run
from watchroom.reports.recipes import load_logged
from watchroom.store.queries.reproducibility import Dataset, RunRecord

RUN = RunRecord(
    run_id="0f" * 16,
    experiment_id="1",
    experiment="claims/training",
    commit="a" * 40,
    dirty=False,
    repository="https://git.example.com/claims.git",
    source_type="LOCAL",
    source_name="claims/train.py",
    entry_point="",
    params=(("depth", "6"), ("seed", "7")),
    metrics=(("rmse", 0.25), ("odd", float("nan"))),
    inputs=(Dataset("train", "d1g3st", "training", "local", '{"uri": "data/train.parquet"}'),),
    seed="seed = 7",
    python_version="3.11.7",
    requirements="mlflow==3.17.2\nscikit-learn==1.9.1",
    model_uri="models:/m-1",
    deleted=False,
)
NOTHING = replace(
    RUN, experiment="", commit="", dirty=None, repository="", source_type="", source_name="", params=(), metrics=(),
    inputs=(), seed="", python_version="", requirements="", model_uri="",
)  # fmt: skip
HOSTILE = ["'; touch pwned; '", '"; touch pwned; "', "$(touch pwned)", "`touch pwned`", "a\ntouch pwned\n", "-x\n# ",
           "EOF\ntouch pwned", "\\'; touch pwned #", "\0\n\r\x85\u2028touch pwned", "\u202e; touch pwned"]  # fmt: skip
CALLS = {"print", "repr", "mlflow.set_tracking_uri", "mlflow.search_runs", "data.metrics.get", "data.params.get",
         "metrics.items", "params.items", "float", "mlflow.data.from_pandas"}  # fmt: skip


def test_a_recipe_brings_back_code_environment_data_and_run_and_compares() -> None:
    recipe = reproduce_run(RUN, "http://mlflow:5000")
    assert recipe.prepare.splitlines() == [
        "git clone -- https://git.example.com/claims.git again && cd again",
        f"git checkout --detach {'a' * 40}",
        "",
        "python3.11 -m venv .venv-again  # it was made with Python 3.11.7",
        ". .venv-again/bin/activate",
        "# as recorded with the model; look through it first, for pip runs what it installs",
        "printf '%s\\n' > requirements-again.txt \\",
        "    mlflow==3.17.2 \\",
        "    scikit-learn==1.9.1",
        "pip install -r requirements-again.txt",
    ]
    assert "frame = pd.read_parquet('data/train.parquet')" in recipe.data
    assert "recorded = 'd1g3st'" in recipe.data
    assert "python claims/train.py" in recipe.run
    assert "# the seed it recorded: seed = 7" in recipe.run
    assert "#   --depth 6" in recipe.run
    assert "'rmse': 0.25" in recipe.compare
    assert "'odd': float(\"nan\")" in recipe.compare


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("prepare", "did not record where its repository is"),
        ("prepare", "its commit was not recorded"),
        ("prepare", "which Python it was made with was not recorded"),
        ("prepare", "its packages were not recorded"),
        ("data", "the run logged no dataset"),
        ("run", "it recorded no seed"),
        ("run", "what was started was not recorded"),
        ("run", "it recorded no parameters"),
        ("compare", "recorded no metrics"),
    ],
)
def test_what_was_not_recorded_is_said_where_it_is_needed(part: str, said: str) -> None:
    assert said in getattr(reproduce_run(NOTHING, ""), part)


@pytest.mark.parametrize(
    ("source", "started"),
    [
        ("train.py", "python train.py"),
        ("-x.py", "python ./-x.py"),
        ("a b/train.py", "python 'a b/train.py'"),
        ("/home/ann/train.py", "script=home/ann/train.py\n"),
        (r"C:\work\train.py", "script=work/train.py\n"),
        ("../train.py", "script=train.py\n"),
        ("/home/ann/a b/train.py", "script='home/ann/a b/train.py'\n"),
        ("study.ipynb", "jupyter nbconvert --to notebook --execute study.ipynb"),
        ("/usr/lib/python3/ipykernel_launcher.py", "made in a notebook whose name was not recorded"),
    ],
)
def test_a_run_is_started_as_it_was_recorded(source: str, started: str) -> None:
    assert started in reproduce_run(replace(RUN, source_name=source), "").run


@pytest.mark.parametrize(
    ("source", "files", "found"),
    [
        (
            "/home/user/code/bilevel-rl/experiments/train.py",
            ("train.py", "experiments/train.py"),
            "experiments/train.py",
        ),
        ("/home/user/code/bilevel-rl/experiments/train.py", ("train.py",), "train.py"),
        (r"C:\Users\ann\it's here\train.py", ("it's here/train.py",), "it's here/train.py"),
        ("../-x/-y.py", ("-x/-y.py",), "-x/-y.py"),
    ],
)
def test_a_script_of_another_machine_is_found_in_a_checkout(
    source: str, files: tuple[str, ...], found: str, tmp_path: Path
) -> None:
    for name in files:
        (tmp_path / "code" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "code" / name).write_text(f"print({name!r})")
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *words], cwd=tmp_path / "code", check=True)
    subprocess.run(["git", "clone", "-q", "code", "again"], cwd=tmp_path, check=True)
    script = reproduce_run(replace(RUN, source_name=source), "").run
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/bash", "-e"], input=script, cwd=tmp_path / "again", env={"PATH": path}, text=True, capture_output=True
    )
    assert (done.stdout, done.stderr) == (f"{found}\n", "")


def test_a_project_is_run_with_its_entry_point_and_parameters() -> None:
    run = replace(RUN, source_type="PROJECT", entry_point="main", params=(("depth", "6 7"),))
    assert "mlflow run . -e main --env-manager local -P 'depth=6 7'" in reproduce_run(run, "").run


@pytest.mark.parametrize("address", ["ext::sh -c touch% pwned", "--upload-pack=touch pwned", "/srv/code"])
def test_an_address_that_git_takes_for_a_command_is_not_cloned(address: str) -> None:
    assert "git clone" not in reproduce_run(replace(RUN, repository=address), "").prepare


def filled_with(text: str, kind: str) -> RunRecord:
    plain = {field.name: text for field in fields(RunRecord) if field.type == "str"}
    inputs = (
        Dataset(text, text, text, text, json.dumps({"uri": f"{text}.csv"})),
        Dataset(text, text, text, text, text),
    )
    return replace(
        RUN, **plain | {"source_type": kind, "source_name": f"{text}.py"}, params=((text, text),),
        metrics=((text, float("-inf")),), inputs=inputs, dirty=True,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["LOCAL", "PROJECT"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_breaks_out_of_the_shell(text: str, kind: str, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("git", "python", "python3", "pip", "mlflow", "jupyter"):
        (tools / name).write_text(f"#!/bin/sh\necho {name} >> ran\n")
        (tools / name).chmod(0o755)
    (tmp_path / ".venv-again" / "bin").mkdir(parents=True)
    (tmp_path / ".venv-again" / "bin" / "activate").write_text("")
    recipe = reproduce_run(filled_with(text, kind), f"http://{text}")
    script = f"{recipe.prepare}\n{recipe.run}\n"
    done = subprocess.run(
        ["/bin/bash"], input=script.encode(), cwd=tmp_path, env={"PATH": f"{tools}:{os.environ['PATH']}"}, check=False,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "pwned").exists()
    assert {"git", "mlflow"}.isdisjoint((tmp_path / "ran").read_text().split()) or kind == "PROJECT"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_breaks_out_of_python(text: str) -> None:
    recipe = reproduce_run(filled_with(text, "LOCAL"), f"http://{text}")
    for code in (recipe.data, recipe.compare, load_logged(text, text)):
        called = {ast.unparse(node.func) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)}
        assert called <= CALLS | {"pd.read_csv", "mlflow.pyfunc.load_model", "model.predict"}


@settings(max_examples=60)
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))), min_size=1, max_size=5))
def test_a_shell_gets_back_each_text_as_one_word(texts: list[str]) -> None:
    line = " ".join(map(word, texts))
    assert "\n" not in line
    done = subprocess.run(
        ["/bin/bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    )
    assert done.stdout.decode().split("\0")[:-1] == texts


@given(st.text())
def test_a_comment_is_one_line_and_a_literal_gives_the_value_back(text: str) -> None:
    assert remark(text).isprintable()
    assert ast.literal_eval(literal(text)) == text


TRAIN = """
import sys
import mlflow
import pandas as pd

frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
frame.to_parquet("train.parquet")
with mlflow.start_run() as run:
    mlflow.log_input(mlflow.data.from_pandas(frame, source="train.parquet", name="train"), context="training")
    mlflow.log_metric("rmse", 0.25)
    mlflow.log_param("depth", 6)
dataset = mlflow.get_run(run.info.run_id).inputs.dataset_inputs[0].dataset
print(run.info.run_id, dataset.digest, dataset.source, sep="\\n")
"""
AGAIN = """
import mlflow
with mlflow.start_run():
    mlflow.log_metric("rmse", 0.5)
    mlflow.log_param("depth", 7)
"""


def test_the_steps_in_python_run_against_a_real_mlflow(tmp_path: Path) -> None:
    def python(name: str, code: str) -> str:
        (tmp_path / name).write_text(code)
        environment = {**os.environ, "MLFLOW_TRACKING_URI": uri, "MLFLOW_DISABLE_TELEMETRY": "true"}
        return subprocess.run(
            [sys.executable, "-W", "ignore", name],
            cwd=tmp_path,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    uri = f"sqlite:///{tmp_path}/mlflow.db"
    run_id, digest, source = python("train.py", TRAIN).splitlines()
    run = replace(
        RUN, run_id=run_id, experiment_id="0", metrics=(("rmse", 0.25),), params=(("depth", "6"),),
        inputs=(Dataset("train", digest, "training", "local", source),),
    )  # fmt: skip
    recipe = reproduce_run(run, uri)
    changed = "import pandas as pd\npd.DataFrame({'a': [9]}).to_parquet('train.parquet')\n"
    said = python("steps.py", "\n".join([recipe.data, changed, recipe.data, AGAIN, recipe.compare]))
    assert said.splitlines()[0] == "train is as it was"
    assert said.splitlines()[1].startswith("train HAS CHANGED")
    assert "metric 'rmse' 0.25 0.5" in said
    assert "parameter 'depth' was '6' is '7'" in said
