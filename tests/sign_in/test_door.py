"""Who stands where at the door, and that a door which does not know stays shut."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ui.reading import Reader, full, said
from watchroom.domain.roles import AUTH_VARIABLE, SignIn
from watchroom.ui import identity, signed_out
from watchroom.ui.identity import State, judge
from watchroom.ui.navigation import PAGES

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW.timestamp() + 60
ASKED = SignIn("groups", {"data_science": ("ds",), "reviewer": ("second line",), "admin": ("admins",)})
ADA = {"is_logged_in": True, "exp": LATER, "sub": "ada", "nonce": "1", "groups": ["ds", "second line"]}
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, State.ADMITTED),
        ({"is_logged_in": False}, State.UNKNOWN),
        ({"is_logged_in": "yes"}, State.UNKNOWN),
        ({"exp": NOW.timestamp()}, State.ENDED),
        ({"exp": None}, State.ENDED),
        ({"groups": []}, State.NO_ROLE),
        ({"groups": None}, State.NO_ROLE),
        ({"groups": {"ds": True}}, State.NO_ROLE),
        ({"groups": "second line,other"}, State.ADMITTED),
    ],
)
def test_only_a_sign_in_that_holds_with_a_role_is_let_in(changed: dict[str, object], state: State):
    found = judge({**ADA, **changed}, ASKED, NOW)
    assert found.state is state
    assert bool(found.user.roles) is (state is State.ADMITTED)


def test_nobody_at_all_is_not_let_in():
    assert judge({}, ASKED, NOW).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("groups", "chosen", "roles", "shown"),
    [
        (["ds", "second line"], "", ("data_science", "reviewer"), "data_science"),
        (["ds", "second line"], "reviewer", ("reviewer", "data_science"), "reviewer"),
        (["ds", "second line"], "admin", ("data_science", "reviewer"), "data_science"),
        (["ds"], "business", ("data_science",), "data_science"),
        (["admins"], "business", ("admin",), "business"),
        (["admins", "ds"], "ds", ("data_science", "admin"), "data_science"),
    ],
)
def test_a_role_is_chosen_among_those_held_and_an_admin_only_looks(
    groups: list[str], chosen: str, roles: tuple[str, ...], shown: str
):
    user = judge({**ADA, "groups": groups}, ASKED, NOW, chosen).user
    assert (user.roles, user.role) == (roles, shown)


def test_a_sign_in_that_was_ended_by_hand_stays_ended_and_no_other_does(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(signed_out, "_until", {})
    signed_out.add({**ADA, "exp": 4_000_000_000})
    assert judge({**ADA, "exp": 4_000_000_000}, ASKED, NOW).state is State.ENDED
    assert judge({**ADA, "exp": 4_000_000_000, "nonce": "2"}, ASKED, NOW).state is State.ADMITTED


def test_ended_sign_ins_are_forgotten_once_they_have_run_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(signed_out, "_until", {})
    for number in range(5):
        signed_out.add({**ADA, "exp": 1_000_000_000, "nonce": str(number)})
    assert len(signed_out._until) == 1


@pytest.mark.parametrize("page", [info.file for info in PAGES])
def test_where_sign_in_is_asked_for_no_page_shows_before_it(reader: Reader, page: str, monkeypatch: pytest.MonkeyPatch):
    full(reader.store)
    monkeypatch.setenv(AUTH_VARIABLE, ASKED.to_text())
    app = reader.open(page, model="bike-demand", role="Admin")
    assert [title.value for title in app.title] == ["Sign in"]
    assert "Snapshot" not in said(app)
    assert not app.sidebar.children


@pytest.mark.parametrize("told", ["", "{", "{}", '{"groups_claim": "groups", "roles": {"root": ["a"]}}'])
def test_where_what_sign_in_needs_is_missing_nobody_gets_in(reader: Reader, told: str, monkeypatch: pytest.MonkeyPatch):
    full(reader.store)
    monkeypatch.setenv(AUTH_VARIABLE, told)
    app = reader.open("home")
    assert [title.value for title in app.title] == ["Nobody can sign in now"]
    assert not app.button
    assert not app.sidebar.children


@pytest.mark.parametrize(
    ("address", "here"),
    [
        (None, True),
        ("127.0.0.1", True),
        ("127.0.0.7", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.7", False),
        ("::ffff:10.0.0.7", False),
        ("somewhere", False),
        ("", False),
    ],
)
def test_without_sign_in_the_room_is_for_this_machine_alone_however_it_was_started(
    reader: Reader, address: str | None, here: bool, monkeypatch: pytest.MonkeyPatch
):
    full(reader.store)
    monkeypatch.setattr(identity, "_address", lambda: address)
    title = "Glossary" if here else "This room is not open to you"
    assert [title.value for title in reader.open("glossary").title] == [title]


def test_pages_use_no_fragment_or_dialog_that_does_not_ask_at_the_door():
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    found = {
        file.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("fragment", "dialog") and ast.unparse(node.value) == "st"
    }
    assert found == {"fragments.py"}
