"""The facts that a regulation's file may name: what the store knows of a model by itself, and where it shows.

How each is asked is in `jobs.regulation_facts`; a test keeps the two the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """A fact by what it is, the page that shows it, and what to do where it is missing."""

    about: str
    page: str
    fill: str


FACTS: Mapping[str, Fact] = {
    "purpose": Fact("what it is for, as its file says", "model", "write `purpose` in its file"),
    "affects": Fact("who and what relies on it", "model", "write `affects` in its file"),
    "task": Fact("which kind of question it answers", "model", "write `task` in its file"),
    "owners": Fact("business, data science and operations each have a person", "model", "name its owners in its file"),
    "reviewer": Fact("a reviewer outside the team is named", "model", "name `reviewer` under `owners` in its file"),
    "deputy": Fact("somebody stands in", "model", "name `deputy` under `owners` in its file"),
    "runbook": Fact("a runbook is linked", "model", "give `runbook` in its file"),
    "risk": Fact("the risk is assessed on three axes, with a reason", "model", "fill in `risk` in its file"),
    "inventory": Fact("it is registered, and has a file", "models", "register it, and write its file"),
    "version": Fact("which version is looked at, and whether it is the champion", "versions", "register a version"),
    "history": Fact("what changed in the registry, as it was seen", "history", "refresh again after the next change"),
    "commit": Fact("the code's commit is known", "versions", "train from a repository, which MLflow notes"),
    "params": Fact("the parameters of its training are logged", "versions", "log the parameters of the run"),
    "data": Fact("the training data has a digest", "versions", "log the data with `mlflow.log_input`"),
    "metrics": Fact("the metrics of its training are logged", "versions", "log the metrics of the run"),
    "signature": Fact("inputs and outputs are described", "model", "log the model with a signature"),
    "environment": Fact("the libraries that it needs are named", "versions", "log the model with its requirements"),
    "reproducible": Fact("how far the run could be made again", "versions", "see what the run lacks"),
    "performance": Fact("performance against outcomes is measured", "health", "name `outcomes` in its file"),
    "interval": Fact("performance comes with an interval", "health", "wait for enough outcomes"),
    "drift": Fact("inputs are compared with a reference", "health", "name `decisions` and `reference` in its file"),
    "quality": Fact("missing, unseen and impossible values are counted", "health", "name `decisions` in its file"),
    "log": Fact("its decisions are logged", "decision", "name `decisions` in its file"),
    "light": Fact("its condition is judged at each refresh", "health", "name `decisions` in its file"),
    "alerts": Fact("what is wrong with it is raised as an alert", "alerts", "give it limits under `monitor`"),
    "fairness": Fact("groups are compared on real decisions", "fairness", "name `decisions.groups` in its file"),
    "explanation": Fact("what drives it is worked out", "explanations", "see what Explanations says is missing"),
    "reasons": Fact("single decisions are explained", "decision", "see what Explanations says is missing"),
    "kpis": Fact("figures with a target are agreed on", "value", "write `kpis` in its file"),
    "worth": Fact("what right and wrong answers are worth", "value", "write `value` in its file"),
    "baseline": Fact("it is compared with doing without it", "value", "write `value.baseline` in its file"),
    "rollback": Fact("there is a version to go back to", "versions", "keep a second version that can serve"),
    "approval": Fact("the version is approved for deploy", "handover", "have it signed off on Handover"),
    "policy": Fact("a policy says what is asked of it", "handover", "assess its risk, so that its tier is known"),
    "findings": Fact("a second line looks at it, and findings are followed up", "reviews", "have it reviewed"),
    "handover": Fact("it was handed over, and accepted", "handover", "begin a handover on Handover"),
    "drill": Fact("somebody took the drill, and passed", "handover", "take the drill on Handover"),
    "card": Fact("a model card is written", "model_card", "write its card beside its file"),
}
"""Every fact by its name in the files."""
