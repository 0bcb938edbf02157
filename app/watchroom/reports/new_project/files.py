"""The files of a new project, from the answers: the same answers give the same files, byte for byte.

Answers stand as text in three places alone: `project.py`, the YAML files, and Markdown. The scripts read them from
`project.py`, so that no answer can change what a script does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files as resources
from io import BytesIO
from types import MappingProxyType
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from watchroom.domain.similar_models import Similar
from watchroom.domain.vocabulary import Task
from watchroom.reports.new_project import markdown_files, project_file, yaml_files
from watchroom.reports.new_project.answers import Answers, checked
from watchroom.reports.new_project.quoting import toml_text
from watchroom.workspace.init import file_names

_SCRIPTS = (
    "train.py",
    "data.py",
    "modelling.py",
    "sample_data.py",
    "serve_sample.py",
    "tests/conftest.py",
    "tests/test_data.py",
    "tests/test_model.py",
)
_PLAIN = ("requirements.txt", "Makefile")
_TASK_MARK = re.compile(r"#\[([a-z, ]*)\]")
_BLANKS = re.compile(r"\n{4,}")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold: the same folder is then the same file, whenever it is made."""


def files(answers: Answers, similar: Sequence[Similar] = ()) -> Mapping[str, str]:
    """The project's files by path, in the order in which to read them.

    `similar` are models to learn from, for the README. Raises `AnswerError` for the first answer that does not do.
    """
    task = checked(answers).task
    assert task is not None  # `checked` has seen to it
    name = slug(answers.model)
    found = {
        "README.md": markdown_files.readme(answers, name, similar),
        "project.py": project_file.text(answers),
        **{path: _script(path, task) for path in _SCRIPTS},
        "watchroom.yaml": yaml_files.room(),
        f"models/{name}.yaml": yaml_files.model(answers),
        **markdown_files.checklists(answers),
        **{path: _template(path) for path in _PLAIN},
        "pyproject.toml": _filled("pyproject.toml", name, answers),
        ".gitignore": _template("gitignore"),
    }
    return MappingProxyType(found)


def slug(model: str) -> str:
    """A name for files and folders that any file system takes, as `watchroom init` would give it."""
    return next(iter(file_names(model)))


def as_zip(folder: str, contents: Mapping[str, str]) -> bytes:
    """The files in one folder of a zip; the same files give the same bytes."""
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        for path, text in contents.items():
            entry = ZipInfo(f"{folder}/{path}", _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode("utf-8"))
    return held.getvalue()


def _filled(path: str, name: str, answers: Answers) -> str:
    values = {"name": toml_text(name.strip("-_") or "model"), "purpose": toml_text(answers.purpose)}
    return re.sub(r"«(\w+)»", lambda found: values[found.group(1)], _template(path))


@cache
def _template(path: str) -> str:
    """A template's text. They are no modules of ours: what they import is the project's affair."""
    return (resources("watchroom.reports.new_project") / "templates" / f"{path}.tmpl").read_text("utf-8")


@cache
def _script(path: str, task: Task) -> str:
    """The script for a task: what stands between `#[binary]` and the next mark is for that task alone."""
    kept, wanted = [], True
    for line in _template(path).split("\n"):
        mark = _TASK_MARK.fullmatch(line)
        if mark is None:
            kept.extend([line] if wanted else [])
        else:
            names = mark.group(1).replace(" ", "").split(",")
            wanted = names == [""] or task in names
    return _BLANKS.sub("\n\n\n", "\n".join(kept))
