"""A new project runs as it is: from the answers to a model that is trained, tested, explained and watched."""

from __future__ import annotations

import ast
import io
import json
import runpy
import sqlite3
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as parquet
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.helpers.projects import answered, project, run
from watchroom.domain.similar_models import KnownModel, Similar
from watchroom.errors import AnswerError
from watchroom.jobs.new_project import write_project
from watchroom.jobs.refresh import refresh
from watchroom.reports.new_project import quoting, typed
from watchroom.reports.new_project.answers import MOST_INPUTS, Answers, Input, mistakes
from watchroom.reports.new_project.files import as_zip, files
from watchroom.settings import Settings
from watchroom.store.snapshot import Snapshot, SnapshotStore
from watchroom.workspace.check import check_workspace
from watchroom.workspace.load import load_workspace
from watchroom.workspace.policies import shipped

RUFF = Path(sys.executable).parent / "ruff"
EVIL = '"""; import os; os.system("x") # {{ }} \'\'\' \\ [a](http://evil) | x ``` <script> ${HOME} %s 🚲'
NAMES = [
    "it's", 'say "hi"', "{{name}}", "a\\b", '"""', "'''", "#x", "名前", "🚲 bikes", "a;drop table x", "-- x", "a.b",
    "1st", "class", "%(x)s", "${HOME}", "a/b", "x]", "[x", "a,b", "e\u0301", "<b>", "a:b", "=1+1", "null", "yes", "NaN",
    "_", "a  b", "\\n", "*",
]  # fmt: skip
KINDS: Any = ("number", "category", "boolean")
HOSTILE: dict[str, Any] = {
    "model": 'it\'s "q" {{x}} ${HOME} %s <b> 🚲 \'\'\' """ \\',
    "purpose": EVIL,
    "reason": 'it\'s `x` | y: [z] # """',
    "affects": ("a | b", "- [ ] x", "1. y"),
    "owners": (("business", "<script>@x"), ("data_science", "[x](http://y)"), ("operations", "'\"\\")),
    "datasets": ("a|b",),
    "inputs": tuple(
        Input(name, KINDS[at % 3], ("it's", "\\", "名", '"""') if at % 3 == 1 else ()) for at, name in enumerate(NAMES)
    ),
}
CASES: dict[str, Answers] = {
    "binary": answered("binary"),
    "multiclass": answered("multiclass"),
    "regression": answered("regression"),
    "hostile-binary": answered("binary", **HOSTILE, classes=('"no"', "it's")),
    "hostile-multiclass": answered("multiclass", **HOSTILE, classes=('"a"', "it's", "{{c}}", "\\")),
    "hostile-regression": answered("regression", **HOSTILE, unit='€/"m²" {{'),
    "many": answered("binary", inputs=tuple(Input(f"input {at}", KINDS[at % 3]) for at in range(120))),
}
STEPS = {
    "binary": "test,train,again,serve",
    "multiclass": "test,brief-train",
    "regression": "test,brief-train",
    "hostile-binary": "brief-train,brief-serve,brief-own,refused",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every case as a committed folder, trained: what hangs on names alone in brief."""
    root = tmp_path_factory.mktemp("projects")
    made = {name: project(root / name, answers) for name, answers in CASES.items()}
    done = run({folder: STEPS.get(name, "brief-train") for name, folder in made.items()})
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
    return made


@pytest.fixture(scope="module")
def snapshot(folders: dict[str, Path]) -> Iterator[Snapshot]:
    """The binary project as Watchroom sees it, after one refresh."""
    folder = folders["binary"]
    refresh(folder, Settings.load({}, workspace=str(folder)))
    store = SnapshotStore(folder / "store")
    with store.lease() as held:
        yield held
    store.close()


@pytest.mark.long
def test_a_run_holds_all_that_it_takes_to_make_it_again(snapshot: Snapshot):
    found = snapshot.rows("select distinct item, status from reproducibility order by item")
    assert {status for _, status in found} == {"found"}, found
    assert len(found) == 8


@pytest.mark.long
def test_explanations_are_made_without_trust(snapshot: Snapshot):
    found = snapshot.rows("select version, status, method from explanations order by version")
    assert found == [(1, "explained", "tree"), (2, "explained", "tree")]


@pytest.mark.long
def test_the_light_knows_drift_quality_and_performance(snapshot: Snapshot):
    ((version, *lights),) = snapshot.rows("select version, light, drift, quality, performance from health")
    assert version == 1
    assert "no data" not in lights


@pytest.mark.long
def test_nothing_is_left_unread(snapshot: Snapshot):
    assert snapshot.rows("select what, why from problems where severity <> 'note'") == []


@pytest.mark.long
def test_the_first_version_may_serve_and_the_next_begins_as_challenger(snapshot: Snapshot):
    found = dict(snapshot.rows("select alias, version from aliases"))
    assert found == {"champion": 1, "challenger": 2}
    descriptions = snapshot.rows("select description from model_versions")
    assert all("SAMPLE DATA" in text for (text,) in descriptions)


@pytest.mark.long
def test_metrics_come_with_an_interval_segments_and_simpler_models(snapshot: Snapshot):
    found = dict(snapshot.rows("select key, last from metrics where run_id in (select run_id from model_versions)"))
    assert found["holdout_roc_auc_low"] < found["holdout_roc_auc"] < found["holdout_roc_auc_high"]
    assert found["naive_roc_auc"] == 0.5
    assert found["gain_over_naive_low"] > 0
    assert found["simple_roc_auc"] < found["holdout_roc_auc"]
    assert {key for key in found if key.startswith("segment/channel/")}


@pytest.mark.long
def test_another_seed_is_another_model(snapshot: Snapshot):
    values = snapshot.rows("select distinct last from metrics where key = 'holdout_roc_auc'")
    assert len(values) == 2


@pytest.mark.long
def test_the_first_version_of_own_rows_may_take_over_and_no_sample_case_is_decided_by_it(folders: dict[str, Path]):
    folder = folders["hostile-binary"]
    with closing(sqlite3.connect(folder / "mlflow.db")) as store:
        assert store.execute("select alias, version from registered_model_aliases").fetchall() == [("champion", 2)]
        tags = store.execute("select version, value from model_version_tags where key = 'data' order by 1").fetchall()
    assert tags == [(1, "sample"), (2, "own")]
    assert set(parquet.read_table(folder / "lake/sample/decisions.parquet")["model_version"].to_pylist()) == {1}


@pytest.mark.long
def test_the_signature_hangs_on_the_answers_and_not_on_the_rows(folders: dict[str, Path]):
    found = [yaml.safe_load(file.read_text("utf-8")) for file in folders["hostile-binary"].rglob("MLmodel")]
    assert len(found) == 2
    assert found[0]["signature"] == found[1]["signature"]


@pytest.mark.long
def test_the_models_title_says_that_it_is_on_sample_data(folders: dict[str, Path]):
    (spec,) = load_workspace(folders["binary"], {}).models.values()
    assert spec.title == "sample-binary (SAMPLE DATA)"


def test_whole_numbers_and_ranges_are_kept_by_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    known = typed.inputs(["hr: integer: 0 to 23", "seats: integer", "temp: number: -10 to 40"])
    write_project(tmp_path / "p", answered("regression", inputs=known))
    constants = SimpleNamespace(**runpy.run_path(str(tmp_path / "p" / "project.py")))
    monkeypatch.setitem(sys.modules, "project", constants)
    rows = runpy.run_path(str(tmp_path / "p" / "sample_data.py"))["make"](1000).dropna()
    assert (rows[["hr", "seats"]] % 1 == 0).all(axis=None)
    assert rows["seats"].min() >= 0
    assert (rows["hr"].min(), rows["hr"].max()) == (0, 23)
    assert -10 <= rows["temp"].min() < 0 < 30 < rows["temp"].max() <= 40


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_the_workspace_is_in_order_and_the_tree_is_clean(folders: dict[str, Path], name: str):
    report = check_workspace(folders[name], {})
    assert report.ok, report.lines()
    status = subprocess.run(["git", "status", "--porcelain"], cwd=folders[name], capture_output=True, text=True)
    assert status.stdout == ""


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_ruff_finds_no_fault_in_the_python(folders: dict[str, Path], name: str):
    for words in (["check"], ["format", "--check"]):
        done = subprocess.run([RUFF, *words, "--no-cache", "."], cwd=folders[name], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_the_files_say_what_was_answered(folders: dict[str, Path], name: str):
    answers, folder = CASES[name], folders[name]
    (spec,) = load_workspace(folder, {}).models.values()
    assert (spec.model, spec.purpose, spec.task) == (answers.model, answers.purpose, answers.task)
    assert spec.decisions is not None
    assert spec.decisions.features == tuple(one.name for one in answers.inputs)
    assert spec.risk is not None
    assert spec.risk.reason == answers.reason
    assert spec.tier == answers.tier
    assert dict(answers.owners).items() <= spec.owners.model_dump(exclude_none=True).items()
    toml = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    assert toml["project"]["description"] == answers.purpose
    constants = constants_of(folder / "project.py")
    assert constants["MODEL"] == answers.model
    assert constants["PURPOSE"] == answers.purpose
    assert constants["INPUTS"] == [one.name for one in answers.inputs]


def constants_of(file: Path) -> dict[str, Any]:
    """The literals in a module; a statement that is anything but a docstring, an import or a literal fails."""
    found = {}
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.Assign):
            found[ast.unparse(node.targets[0])] = ast.literal_eval(node.value)
        else:
            assert isinstance(node, ast.AnnAssign | ast.ImportFrom | ast.Expr)
    return found


@pytest.mark.parametrize("name", ["hostile-binary", "hostile-regression"])
def test_answers_never_become_code_nor_markup(name: str):
    plain, odd = files(answered(str(CASES[name].task))), files(CASES[name])
    for path in plain:
        if path.endswith(".py") and path != "project.py":
            assert odd[path] == plain[path]
    for path in odd:
        if path.endswith(".md"):
            tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(odd[path])
            inner = [token for block in tokens for token in (block, *(block.children or ()))]
            assert not [token for token in inner if token.type in ("link_open", "html_inline", "html_block", "image")]


def test_the_same_answers_give_the_same_zip_with_every_file():
    first, second = (as_zip("x", files(answered("binary"))) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == [f"x/{path}" for path in files(answered("binary"))]
        assert archive.testzip() is None


@pytest.mark.parametrize(("axes", "tier"), [("low", "low"), ("medium", "medium"), ("high", "critical")])
def test_a_higher_tier_asks_for_more(axes: str, tier: Any):
    found = files(answered("binary", business=axes, legal=axes, ethical=axes))
    lists = {path: text for path, text in found.items() if path.startswith("checklists/")}
    assert len(lists) == 5
    assert sum(text.count("- [ ]") for text in lists.values()) == len(shipped().items_for(tier))


def test_models_like_it_stand_in_the_readme_with_their_people():
    known = KnownModel(
        "a", "Card [fraud](http://x)", "binary", owners=(("business", "ada@example.com"),), light="watch"
    )
    text = files(answered("binary"), [Similar(known, 0.8, ("has 3 of your 4 inputs: a",), ())])["README.md"]
    assert "Card \\[fraud\\](http" in text
    assert "business: ada@example.com" in text
    assert "health: watch" in text


@pytest.mark.parametrize(
    ("changed", "question", "said"),
    [
        ({"model": ""}, "model", "no name"),
        ({"model": "a/b"}, "model", '"/"'),
        ({"model": "a\nb"}, "model", "do not show"),
        ({"model": "x" * 101}, "model", "too long"),
        ({"purpose": ""}, "purpose", "not said"),
        ({"purpose": "a\u202eb"}, "purpose", "do not show"),
        ({"purpose": "\ud800"}, "purpose", "do not show"),
        ({"task": None}, "task", "binary, multiclass and regression"),
        ({"classes": ("a",)}, "task", "two names, not 1"),
        ({"task": "multiclass"}, "task", "choose binary"),
        ({"classes": ("a", "A")}, "task", "listed twice"),
        ({"inputs": ()}, "inputs", "No input"),
        ({"inputs": (Input("Amount"), Input("amount"))}, "inputs", "Capitals make no difference"),
        ({"inputs": (Input("Label"),)}, "inputs", "already"),
        ({"inputs": (Input("@score"),)}, "inputs", "own signals"),
        ({"inputs": (Input("a", "numbre"),)}, "inputs", "number"),  # type: ignore[arg-type]
        ({"inputs": (Input("a\0b"),)}, "inputs", "do not show"),
        ({"inputs": (Input(" a"),)}, "inputs", "space"),
        ({"inputs": (Input("a", "category", ("x", "x")),)}, "inputs", "listed twice"),
        ({"inputs": (Input("a", "number", ("x", "y")),)}, "inputs", "Only a category"),
        ({"inputs": (Input("a", "integer", span=(0.5, 3)),)}, "inputs", "whole"),
        ({"inputs": (Input("a", "category", span=(0, 3)),)}, "inputs", "Only a number"),
        ({"inputs": (Input("a", "number", span=(3, 0)),)}, "inputs", "less than"),
        ({"inputs": tuple(Input(f"a{at}") for at in range(MOST_INPUTS + 1))}, "inputs", "501"),
        ({"legal": None}, "risk", "legal risk is not assessed"),
        ({"legal": "hihg"}, "risk", "hihg"),
        ({"reason": ""}, "risk", "why"),
        ({"owners": ()}, "people", "business, data science and operations"),
        ({"owners": (*answered().owners, ("boss", "x"))}, "people", "boss"),
        ({"owners": (*answered().owners, ("reviewer", "bo@example.com"))}, "people", "reviewer is who builds"),
    ],
)
def test_an_answer_that_does_not_do_is_named_with_its_question(changed: dict[str, Any], question: str, said: str):
    answers = answered("binary", **changed)
    with pytest.raises(AnswerError) as caught:
        files(answers)
    assert caught.value.question == question
    assert said in str(caught.value)
    assert {one.question for one in mistakes(answers)} == {question}
    assert str(caught.value).isprintable()


@pytest.mark.long
def test_the_metrics_of_the_segments_are_kept_as_a_file_too(folders: dict[str, Path]):
    for name in CASES:
        segments = next((folders[name] / "mlruns").rglob("segments.json"))
        assert all(isinstance(value, float) for value in json.loads(segments.read_text()).values())


@given(st.text())
def test_no_text_gets_raw_out_of_a_literal_of_python(text: str):
    written = quoting.python(text)
    assert ast.literal_eval(written) == text
    assert written.isprintable()
