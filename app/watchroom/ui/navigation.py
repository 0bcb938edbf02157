"""Which pages there are, for whom, and in which order each role sees them.

Home stays the start page for every role, so that a link means the same to everybody; its content follows the role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

_FOLDER = "../pages"

_AVAILABLE = "_available_pages"

WANTED = "_wanted_scope"
"""Where `go` leaves the scope that the next page is to open with."""


@dataclass(frozen=True)
class PageInfo:
    """A page: its file under `pages/`, its name, the audience it is grouped under, and the question it answers.

    `scope` names the parts of the scope, besides the model, that make a difference to it: `version`, `period`.
    """

    file: str
    title: str
    section: str
    icon: str
    question: str
    hidden: bool = False
    scope: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Its file as the entry script names it."""
        return f"{_FOLDER}/{self.file}.py"


PAGES: tuple[PageInfo, ...] = (
    PageInfo(
        "home",
        "Home",
        "",
        ":material/home:",
        "What changed since I last looked, what waits for me, what needs attention?",
        scope=("period",),
    ),
    PageInfo(
        "models", "Models", "", ":material/deployed_code:", "What models do we have, who owns them, how are they?"
    ),
    PageInfo(
        "model",
        "Model",
        "",
        ":material/deployed_code:",
        "What is this model, whose is it, which version is champion, and how do I use it?",
        hidden=True,
        scope=("version", "period"),
    ),
    PageInfo(
        "value",
        "Value",
        "Business",
        ":material/payments:",
        "Does it meet its targets, and what is it worth?",
        scope=("period",),
    ),
    PageInfo(
        "threshold",
        "Threshold",
        "Business",
        ":material/tune:",
        "What would another cut-off earn?",
        scope=("version", "period"),
    ),
    PageInfo(
        "portfolio",
        "Portfolio",
        "Business",
        ":material/business_center:",
        "What gets to production, how fast, how safely, and what does it return?",
    ),
    PageInfo(
        "runs",
        "Runs",
        "Data science",
        ":material/science:",
        "Which runs are there, over all experiments?",
        scope=("version",),
    ),
    PageInfo(
        "run",
        "Run",
        "Data science",
        ":material/experiment:",
        "What is this run, and could it be made again?",
        hidden=True,
    ),
    PageInfo(
        "compare",
        "Compare",
        "Data science",
        ":material/compare_arrows:",
        "What differs between these runs, and is the difference real?",
        scope=("version",),
    ),
    PageInfo(
        "versions",
        "Versions",
        "Data science",
        ":material/history:",
        "What was live when, what changed, should the challenger take over?",
        scope=("version",),
    ),
    PageInfo(
        "explanations",
        "Explanations",
        "Data science",
        ":material/query_stats:",
        "What drives this model, and how has that changed?",
        scope=("version", "period"),
    ),
    PageInfo(
        "fairness",
        "Fairness",
        "Data science",
        ":material/balance:",
        "Are groups of people treated alike, and where not?",
        scope=("version", "period"),
    ),
    PageInfo(
        "health",
        "Health",
        "Operations",
        ":material/ecg_heart:",
        "Is it working, and if not, why?",
        scope=("version", "period"),
    ),
    PageInfo(
        "alerts",
        "Alerts",
        "Operations",
        ":material/notifications:",
        "What is wrong, who has it, what do they do?",
        scope=("period",),
    ),
    PageInfo(
        "features",
        "Features",
        "Operations",
        ":material/account_tree:",
        "Which features feed which models, and which are in trouble?",
    ),
    PageInfo(
        "handover",
        "Handover",
        "Handover",
        ":material/swap_horiz:",
        "What is missing before the next team takes it over, and who is holding it up?",
        scope=("version",),
    ),
    PageInfo(
        "reviews",
        "Reviews",
        "Handover",
        ":material/rate_review:",
        "What must the second line look at?",
    ),
    PageInfo(
        "model_card",
        "Model card",
        "Handover",
        ":material/badge:",
        "What is this model, for whom, with what limits?",
        scope=("version",),
    ),
    PageInfo(
        "decision",
        "Decision",
        "Handover",
        ":material/gavel:",
        "Why did it decide that, for this one?",
        scope=("version", "period"),
    ),
    PageInfo(
        "history",
        "History",
        "Handover",
        ":material/manage_history:",
        "Who decided what, when, on which evidence?",
    ),
    PageInfo("search", "Search", "Reference", ":material/search:", "Where is it?", hidden=True),
    PageInfo("new_project", "New project", "Reference", ":material/rocket_launch:", "What can I start from?"),
    PageInfo("glossary", "Glossary", "Reference", ":material/menu_book:", "What does this word mean?"),
    PageInfo("status", "Status", "Reference", ":material/monitor_heart:", "How fresh is the data, what failed?"),
)
"""Every page; each file of `pages/` stands here once."""

_FIRST: dict[str, str] = {
    "business": "Business",
    "data_science": "Data science",
    "operations": "Operations",
    "reviewer": "Handover",
    "admin": "Reference",
}
"""The section that a role finds right after the shared pages."""


def page_info(file: str) -> PageInfo:
    """The page of that file."""
    return next(info for info in PAGES if info.file == file)


def sections(role: str) -> dict[str, list[PageInfo]]:
    """The pages grouped by audience, the role's own group first."""
    found: dict[str, list[PageInfo]] = {}
    for page in PAGES:
        found.setdefault(page.section, []).append(page)
    first = _FIRST.get(role)
    order = sorted(found, key=lambda name: (name != "", name != first))
    return {name: found[name] for name in order}


def menu(role: str, root: Path) -> dict[str, list[st.Page]]:
    """The navigation of a role, over the page files that are there under `root`."""
    available = {info.file for info in PAGES if (root / "pages" / f"{info.file}.py").is_file()}
    st.session_state[_AVAILABLE] = available
    there = {name: [info for info in infos if info.file in available] for name, infos in sections(role).items()}
    return {name: [_page(info) for info in infos] for name, infos in there.items() if infos}


def parts_of_scope(page: st.Page) -> tuple[str, ...]:
    """The parts of the scope that a page of the menu uses."""
    return next((info.scope for info in PAGES if info.title == page.title), ())


def file_of(page: st.Page) -> str:
    """The file of a page of the menu."""
    return next((info.file for info in PAGES if info.title == page.title), "home")


def link(
    file: str, label: str, *, icon: str | None = None, params: Mapping[str, str | Sequence[str]] | None = None
) -> None:
    """A link to one of the pages, or nothing when this installation does not have it.

    `label` is Markdown: text from outside goes through `plain` first.
    """
    if file not in st.session_state.get(_AVAILABLE, ()):
        return
    st.page_link(f"{_FOLDER}/{file}.py", label=label, icon=icon, query_params=dict(params or {}))


def go(file: str, params: Mapping[str, str | Sequence[str]] | None = None, *, model: str | None = None) -> None:
    """Leave for another page; `model` sets the scope, which Streamlit does not let us do through the address."""
    if model is not None:
        st.session_state[WANTED] = {"model": model}
    st.switch_page(f"{_FOLDER}/{file}.py", query_params=dict(params or {}))


def _page(info: PageInfo) -> st.Page:
    return st.Page(
        info.path,
        title=info.title,
        icon=info.icon,
        default=info.file == "home",
        visibility="hidden" if info.hidden else "visible",
        help=info.question,
    )
