"""`models/<name>.yaml` as a validated, frozen value: one class for each mapping of the file, a line for each field.

The descriptions are the documentation. What only several fields together can get wrong is in `semantics`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from watchroom.domain.risk import Level, Tier, tier
from watchroom.domain.vocabulary import DRIFT_LIMITS, DriftMethod, MetricName, Task
from watchroom.workspace.answer import Answer
from watchroom.workspace.money import Kpi, Value
from watchroom.workspace.pieces import Day, Listed, Number, OneOrMany, Piece, Text, default, left_out, needed, wrong


class Owners(Piece):
    """Who answers for the model; the same person may hold several roles."""

    business: Text | None = left_out("who answers for its worth to the business")
    data_science: Text | None = left_out("who builds and changes it")
    operations: Text | None = left_out("who runs it")
    reviewer: Text | None = left_out("who reviews it as the second line; never its author")
    on_call: Text | None = left_out("who is called when it fails")
    deputy: Text | None = left_out("who stands in for its owners")


class Decisions(Piece):
    """The log of what was served: Parquet or CSV files, their columns matched by name."""

    path: OneOrMany = needed("a glob, or a list of globs, relative to the workspace")
    id: Text = default("prediction_id", "the column with the id of a decision, once per version")
    timestamp: Text = default("timestamp", "the column with its time; without a zone it is read as UTC")
    version: Text | None = left_out("the column with the model version; left out: the champion of that moment")
    prediction: Text | None = left_out("the column with what was decided or predicted")
    score: Text | None = left_out("the column with the probability of the positive class, for binary")
    features: Listed[Text] | None = left_out(
        "the feature columns; left out: the inputs of the model's signature, else all other columns"
    )
    groups: Listed[Text] = default((), "columns to judge fairness by; they need not be features")


class Outcomes(Piece):
    """What turned out to be true, often late: Parquet or CSV files, joined to the decisions by id."""

    path: OneOrMany = needed("a glob, or a list of globs, relative to the workspace")
    id: Text = default("prediction_id", "the column with the decision's id; left out: named as in `decisions`")
    value: Text = default("label", "the column with the outcome")
    timestamp: Text | None = left_out("the column with the time at which the outcome was known")


class ReferenceFile(Piece):
    """A file of its own that the model is compared with; its columns are named as in `decisions`."""

    path: OneOrMany = needed("a glob, or a list of globs, relative to the workspace")
    outcome: Text | None = left_out("its column with the outcome")
    performance_where: Text | None = left_out(
        "an SQL condition: which of its rows performance is compared with; left out: all"
    )


class ReferencePeriod(Piece):
    """A period of the decisions that the model is compared with; both days belong to it, in UTC."""

    start: Day = needed("its first day")
    end: Day = needed("its last day")

    @model_validator(mode="after")
    def _in_order(self) -> ReferencePeriod:
        if self.end < self.start:
            raise wrong("The reference ends before it starts.", next_step="Swap `start` and `end`.")
        return self


def _reference_form(data: Any) -> str:
    is_period = isinstance(data, ReferencePeriod) or (isinstance(data, dict) and {"start", "end"} & data.keys())
    return "\0period" if is_period else "\0file"


def _one_reference(data: Any) -> Any:
    if isinstance(data, dict) and "path" in data and {"start", "end"} & data.keys():
        raise wrong(
            "The reference is given in both forms.",
            why="Expected either a file (`path`) or a period (`start` and `end`).",
            next_step="Remove one of the two.",
        )
    return data


Reference = Annotated[
    Annotated[ReferenceFile, Tag("\0file")] | Annotated[ReferencePeriod, Tag("\0period")],
    Discriminator(_reference_form),
    BeforeValidator(_one_reference),
]


class Override(Piece):
    """Limits of one feature that differ from the model's; what is left out stays as in `drift`."""

    method: DriftMethod | None = left_out("another method for this feature, with its own usual limits")
    watch: Number | None = Field(default=None, gt=0, description="from here on the feature is on watch")
    drifted: Number | None = Field(default=None, gt=0, description="from here on it has drifted")


class Drift(Piece):
    """How drift is measured and where its limits are."""

    method: DriftMethod = default("psi", "how the two periods are compared")
    watch: Number = default(DRIFT_LIMITS["psi"][0], "from here on a feature is on watch; usual by method", gt=0)
    drifted: Number = default(DRIFT_LIMITS["psi"][1], "from here on it has drifted; usual by method", gt=0)
    same_months: bool = default(
        False,
        "compare each period with the reference's rows of the same calendar months, where what moves is the season",
    )

    @model_validator(mode="before")
    @classmethod
    def _usual_limits(cls, data: Any) -> Any:
        limits = DRIFT_LIMITS.get(str(data.get("method"))) if isinstance(data, dict) else None
        return data if limits is None else {"watch": limits[0], "drifted": limits[1], **data}

    def with_override(self, override: Override | None) -> Drift:
        """The limits of a feature: its own where it has them."""
        if override is None:
            return self
        own = override.model_dump(exclude_none=True)
        if override.method in (None, self.method):
            return self.model_copy(update=own)
        return Drift.model_validate({**own, "same_months": self.same_months})


class AbsoluteLimits(Piece):
    """Limits in the metric's own unit."""

    watch: Number | None = left_out("from here on performance is on watch")
    failing: Number | None = left_out("from here on it is failing")


class Performance(Piece):
    """The metric that performance is judged by, and its limits: as ratios to the reference, or absolute."""

    metric: MetricName | None = left_out("the metric; it must fit the task")
    watch: Number | None = Field(default=None, gt=0, description="ratio to the reference: from here on it is on watch")
    failing: Number | None = Field(default=None, gt=0, description="ratio to the reference: from here on it is failing")
    absolute: AbsoluteLimits | None = left_out("limits in the metric's own unit, in place of the two ratios")


class Volume(Piece):
    """How many decisions are expected."""

    min_per_day: int | None = Field(
        default=None, ge=0, le=10**12, description="fewer a day, in the mean of seven, are worth an alert"
    )


class Quality(Piece):
    """How many values may be missing, unseen or invalid, beyond what the reference has."""

    watch: Number = default(
        0.02, "a share of the decisions, on top of the reference's: from here on it is on watch", gt=0
    )
    failing: Number = default(0.1, "likewise: from here on it is failing", gt=0)


class Monitor(Piece):
    """What is watched, and its limits."""

    drift: Drift = default(Drift(), "drift of features, scores, predictions and outcomes")
    quality: Quality = default(Quality(), "missing, unseen and invalid values of each feature")
    performance: Performance | None = left_out("performance against outcomes")
    volume: Volume | None = left_out("the number of decisions")
    overrides: dict[str, Override] = default(
        {}, "by feature (or `@score`, `@prediction`, `@outcome`): limits of its own"
    )


class Risk(Piece):
    """The model's risk on the three axes; together they give its tier."""

    business: Level | None = left_out("what a failure costs the business")
    legal: Level | None = left_out("what a failure means before the law or a regulator")
    ethical: Level | None = left_out("what a failure does to people, unfairness included")
    reason: Text | None = left_out("why it was judged so")

    @property
    def tier(self) -> Tier | None:
        """The tier by the rule in `domain.risk`; `None` while an axis that could change it is not assessed."""
        return tier(self.business, self.legal, self.ethical)


class Explain(Piece):
    """How the model's decisions are explained."""

    rows_per_month: int = default(2000, "how many decisions of each month are explained", ge=1, le=1_000_000)
    background: int = default(200, "how many rows of the reference an explanation compares with", ge=1, le=100_000)
    trust: bool = default(
        False, "whether the logged model may run code of its own when it is loaded; only for models you built"
    )


class ModelSpec(Piece):
    """All that a team says about one model. Everything but `model` may be left out and then shows as unknown."""

    model: Annotated[str, Field(min_length=1)] = needed("the registered model's name in MLflow, exactly")
    title: Text | None = left_out("the name people use; left out: the model's own")
    purpose: Text | None = left_out("what it is for, in a sentence")
    team: Text | None = left_out("whose it is; left out: the registered model's tag `team`")
    trade: Text | None = left_out("the line of business; left out: the tag `trade`")
    affects: Listed[Text] = default((), "processes and people that rely on it")
    task: Task | None = left_out("what kind of answer it gives")
    owners: Owners = default(Owners(), "who answers for it")
    runbook: Text | None = left_out("what to do when it fails: a link (http or https), or text")
    decisions: Decisions | None = left_out("the log of what was served")
    outcomes: Outcomes | None = left_out("what turned out to be true")
    reference: Reference | None = left_out("what it is compared with")
    monitor: Monitor = default(Monitor(), "what is watched, and its limits")
    kpis: Listed[Kpi] = default((), "figures the business has agreed to steer by")
    value: Value | None = left_out("money")
    risk: Risk | None = left_out("risk on the three axes")
    answer: Answer = default(Answer(), "what its answers mean to people")
    explain: Explain = default(Explain(), "how its decisions are explained")

    @model_validator(mode="before")
    @classmethod
    def _same_id_column(cls, data: Any) -> Any:
        """Outcomes whose id column is not named take the name that the decisions give it."""
        if not isinstance(data, dict):
            return data
        decisions, outcomes = data.get("decisions"), data.get("outcomes")
        if not isinstance(decisions, dict) or not isinstance(outcomes, dict):
            return data
        if isinstance(decisions.get("id"), str) and outcomes.get("id") is None:
            return {**data, "outcomes": {**outcomes, "id": decisions["id"]}}
        return data

    @property
    def names_versions(self) -> bool:
        """Whether the log says itself which version decided. Else it was counted for the champion: it is no witness."""
        return self.decisions is None or self.decisions.version is not None

    @property
    def tier(self) -> Tier | None:
        """The tier from its risk; `None` while that is not known."""
        return self.risk.tier if self.risk else None

    @property
    def runbook_url(self) -> str | None:
        """The runbook when it is a web address; any other runbook is text and must not become a link."""
        text = self.runbook or ""
        return text if re.fullmatch(r"https?://[^\s<>\"]+", text) and text.isprintable() else None

    def drift_limits(self, feature: str) -> Drift:
        """The method and the limits that hold for the feature (or for `@score`, `@prediction`, `@outcome`)."""
        return self.monitor.drift.with_override(self.monitor.overrides.get(feature))
