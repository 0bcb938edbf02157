"""The child as its callers meet it: one model, many requests, and what becomes of each."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.explain import kinds
from watchroom.errors import ExplainError
from watchroom.explain.contract import Limits
from watchroom.explain.process import Explainer

LIMITS = Limits(seconds=60.0, memory_mb=4096)


@pytest.fixture(scope="module")
def case() -> kinds.Case:
    return kinds.lightgbm("binary", pandas=True)()


@pytest.fixture(scope="module")
def folder(case: kinds.Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kinds.log(case, tmp_path_factory.mktemp("logged") / "model")


@pytest.fixture(scope="module")
def explainer(folder: Path) -> Iterator[Explainer]:
    with Explainer.start(folder, task="binary", trust=False, background=None, limits=LIMITS) as started:
        yield started


def test_the_child_tells_what_it_loaded_and_answers_as_the_model_itself(explainer: Explainer, case: kinds.Case) -> None:
    found = explainer.explain(kinds.table(case.given.head(kinds.ROWS)))
    assert (explainer.loaded.flavor, explainer.loaded.method, explainer.loaded.space) == (
        "lightgbm",
        "tree",
        "log-odds",
    )
    assert explainer.loaded.classes == ("0", "1")
    told = {each.name: (each.kind, each.categories) for each in explainer.loaded.inputs}
    assert told["plan"] == ("category", ("a", "b", "c"))
    assert told["member"] == ("boolean", ())
    assert told["income"] == ("number", ())
    np.testing.assert_allclose(found.values, case.answer.values, atol=1e-9)
    np.testing.assert_allclose(found.score, case.answer.score, atol=1e-9)
    assert set(found.klass) == {"1"}
    assert 0 < found.seconds < 60


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are Linux's")
def test_on_linux_no_limit_is_missing(explainer: Explainer) -> None:
    assert explainer.missing == ()


def test_an_error_in_the_rows_leaves_the_child_as_it_is(explainer: Explainer, case: kinds.Case) -> None:
    rows = kinds.table(case.given.head(3))
    with pytest.raises(ExplainError, match="'income'"):
        explainer.explain(rows.drop_columns(["income"]))
    assert explainer.alive
    assert len(explainer.explain(rows).base) == 3


def test_no_rows_are_explained_by_no_rows(explainer: Explainer, case: kinds.Case) -> None:
    found = explainer.explain(kinds.table(case.given.head(0)))
    assert found.values.shape == (0, len(case.given.columns))


def test_a_category_that_the_model_never_saw_is_a_missing_one_to_it(explainer: Explainer, case: kinds.Case) -> None:
    new, missing = (kinds.table(case.given.head(5).assign(city=value)) for value in ("Rome", None))
    np.testing.assert_array_equal(explainer.explain(new).values, explainer.explain(missing).values)


def test_requests_from_many_threads_each_get_their_own_answer(explainer: Explainer, case: kinds.Case) -> None:
    answers: dict[int, int] = {}

    def ask(rows: int) -> None:
        answers[rows] = len(explainer.explain(kinds.table(case.given.head(rows))).base)

    threads = [threading.Thread(target=ask, args=(rows,)) for rows in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {rows: rows for rows in range(1, 9)}


def test_a_closed_child_is_not_asked_and_may_be_closed_again(folder: Path, case: kinds.Case) -> None:
    explainer = Explainer.start(folder, task="binary", trust=False, background=None, limits=LIMITS)
    assert explainer.alive
    explainer.close()
    explainer.close()
    assert not explainer.alive
    with pytest.raises(ExplainError, match="has ended"):
        explainer.explain(kinds.table(case.given.head(1)))


def test_closing_it_in_the_middle_of_a_request_ends_the_request(folder: Path, case: kinds.Case) -> None:
    explainer = Explainer.start(folder, task="binary", trust=False, background=None, limits=LIMITS)
    many = pa.concat_tables([kinds.table(case.given)] * 2000)
    threading.Timer(0.3, explainer.close).start()
    with pytest.raises(ExplainError, match="has ended"):
        explainer.explain(many)


def test_a_native_booster_is_loaded_without_mlflow_shap_or_scikit_learn_models(folder: Path) -> None:
    script = f"""
import sys, pathlib
from watchroom.explain.load import load
load(pathlib.Path({str(folder)!r}), "binary", False, None)
print(*[name for name in ("mlflow", "shap", "woodelf", "xgboost", "skops") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.filterwarnings("ignore:The set_.* function:PendingDeprecationWarning")  # shap's, as it is imported
def test_a_linear_model_without_a_background_says_what_is_missing(tmp_path: Path) -> None:
    logged = kinds.linear(lambda: __import__("sklearn.linear_model").linear_model.Ridge(), "regression")()
    folder = kinds.log(logged, tmp_path / "m")
    with Explainer.start(folder, task="regression", trust=False, background=None, limits=LIMITS) as started:
        assert started.loaded.method == "linear"
        with pytest.raises(ExplainError, match="rows to compare with") as caught:
            started.explain(kinds.table(logged.given.head(1)))
    assert "reference" in caught.value.next_step


def test_too_little_memory_to_start_is_an_error_of_the_model(folder: Path) -> None:
    with pytest.raises(ExplainError):
        Explainer.start(folder, task=None, trust=False, background=None, limits=Limits(60.0, 200))


def test_rows_of_a_log_without_a_signature_are_found_by_the_names_of_the_booster(
    case: kinds.Case, tmp_path: Path
) -> None:
    (tmp_path / "MLmodel").write_text("flavors:\n  lightgbm:\n    data: model.lgb\n")
    case.model.save_model(str(tmp_path / "model.lgb"))
    with Explainer.start(tmp_path, task=None, trust=False, background=None, limits=LIMITS) as started:
        assert [each.name for each in started.loaded.inputs] == list(case.given)
        assert started.explain(pa.Table.from_pandas(case.given.head(2))).output.shape == (2,)
