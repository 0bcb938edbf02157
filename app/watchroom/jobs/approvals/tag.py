"""The tag `approval` of model versions in MLflow, which follows the sign-offs, where the workspace asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from watchroom.errors import SourceError
from watchroom.sources.tracking.contract import Problem
from watchroom.sources.tracking.version_tags import WriteTag
from watchroom.store.draft import Draft

TAG = "approval"

STAGE = "deploy"
"""The stage whose approval MLflow is told of: whether a version may go into service."""

WORDS: Mapping[str, str] = {"approved": "Approved", "void": "Void", "expired": "Expired", "rejected": "Rejected"}
"""What the tag says by the approval's status. For one that is missing, or not complete, there is no tag."""

_TAGS = """
    select a.model, a.version, a.status, t.value from checks.approval_states a
    left join mlflow.model_version_tags t on t.name = a.model and t.version = a.version and t.key = $tag
    where a.stage = $stage order by all"""


def write_tags(draft: Draft, write: WriteTag) -> tuple[int, tuple[Problem, ...]]:
    """Bring the tags to what `approval_states` says; how many were written, and which could not be.

    Both ways: a tag appears with an approval and says so when it ends; one that claims an approval that there is not is
    taken away. Tags of versions that are neither checked nor signed are left alone.
    """
    written, problems = 0, []
    for model, version, status, value in draft.connection.execute(_TAGS, {"tag": TAG, "stage": STAGE}).fetchall():
        wanted = WORDS.get(status)
        if value == wanted or (wanted is None and value not in WORDS.values()):
            continue
        try:
            write(model, version, TAG, wanted)
            written += 1
        except SourceError as error:
            place = f"{model} version {version}"
            problems.append(Problem("model_version", "warning", place, error.what, error.why, error.next_step, model))
    return written, tuple(problems)
