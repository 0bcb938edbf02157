"""The tag `approval` of model versions in MLflow, which follows the sign-offs, where the workspace asks for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

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


_UNCHECKED = """
    select t.name, t.version, t.value from mlflow.model_version_tags t
    anti join checks.approval_states a on a.model = t.name and a.version = t.version and a.stage = $stage
    where t.key = $tag order by all"""

_SIGNS_BEFORE = re.compile(r"^[\W_]+")
"""What may stand before a word without changing what people read: blanks, seen or not, and signs."""


def write_tags(draft: Draft, write: WriteTag) -> tuple[int, tuple[Problem, ...]]:
    """Bring the tags to what `approval_states` says; how many were written, and which could not be.

    Both ways: a tag appears with an approval and says so when it ends; one that claims an approval that there is not is
    taken away, however it is spelt. Tags of versions that are neither checked nor signed are left alone; one of these
    that says "Approved" is a problem.
    """
    written, problems = 0, list(_claimed(draft))
    for model, version, status, value in draft.connection.execute(_TAGS, {"tag": TAG, "stage": STAGE}).fetchall():
        wanted = WORDS.get(status)
        if value == wanted or (wanted is None and not says(value, *WORDS.values())):
            continue
        try:
            write(model, version, TAG, wanted)
            written += 1
        except SourceError as error:
            place = f"{model} version {version}"
            problems.append(Problem("model_version", "warning", place, error.what, error.why, error.next_step, model))
    return written, tuple(problems)


def says(value: str | None, *words: str) -> bool:
    """Whether a tag begins with one of the words as people read it: whatever its letters' size, blanks or signs."""
    read = _SIGNS_BEFORE.sub("", unicodedata.normalize("NFKC", value or "")).casefold()
    return read.startswith(tuple(word.casefold() for word in words))


def _claimed(draft: Draft) -> Iterator[Problem]:
    """Tags of versions that nobody looks at here, which claim an approval all the same."""
    for model, version, value in draft.connection.execute(_UNCHECKED, {"tag": TAG, "stage": STAGE}).fetchall():
        if says(value, WORDS["approved"]):
            yield Problem(
                "model_version",
                "warning",
                f"{model} version {version}",
                f"MLflow's tag `{TAG}` says {value[:60]!r}, and nothing here approved it.",
                "The version is neither checked nor signed here, so its tag is left alone.",
                "Take the tag away in MLflow, or hand the version over and sign it off.",
                model,
            )
