"""`make run` on a machine without a suitable Python says so, and touches nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

OLD = "#!/bin/sh\ncase $1 in --version) echo Python 3.8.1;; *) exit 1;; esac\n"
SHIM = "#!/bin/sh\necho 'not found in these versions' >&2\nexit 127\n"


@pytest.mark.parametrize("script", [OLD, SHIM], ids=["too old", "a shim that does not run"])
def test_without_a_suitable_python_the_reason_is_said(tmp_path: Path, script: str):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "venv", tmp_path / ".ci" / "venv")
    python = tmp_path / "python3"
    python.write_text(script)
    python.chmod(0o755)
    done = subprocess.run(
        [tmp_path / ".ci" / "venv", "requirements.lock"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHON": str(python)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (tmp_path / ".venv").exists()
