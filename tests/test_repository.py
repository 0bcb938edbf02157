"""What must never get into the repository: where something was made or fetched, large files, markup from data."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MOST_BYTES = 1_000_000  # the locks are half of that; anything larger is data or a build result

# A class of one letter, so that this file does not hold what it looks for.
PLACES = re.compile(r"pyp[i]\.org|pythonhoste[d]\.org|npmj[s]\.|/roo[t]/|/wor[k]/")
MARKUP = re.compile(r"unsafe_allow_htm[l]|use_container_widt[h]")


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def holding(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for file in files
        for number, line in enumerate(file.read_text("utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_registry_or_a_folder_of_one_machine():
    assert holding(PLACES, list(tracked())) == []


def test_no_page_lets_text_become_markup():
    code = [file for file in tracked() if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in {"app", "pages"}]
    assert holding(MARKUP, code) == []


def test_nothing_large_is_kept():
    assert [file for file in tracked() if file.stat().st_size > MOST_BYTES] == []
