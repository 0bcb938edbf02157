"""Addresses as they are shown: as much as a person needs, and no secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.addresses import shown_address, without_login


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://host:5000/mlflow", "http://host:5000/mlflow"),
        ("http://bob:secret@host:5000/mlflow", "http://host:5000/mlflow"),
        ("http://bob:se@cret@host", "http://host"),
        ("http://bob:se/cret@host", "http://host"),
        ("http://bob:s@e/cret@host/x", "http://host/x"),
        ("http://token@host", "http://host"),
        ("http://host/a@b", "http://host/a@b"),
        ("http://[::1]:5000/x", "http://[::1]:5000/x"),
        ("postgresql+psycopg://bob:secret@host/db?password=secret#secret", "postgresql+psycopg://host/db"),
        ("sqlite:////home/me@work/mlflow.db", "sqlite:////home/me@work/mlflow.db"),
        ("http://bob:secret", "an address"),
        ("http://bob:12?secret@host", "an address"),
        ("http://[secret", "an address"),
        ("secret word://x", "an address"),
        ("./mlruns", "./mlruns"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(uri: str, shown: str) -> None:
    assert shown_address(uri) == shown


@given(password=st.text(st.characters(codec="utf-8")).map(lambda text: f"hush{text}hush"), query=st.booleans())
def test_a_password_is_never_shown_whatever_is_in_it(password: str, query: bool) -> None:
    shown = shown_address(f"http://bob:{password}@host/x{'?token=hush' if query else ''}")
    assert "hush" not in shown


@pytest.mark.parametrize(
    ("uri", "left"),
    [
        ("http://bob:se/cr@et@host/x?a=1", "http://host/x?a=1"),
        ("sqlite:///x.db?mode=ro", "sqlite:///x.db?mode=ro"),
        ("mlruns", "mlruns"),
    ],
)
def test_an_address_without_its_login_is_otherwise_the_same(uri: str, left: str) -> None:
    assert without_login(uri) == left
