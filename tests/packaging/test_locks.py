"""The locks say exactly what is installed, for every dependency, and leave open where it comes from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent.parent
RUN, DEV = "requirements.lock", "requirements-dev.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def locked(name: str) -> dict[str, list[Requirement]]:
    """The pins of a lock by package; a package has several where platforms differ."""
    lines = (ROOT / name).read_text("utf-8").replace("\\\n", "").splitlines()
    pins: dict[str, list[Requirement]] = {}
    for line in lines:
        if line and not line.startswith("#"):
            requirement = Requirement(line.split(" --hash=")[0].strip())
            pins.setdefault(requirement.name, []).append(requirement)
    return pins


def wanted(*groups: str) -> list[Requirement]:
    lines = [
        *PROJECT["project"]["dependencies"],
        *(line for group in groups for line in PROJECT["dependency-groups"][group]),
    ]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(("lock", "groups"), [(RUN, ["build"]), (DEV, ["build", "dev"])])
def test_every_dependency_is_locked_to_a_version_that_it_allows(lock: str, groups: list[str]):
    pins = locked(lock)
    for requirement in wanted(*groups):
        versions = [next(iter(pin.specifier)).version for pin in pins[requirement.name.lower()]]
        assert all(version in requirement.specifier for version in versions), (str(requirement), versions)


@pytest.mark.parametrize("lock", [RUN, DEV])
def test_every_locked_file_has_its_hash_and_no_address(lock: str):
    text = (ROOT / lock).read_text("utf-8")
    entries = [line for line in text.replace("\\\n", "").splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"\S+==\S+( ; [^\\]*?)?(\s+--hash=sha256:[0-9a-f]{64})+", entry) for entry in entries)
    assert not re.search(r"://|^-|^\S+==\S+\+", text, re.MULTILINE)


def test_what_is_tested_is_what_runs():
    run, dev = locked(RUN), locked(DEV)
    assert {name: [str(pin.specifier) for pin in pins] for name, pins in run.items()} == {
        name: [str(pin.specifier) for pin in dev[name]] for name in run
    }
