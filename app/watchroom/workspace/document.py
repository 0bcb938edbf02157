"""The text of `docs/workspace.md`, made from the schema of the files, so that it cannot say anything else.

The fields' own sentences stand in `model_file` and `room_file`; the rules that no field can tell stand here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchroom.domain.risk import RULE
from watchroom.domain.vocabulary import DRIFT_LIMITS, METRICS
from watchroom.workspace.reading import MAX_PROBLEMS
from watchroom.workspace.schema import FileKind, Schema, forms, json_schema
from watchroom.workspace.yaml_file import MAX_BYTES
from watchroom.workspace.yaml_text import MAX_VALUES

_INTRODUCTION = f"""\
# The workspace

A workspace is a folder of text files, kept in git:

    watchroom.yaml        the settings of the whole workspace
    models/<name>.yaml    all that the team says about one model
    policies/*.yaml       what is asked of a model before it goes on, by tier: see [policies](policies.md)

`watchroom init FOLDER --mlflow URI` writes a first one, with a commented file for each registered model that it finds;
it never changes a file that is there. `watchroom check` says what is wrong in it. This page is made from the program's
own models of the files; a test keeps the two the same.

## What holds in every file

- Everything but `model` in a model's file may be left out. What is left out, or given as null, shows as unknown or
  takes the default below.
- A mistake names the file, the line and the field, what was expected and the nearest right name. All mistakes of a file
  are listed (up to {MAX_PROBLEMS}). A model whose file has a mistake is left out; the other models go on.
- Paths and globs are relative to the workspace's folder, wherever the file stands in it. Absolute paths and addresses
  such as `s3://…` stay as they are.
- `${{NAME}}` is filled in from the environment in `mlflow.tracking_uri`, `mlflow.registry_uri`, `ledger`,
  `engine.spark.remote`, `auth` and `notify`. A variable that is missing or empty is a mistake; in `notify`, which only
  a refresh needs, it is a problem of that channel. What these fields hold is never shown: of an address the part
  without user, password and parameters, of a secret its scheme at most.
- The files are UTF-8, up to {MAX_BYTES // 1024} KiB, read as YAML 1.2: `true` and `false` alone are booleans (`no` and
  `on` are text), dates are text, keys are always text. A key given twice is a mistake. Aliases (`*name`) work while the
  file holds no more than {MAX_VALUES:,} values once they are written out. Merge keys (`<<`) and tags do not work.
- Files that end in `.yaml` or `.yml` are read; those whose name begins with a dot are not.

For editors, `watchroom schema` gives the JSON Schema, and `watchroom init` writes it to `.schema/` and names it in the
first line of each file:

    # yaml-language-server: $schema=../.schema/model.json
"""

EXAMPLE = """\
model: bike-demand
title: Bike demand
purpose: Hourly demand, to place bikes before the rush hour.
affects: [Depot planning, Night crew]
task: regression
owners: {business: a@example.com, data_science: b@example.com, operations: c@example.com, on_call: c@example.com}
runbook: https://wiki.example.com/bike-demand
decisions:
  path: lake/bike/predictions*.parquet
  version: model_version
  prediction: prediction
  features: [season, hr, temp]
outcomes: {path: lake/bike/labels*.parquet, value: label, timestamp: label_timestamp}
reference: {path: lake/bike/reference.parquet, outcome: label, performance_where: "split = 'holdout'"}
monitor:
  drift: {method: psi, watch: 0.1, drifted: 0.25}
  performance: {metric: rmse, watch: 1.1, failing: 1.25}
  volume: {min_per_day: 10}
  overrides: {temp: {watch: 0.2}}
kpis:
  - {name: Mean error, sql: avg(abs(prediction - outcome)), unit: bikes, target: 35, limit: 60, better: lower}
value:
  per_unit_error: {over: -0.4, under: -1.5}
  run_cost_per_month: 900
  baseline: {naive: mean}
risk: {business: medium, legal: low, ethical: low, reason: A wrong forecast costs a van's round.}
"""
"""A model's file that says most of what one can say."""

_RULES = f"""\
## The tier

{RULE}

| business | legal | ethical | tier |
|---|---|---|---|
| low | low | low | low |
| medium | low | low | medium |
| medium | medium | medium | medium |
| low | high | low | high |
| low | high | high | critical |
| high | not assessed | low | not known: high or critical |
| high | high | not assessed | critical |

The axes do not offset one another: what is harmless to the law and ethically high is high. Two at high are critical,
since a failure then has to be answered for on two sides at once.

## What is checked across fields

- `monitor.overrides` names features that `decisions.features` lists (where it does), or `@score`, `@prediction`,
  `@outcome`.
- `watch` is below `drifted`, for each feature after its override. For performance `watch` comes before `failing` in the
  direction in which the metric gets worse: for `rmse` 1.1 and 1.25, for `roc_auc` 0.97 and 0.92.
- The metric, the form of `value` and the baseline fit the task; a metric that needs a score or a prediction has one.
- `decisions.score` is for binary models alone.
- Names of KPIs are unique, and a target is not worse than its limit. Features and groups are listed once.
- Two files for the same model: the first by file name holds, the second is a mistake.
"""


_MOST_WORDS = 20
"""Words that a field may take and that are all listed; more of them have a page of their own."""


def workspace_markdown() -> str:
    """The whole page."""
    model, room = (list(sections(kind)) for kind in ("model", "watchroom"))
    example = f"```yaml\n{EXAMPLE}```\n"
    parts = [_INTRODUCTION, "## watchroom.yaml\n", *room, "## models/&lt;name&gt;.yaml\n", example, *model]
    return "\n".join([*parts, _methods(), _metrics(), _RULES])


def sections(kind: FileKind, left_out: tuple[str, ...] = ()) -> Iterator[str]:
    """A section for each mapping of a kind of file, with its fields; none for names with an end in `left_out`."""
    schema = json_schema(kind)
    seen: set[str] = set()
    for name, place in _mappings(schema, schema, ""):
        if name.endswith(left_out):
            continue
        form = ", in another form" if name in seen else ""
        seen.add(name)
        heading = f"### `{name}`{form}\n\n" if name else ""
        yield f"{heading}{place['description']}\n\n{_table(schema, place)}\n"


def _mappings(schema: Schema, place: Schema, name: str) -> Iterator[tuple[str, Schema]]:
    """Every mapping of the file with its name, each before the ones inside it."""
    yield name, place
    for field, part in place["properties"].items():
        below = f"{name}.{field}" if name else field
        for form in forms(schema, part):
            yield from _inside(schema, form, below)


def _inside(schema: Schema, form: Schema, name: str) -> Iterator[tuple[str, Schema]]:
    if "properties" in form:
        yield from _mappings(schema, form, name)
    for key, shown in (("items", f"{name}[…]"), ("additionalProperties", f"{name}.<name>")):
        if isinstance(form.get(key), dict):
            for item in forms(schema, form[key]):
                yield from _inside(schema, item, shown)


def _table(schema: Schema, place: Schema) -> str:
    rows = [
        f"| `{name}` | {_takes(schema, part)} | {_default(part, name in place.get('required', ()))} "
        f"| {part.get('description', '')} |"
        for name, part in place["properties"].items()
    ]
    return "\n".join(["| field | takes | default | what it says |", "|---|---|---|---|", *rows])


def _takes(schema: Schema, part: Schema) -> str:
    words = [_word(schema, form) for form in forms(schema, part) if form.get("type") != "null"]
    return " or ".join(dict.fromkeys(words))


def _word(schema: Schema, form: Schema) -> str:
    if len(form.get("enum", ())) > _MOST_WORDS:
        return "a name"
    if "const" in form or "enum" in form:
        return ", ".join(f"`{word}`" for word in form.get("enum", [form.get("const")]))
    if form["type"] == "array":
        items = _takes(schema, form["items"])
        return f"list of {'mappings' if items == 'mapping' else items}"
    if form["type"] == "object":
        return "mapping"
    if form.get("format") == "date":
        return "day, `2026-01-31`"
    names = {"string": "text", "number": "number", "integer": "whole number", "boolean": "`true`, `false`"}
    return names[form["type"]] + _limit(form)


def _limit(form: Schema) -> str:
    words = {"exclusiveMinimum": "above", "minimum": "from", "maximum": "to"}
    return "".join(f" {words[key]} {form[key]:,}" for key in words if key in form)


def _default(part: Schema, required: bool) -> str:
    if required:
        return "**needed**"
    value: Any = part.get("default")
    if isinstance(value, dict) and value:
        return "as below"
    if value is None or value in ([], {}):
        return "–"
    return f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f'"{item}"' for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _methods() -> str:
    rows = [f"| `{name}` | {watch} | {drifted} |" for name, (watch, drifted) in DRIFT_LIMITS.items()]
    head = "## Usual limits of the drift methods\n\n| method | watch | drifted |\n|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _metrics() -> str:
    rows = [
        f"| `{name}` | {', '.join(metric.tasks)} | {metric.better} | `decisions.{metric.needs}` |"
        for name, metric in METRICS.items()
    ]
    head = "## Performance metrics\n\n| metric | task | better | needs |\n|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"
