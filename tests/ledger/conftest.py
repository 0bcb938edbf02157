"""Where the ledger's tests keep their ledgers: a file, and a database on a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.ledger import postgres
from watchroom.ledger import Ledger

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a running server, without a database's name."""
    programs = postgres.programs()
    if programs is None:
        pytest.skip(postgres.NO_SERVER)
    with postgres.server(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Gives the URL of a place where no ledger is yet, another each time; the test runs on both databases."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/ledger-{next(_numbers)}.db"
    server: str = request.getfixturevalue("postgres_url")
    return lambda: _schema(server)


def _schema(server: str) -> str:
    # A schema is made in a millisecond, and a database is seven megabytes.
    name = f"ledger_{next(_numbers)}"
    postgres.execute(f"{server}/postgres", f"create schema {name}")
    return f"{server}/postgres?options=-csearch_path%3D{name}"


def _database(server: str) -> str:
    name = f"ledger_{next(_numbers)}"
    postgres.execute(f"{server}/postgres", f"create database {name}")
    return f"{server}/{name}"


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    return new_url()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger.open(url, create=True) as opened:
        yield opened


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
def sqlite_ledger(sqlite_url: str) -> Iterator[Ledger]:
    with Ledger.open(sqlite_url, create=True) as opened:
        yield opened


@pytest.fixture
def postgres_database(postgres_url: str) -> str:
    """The URL of an empty database of its own, for what is set on a whole database."""
    return _database(postgres_url)


@pytest.fixture
def postgres_ledger(postgres_database: str) -> Iterator[Ledger]:
    with Ledger.open(postgres_database, create=True) as opened:
        yield opened
