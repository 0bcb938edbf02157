"""The folder of a new project on the screen: a tree with the files' contents, a download, and what to do then."""

from __future__ import annotations

import streamlit as st

from watchroom.domain.similar_models import Similar
from watchroom.reports.new_project.answers import Answers
from watchroom.reports.new_project.files import as_zip, files, slug
from watchroom.ui.identity import while_admitted
from watchroom.ui.rows import quiet
from watchroom.ui.states import code
from watchroom.ui.text import count_of, plain

FILE = "file"
_HEIGHT = 560


def folder(answers: Answers, near: tuple[Similar, ...]) -> None:
    """The finished folder."""
    contents = files(answers, near)
    name = slug(answers.model)
    lines = sum(text.count("\n") for text in contents.values())
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.download_button(
            f"Download {plain(name)}.zip",
            data=while_admitted(lambda: as_zip(name, contents)),
            file_name=f"{name}.zip",
            mime="application/zip",
            on_click="ignore",
            icon=":material/download:",
            type="primary",
        )
        st.markdown(
            quiet(f"{count_of(len(contents), 'file')}, {count_of(lines, 'line')}; the same answers, the same zip")
        )
    st.markdown("Then, in a terminal:")
    code(_commands(name))
    tree, shown = st.columns([1, 3], gap="medium")
    with tree:
        chosen = st.radio("Files", list(contents), format_func=_in_tree, key=FILE, bind="query-params")
    with shown, st.container(height=_HEIGHT, border=False):
        code(contents[chosen or next(iter(contents))])


def _commands(name: str) -> str:
    return "\n".join(
        [
            f"unzip {name}.zip && cd {name} && git init && git add . && git commit -m Begin",
            "pip install -r requirements.txt && python train.py --champion && python serve_sample.py",
            "watchroom refresh --workspace . && watchroom serve --workspace .",
        ]
    )


def _in_tree(path: str) -> str:
    """The path, its folder in grey."""
    parent, sign, name = path.rpartition("/")
    return f":gray[{plain(parent)}/]{plain(name)}" if sign else plain(name)
