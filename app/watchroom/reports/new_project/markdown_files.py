"""The README and the checklists of a new project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from watchroom.domain.policy import STAGE_QUESTIONS, STAGES, Item, Stage
from watchroom.domain.risk import Tier
from watchroom.domain.similar_models import Similar
from watchroom.reports.new_project.answers import KINDS, ROLES, Answers, role_name
from watchroom.reports.new_project.quoting import markdown
from watchroom.workspace.policies import shipped

_MOST_SIMILAR = 5

_RUN = """\
## Run it

Everything runs as it is, on sample data that `sample_data.py` makes.

```sh
python -m venv .venv && . .venv/bin/activate
pip install -r requirements.txt watchroom
git init && git add . && git commit -m "Begin"   # a run without a commit cannot be made again
python -m pytest                                 # the data and the model are what was agreed
python train.py --champion                       # a version, with all that the handover asks for
python serve_sample.py                           # sample decisions and outcomes, as your service would log them
watchroom refresh --workspace .
watchroom serve --workspace .
```

`python train.py --seed 2` then makes a challenger; after `python serve_sample.py` and `watchroom refresh` the page
Versions holds it against the champion.

## Your own data

1. `python sample_data.py` writes `sample.csv`: the columns that your own rows need.
2. Put yours into `data/`, and name the file in `project.py` (`DATA`) or with `python train.py --data FILE`.
3. Add what you know of the data to `tests/test_data.py`, and choose `SEGMENTS` in `project.py`.
4. When your service logs its decisions, name that log under `decisions` in `{model_file}`.
5. Train with `MLFLOW_TRACKING_URI` set to your team's server, and move the model's file to the team's workspace.

No figure made from sample data means anything, and `train.py` refuses to put a model of it on a server.

6. `python train.py --champion` then lets the first version that learned from your own rows take over from the sample's.
   Delete what speaks of the sample: `rm -r lake/sample serve_sample.py`; in `{model_file}` take `(SAMPLE DATA)` out of
   the title, and `decisions`, `outcomes` and `reference` too until they name your own files.

`serve_sample.py` refuses to let a version of your own rows decide sample cases: what came of it would look like your
business, and compare and judge on rows that were made up.

## Hand it over

Work through `checklists/`, stage by stage; each item says whose it is, why and how. Before you ask for a sign-off:

- the page of the run shows nothing missing under *Reproducibility*;
- the page Health shows a light that is not *no data*, and Explanations shows what drives the model;
- `watchroom check --workspace .` finds no mistake.

## What is where

| file | holds |
|---|---|
| `project.py` | the answers that this project began with: names, inputs, seed |
| `data.py` | **where your data goes**, what it must look like, how it is split |
| `modelling.py` | the model, two simpler ones beside it, the metrics |
| `train.py` | one run from rows to a registered version, and all that it logs |
| `sample_data.py`, `serve_sample.py` | sample rows and sample logs, to be deleted one day |
| `{model_file}` | what the team says about the model: owners, risk, limits, figures |
| `watchroom.yaml` | the workspace: this folder |
| `checklists/` | what has to be in order, by stage |
| `tests/` | pytest: data, training, behaviour |
"""


def readme(answers: Answers, name: str, similar: Sequence[Similar]) -> str:
    """What it is, how to run it and hand it over, what is where, and whom to ask."""
    parts = [
        f"# {markdown(answers.model)}",
        markdown(answers.purpose),
        "\n".join(_facts(answers)),
        _RUN.replace("{model_file}", f"models/{name}.yaml").rstrip(),
        *_similar(similar[:_MOST_SIMILAR]),
    ]
    return "\n\n".join(parts) + "\n"


def _facts(answers: Answers) -> Iterator[str]:
    kinds = ", ".join(f"{len(answers.of_kind(kind))} {kind}" for kind in KINDS)
    yield "| | |"
    yield "|---|---|"
    yield f"| answers | {answers.task}{_names(answers)} |"
    yield f"| inputs | {len(answers.inputs)} ({kinds}) |"
    if answers.datasets:
        yield f"| learns from | {', '.join(map(markdown, answers.datasets))} |"
    if answers.affects:
        yield f"| relied on by | {', '.join(map(markdown, answers.affects))} |"
    axes = f"business {answers.business}, legal {answers.legal}, ethical {answers.ethical}"
    yield f"| tier | **{answers.tier}** ({axes}): {markdown(answers.reason)} |"
    for role in ROLES:
        yield f"| {role_name(role)} | {markdown(answers.owner(role) or '') or 'nobody yet'} |"


def _names(answers: Answers) -> str:
    said = answers.unit if answers.task == "regression" else ", ".join(answers.classes)
    return f": {markdown(said)}" if said else ""


def _similar(similar: Sequence[Similar]) -> Iterator[str]:
    if not similar:
        return
    yield "## Models like it"
    yield "As Watchroom knew them when this project was made: ask their people before you build it again."
    for one in similar:
        lines = [f"### {markdown(one.known.title)}", "", *(f"- {markdown(reason)}" for reason in one.reasons)]
        people = "; ".join(f"{role_name(role)}: {person}" for role, person in one.known.owners)
        lines.append(f"- people: {markdown(people) or 'unknown'}")
        if one.known.metric:
            lines.append(f"- its champion: {markdown(one.known.metric)}")
        lines.append(f"- health: {one.known.light or 'no data'}")
        yield "\n".join(lines)


def checklists(answers: Answers) -> Mapping[str, str]:
    """A checklist for each stage, with what the project's tier asks for."""
    tier = answers.tier
    assert tier is not None
    return {
        f"checklists/{number}-{stage}.md": _checklist(answers, tier, stage) for number, stage in enumerate(STAGES, 1)
    }


def _checklist(answers: Answers, tier: Tier, stage: Stage) -> str:
    items = shipped().items_for(tier, stage)
    head = [
        f"# {stage.capitalize()}: {STAGE_QUESTIONS[stage]}",
        f"{markdown(answers.model)}, tier **{tier}**: {len(items)} items. "
        "Tick what is in order, and say where it can be seen.",
    ]
    return "\n\n".join([*head, *(_item(item, answers) for item in items)]) + "\n"


def _item(item: Item, answers: Answers) -> str:
    person = markdown(answers.owner(item.role) or "") or "nobody yet"
    return "\n".join(
        [
            f"- [ ] **{item.text}** ({role_name(item.role)}: {person})",
            f"  - Why: {item.why}",
            f"  - How: {item.how}",
            f"  - From: {item.source}; asked for from tier {item.tier} on; {_checked(item)}.",
        ]
    )


def _checked(item: Item) -> str:
    return "a person answers it" if item.check is None else f"Watchroom checks it (`{item.kind}`)"
