"""All checks of two hundred models in a refresh: the policy that ships, and two checks of one's own.

Every model has three versions with runs, a year of weekly health, explanations, fairness, KPIs, alerts and owners.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Part, Size, in_turn, main, median, say, seconds
from watchroom.jobs.checks.builtin import TEMPLATES, asking
from watchroom.jobs.checks.step import fill_subjects, run_checks
from watchroom.jobs.policies import fill_policies
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import PARTS, TABLES
from watchroom.workspace.load import Workspace, load_workspace

MODELS = 200
USUAL_RUNS = 100_000
WEEKS = 52
FEATURES = 12
RUNS_OF_A_MODEL = 100
BELOW = 10

_OWN = """\
extends: default
items:
  enough-kpis:
    stage: monitor
    tier: low
    role: business
    text: It has two KPIs.
    check:
      sql: |
        select s.model, s.version, count(k.kpi) > 1 as passes, count(k.kpi) as value
        from check_subjects s left join kpis k on k.model = s.model group by all
  titled:
    stage: monitor
    tier: low
    role: business
    text: It has a title.
    check: {python: "mine.py:titled"}
"""

_PYTHON = """\
def titled(version, tables):
    return all(model["title"] for model in tables["models"])
"""

_SPEC = json.dumps(
    {"value": {"true_positive": 1}, "decisions": {"groups": ["sex"]}, "monitor": {"performance": {"metric": "roc_auc"}}}
)

_EACH = "(select 'model-' || i as m, i from range({models}) t(i))"
_VERSIONS = f"(select m, i, v::int as v from {_EACH}, range(1, 4) u(v))"
_WEEKS = f"(select *, date '2026-01-05' + 7 * w::int as day from {_VERSIONS}, range({WEEKS}) x(w))"
_INPUTS = f"(select *, 'x' || f as x from {_WEEKS}, range({FEATURES}) y(f) where w > 40)"

_ROWS = {
    "models": f"select m as model, m as title, 'https://x' as runbook, 'high' as tier, '{_SPEC}' as spec from {_EACH}",
    "experiments": f"select 'e' || i as experiment_id, m as name from {_EACH}",
    "registered_models": f"select m as name from {_EACH}",
    "runs": f"select 'r' || i || '-' || n as run_id, 'e' || i as experiment_id, 'FINISHED' as status, "
    f"'p' || n % 4 as user, 'active' as lifecycle_stage, "
    f" 'abc' as commit, false as dirty from {_EACH}, range({RUNS_OF_A_MODEL}) z(n)",
    "params": "select run_id, 'p' || k as key, (hash(run_id, k) % 9)::varchar as value from mlflow.runs, range(8) k(k)",
    "metrics": "select run_id, 'valid_' || k as key, k + 0.5 as last, 0 as not_finite from mlflow.runs, range(8) k(k)",
    "tags": "select run_id, 'mlflow.user' as key, \"user\" as value from mlflow.runs",
    "run_inputs": "select run_id, 'rows' as name, 'd' as digest from mlflow.runs",
    "model_versions": "select m as name, v as version, 'r' || i || '-' || v as run_id, 's' || m || v as source, "
    f'\'[{{"name": "x1"}}]\' as signature_inputs, true as has_input_example from {_VERSIONS}',
    "model_files": "select source as location, run_id, 'loaded' as load_status, 'x' as requirements "
    "from mlflow.model_versions",
    "aliases": f"select m as name, 'champion' as alias, 2 as version from {_EACH} "
    f"union all select m, 'challenger', 3 from {_EACH}",
    "volume": f"select m as model, v as version, day, 100 as decisions, 90 as labelled, 0 as duplicates from {_WEEKS}",
    "drift": "select m as model, v as version, x as feature, 'week' as grain, day as period_start, "
    f"day + 6 as period_end, 'psi' as method, 0.01 as value, 'stable' as status, 700 as n from {_INPUTS}",
    "quality": "select m as model, v as version, x as feature, 'week' as grain, day as period_start, "
    f"day + 6 as period_end, 700 as n, 'stable' as status from {_INPUTS}",
    "performance": "select m as model, v as version, 'week' as grain, day as period_start, day + 6 as period_end, "
    f"'roc_auc' as metric, 'realized' as kind, 0.8 as value, 0.7 as failing, 'stable' as status from {_WEEKS}",
    "shap_global": "select m as model, v as version, 'reference' as grain, x as feature, 0.1 as share "
    f"from {_INPUTS} where w = 41",
    "fairness": "select m as model, v as version, 'all' as grain, 'sex' as group_column, x as group_value, "
    f"'selection_rate' as metric, 0.9 as ratio, 0.8 as ratio_low, 'above' as status from {_INPUTS} where w = 41",
    "kpis": f"select m as model, 'Kept' as kpi, 1 as position, []::varchar[] as missing from {_EACH}",
    "owners": f"select m as model, r as role, r || '@x.org' as person from {_EACH}, "
    "(select unnest(['business', 'data_science', 'operations', 'reviewer', 'on_call']) as r)",
    "alerts": f"select m as model, v as version, m || v as alert_id, 'drift' as signal, 'warning' as severity, "
    f"'open' as state, now() at time zone 'UTC' as raised_at from {_VERSIONS}",
}


def measure(size: Size) -> list[Part]:
    models = max(round(MODELS * min(size.runs / USUAL_RUNS, 1)), 5)
    folder = size.folder / "checks"
    shutil.rmtree(folder, ignore_errors=True)
    _files(folder)
    workspace = load_workspace(folder)
    with refresh_lock(StoreFolder(workspace.store), 5), Draft(StoreFolder(workspace.store)) as draft:
        _fill(draft, models)
        fill_policies(draft, workspace)
        say(f"{models} models, {fill_subjects(draft)} versions")
        taken, floor = in_turn(size.times(3), lambda _: _checked(draft, workspace), lambda _: _joined(draft))
        rows = draft.connection.execute("select count(*) from checks.checks").fetchall()[0][0]
    shutil.rmtree(folder)
    return [Part(f"{rows:,} items of {models} models checked", median(taken), "s", floor=median(floor), below=BELOW)]


def _checked(draft: Draft, workspace: Workspace) -> float:
    """The step, into a part that is empty."""
    draft.fresh("checks")
    return seconds(lambda: (fill_subjects(draft), run_checks(draft, workspace)))


def _joined(draft: Draft) -> float:
    """As many statements as there are kinds, each only finding its versions: what asking costs by itself."""
    found = "select s.model, s.version, v.run_id from check_subjects s join model_versions v on v.name = s.model"
    with asking(draft) as cursor:
        return seconds(lambda: [cursor.execute(found).fetchall() for _ in TEMPLATES])


def _files(folder: Path) -> None:
    (folder / "policies").mkdir(parents=True)
    (folder / "watchroom.yaml").write_text("store: ./store\n")
    (folder / "policies" / "mine.yaml").write_text(_OWN)
    (folder / "policies" / "mine.py").write_text(_PYTHON)


def _fill(draft: Draft, models: int) -> None:
    for part in PARTS:
        draft.fresh(part)
    for name, rows in _ROWS.items():
        place = f'"{TABLES[name].part}"."{name}"'
        draft.connection.execute(f"insert into {place} by name {rows.replace('{models}', str(models))}")
    draft.made_at = datetime.now(UTC)


if __name__ == "__main__":
    main("checks", __doc__ or "", measure)
