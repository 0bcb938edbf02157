"""What a logged model may do to us: nothing. Each attack is a real model folder, and a real child process."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from watchroom.errors import ExplainError, ModelRefused
from watchroom.explain import private, syscalls
from watchroom.explain.contract import Limits
from watchroom.explain.process import Explainer

pytestmark = pytest.mark.long

ROWS = pa.table({"x": [1.0, 2.0], "y": [0.5, 0.25]})
QUICK = Limits(seconds=60.0, memory_mb=4096)
SIGNATURE = """
signature:
  inputs: '[{"type": "double", "name": "x", "required": true}, {"type": "double", "name": "y", "required": true}]'
"""
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are Linux's")


@pytest.fixture(autouse=True)
def _nothing_stays(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No temporary folder and no child outlives a test."""
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield
    assert not list(temporary.iterdir())
    listed = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True, check=False
    )
    assert "watchroom.explain" not in listed.stdout and "<defunct>" not in listed.stdout  # noqa: PT018


def own_code(folder: Path, predict: str = "return frame['x'].to_numpy()", at_load: str = "pass") -> Path:
    """A model of the python_function flavor whose loader is a module of its own."""
    (folder / "code").mkdir(parents=True)
    card = "flavors:\n  python_function:\n    loader_module: evil\n    code: code\n    data: data.txt\n"
    (folder / "MLmodel").write_text(card + SIGNATURE)
    (folder / "data.txt").write_text("data")
    body = textwrap.dedent(
        """
        import os, socket, subprocess, sys
        def _load_pyfunc(path):
            {at_load}
            return Model()
        class Model:
            def predict(self, frame, params=None):
                {predict}
        """
    )
    (folder / "code" / "evil.py").write_text(body.replace("{at_load}", at_load).replace("{predict}", predict))
    return folder


def started(folder: Path, *, trust: bool = False, limits: Limits = QUICK) -> Explainer:
    return Explainer.start(folder, task="regression", trust=trust, background=ROWS, limits=limits)


def failure(folder: Path, *, trust: bool = False, limits: Limits = QUICK) -> ExplainError:
    """The error of loading and explaining; the child is gone, or ends here."""
    with pytest.raises(ExplainError) as caught, started(folder, trust=trust, limits=limits) as explainer:
        explainer.explain(ROWS)
    assert all("\n" not in part and len(part) < 1000 for part in (caught.value.what, caught.value.why))
    return caught.value


def answer(folder: Path, limits: Limits = QUICK) -> float:
    """What a trusted model that tells a number about itself says."""
    with started(folder, trust=True, limits=limits) as explainer:
        return float(explainer.explain(ROWS).output[0])


def worked(folder: Path, tries: list[str]) -> list[str]:
    """Which of what a trusted model tries is not refused to it."""
    lines = ["done = 0"]
    for place, tried in enumerate(tries):
        lines += ["try:", f"    {tried}", f"    done += 2 ** {place}", "except Exception: pass"]
    body = textwrap.indent("\n".join([*lines, "return [float(done)] * len(frame)"]), " " * 8).lstrip()
    bits = int(answer(own_code(folder, body)))
    return [tried for place, tried in enumerate(tries) if bits >> place & 1]


def test_a_loader_of_its_own_does_not_run_without_trust(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    folder = own_code(tmp_path / "model", at_load=f"open({str(mark)!r}, 'w')")
    error = failure(folder)
    assert isinstance(error, ModelRefused)
    assert "'evil'" in error.why
    assert "explain: {trust: true}" in error.next_step and "only for models you built" in error.next_step.lower()  # noqa: PT018
    assert not mark.exists()


def test_a_loader_of_its_own_runs_with_trust(tmp_path: Path) -> None:
    assert answer(own_code(tmp_path / "model")) == 1.0


@linux
def test_a_trusted_model_has_no_files_network_processes_or_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, model, parent = tmp_path / "workspace", tmp_path / "model", os.getpid()
    workspace.mkdir()
    (workspace / "ledger.db").write_text("secret")
    monkeypatch.setenv("WATCHROOM_SECRET", "secret")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        tries = [
            f"open('{workspace}/ledger.db').read()",
            f"os.listdir('{workspace}')",
            f"os.listdir('{Path.home()}')",
            "open('/etc/passwd').read()",
            f"open('/proc/{parent}/environ').read()",
            f"open('{model}/MLmodel', 'a').write('x')",
            f"open('{workspace}/new', 'w')",
            "open('/dev/shm/new', 'w')",
            f"socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 2)",
            "socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)",
            "subprocess.run(['/bin/true'])",
            "os._exit(0) if os.fork() == 0 else None",
            f"os.kill({parent}, 0)",
            "os.setuid(0)",
            "os.environ['WATCHROOM_SECRET']",
            "os.environ['MLFLOW_TRACKING_TOKEN']",
            "__import__('resource').setrlimit(9, (-1, -1))",
        ]
        assert worked(model, tries) == []


@linux
def test_a_trusted_model_has_no_hand_on_what_landlock_does_not_guard(tmp_path: Path) -> None:
    """Modes, owners, times and attributes of files; priority, cores and limits of its parent; shared memory, queues."""
    secret, parent = tmp_path / "ledger.db", os.getpid()
    secret.write_text("secret")
    secret.chmod(0o600)
    os.utime(secret, (1_000, 1_000))
    path, libc = repr(str(secret)), "__import__('ctypes').CDLL(None)"
    own = "os.environ['TMPDIR'] + '/own'"
    tries = [
        f"os.chmod({path}, 0o666)",
        f"os.chown({path}, -1, -1)",
        f"os.lchown({path}, -1, -1)",
        f"os.utime({path}, (0, 0))",
        f"os.setxattr({path}, 'user.x', b'1')",
        f"os.removexattr({path}, 'user.x')",
        f"os.fchmod(os.open({own}, os.O_CREAT | os.O_RDWR), 0o4755)",
        f"os.fchown(os.open({own}, os.O_CREAT | os.O_RDWR), -1, -1)",
        f"1 / ({libc}.syscall(452, -100, {path}.encode(), 0o666, 0) == 0)",
        f"os.setpriority(os.PRIO_PROCESS, {parent}, 5)",
        "os.nice(1)",
        f"os.sched_setaffinity({parent}, {{0}})",
        f"os.sched_setscheduler({parent}, os.SCHED_BATCH, os.sched_param(0))",
        f"__import__('resource').prlimit({parent}, 0, (1, 1))",
        f"1 / ({libc}.shmget(1234, 1024, 0o1666) >= 0)",
        f"1 / ({libc}.msgget(1234, 0o1666) >= 0)",
        f"1 / ({libc}.semget(1234, 1, 0o1666) >= 0)",
        f"1 / ({libc}.mq_open(b'/x', 66, 0o600, None) >= 0)",
        "os.memfd_create('x')",
        f"os.pidfd_open({parent})",
        f"__import__('fcntl').fcntl(os.open('/dev/null', 0), 8, {parent})",
        "__import__('fcntl').fcntl(os.open('/dev/null', 0), 10, 9)",
        f"__import__('fcntl').ioctl(socket.socketpair()[0], 0x8901, __import__('struct').pack('i', {parent}))",
    ]
    before, cores = os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0)
    assert worked(tmp_path / "model", tries) == []
    assert (secret.stat().st_mode & 0o777, secret.stat().st_mtime) == (0o600, 1_000)
    assert (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0)) == (before, cores)


@pytest.mark.parametrize(
    ("machine", "header"),
    [("X86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), ("AARCH64", "/usr/include/asm-generic/unistd.h")],
)
def test_the_numbers_of_system_calls_are_the_kernels(machine: str, header: str) -> None:
    if not Path(header).exists():
        pytest.skip("no headers of the kernel here")
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(header).read_text()))
    ours = getattr(syscalls, machine)
    assert {name: int(known[name]) for name in ours if name in known} == {n: ours[n] for n in ours if n in known}
    assert len(set(ours.values())) == len(ours)
    assert set(known) & set(syscalls.REFUSED) <= set(ours)


def test_a_trusted_model_may_read_its_own_folder_compute_in_threads_and_write_to_a_private_place(
    tmp_path: Path,
) -> None:
    tries = [
        f"open({str(tmp_path / 'model' / 'data.txt')!r}).read()",
        "open(os.environ['TMPDIR'] + '/x', 'w').write('y')",
        "__import__('threading').Thread(target=print).start()",
        "os.kill(os.getpid(), 0)",
        "os.sched_setaffinity(0, os.sched_getaffinity(0))",
        "__import__('resource').setrlimit(__import__('resource').RLIMIT_NOFILE, (64, 256))",
        "__import__('fcntl').fcntl(0, 1)",
    ]
    assert worked(tmp_path / "model", tries) == tries


def test_a_model_that_prints_does_not_disturb_the_answer(tmp_path: Path) -> None:
    loud = (
        "os.write(1, b'x' * 100000); print('y' * 100000); sys.stderr.write('z' * 100000); return frame['x'].to_numpy()"
    )
    assert answer(own_code(tmp_path / "model", loud, at_load="os.write(1, b'loading')")) == 1.0


def test_a_model_that_kills_itself_is_its_own_failure(tmp_path: Path) -> None:
    error = failure(own_code(tmp_path / "model", "os.kill(os.getpid(), 9)"), trust=True)
    assert error.what == "The process with the model died."
    assert "SIGKILL" in error.why


def test_what_a_dying_model_says_is_told_in_one_short_line(tmp_path: Path) -> None:
    dies = "sys.stderr.write('<b>' + 'a' * 9000 + '\\x1b[31m\\n'); sys.stderr.flush(); os._exit(3)"
    error = failure(own_code(tmp_path / "model", dies), trust=True)
    assert "code 3" in error.why
    assert len(error.why) < 500
    assert error.why.isprintable()


@linux
def test_a_model_that_takes_all_memory_is_told_that_it_may_not(tmp_path: Path) -> None:
    error = failure(own_code(tmp_path / "model", "return bytearray(100_000_000_000)"), trust=True)
    assert "memory" in error.what
    assert "explain_memory_mb" in error.next_step


def test_a_model_that_loops_is_stopped_at_its_time_limit(tmp_path: Path) -> None:
    folder = own_code(tmp_path / "model", "while True: pass")
    with started(folder, trust=True) as explainer:
        begin = time.monotonic()
        with pytest.raises(ExplainError, match="took too long") as caught:
            explainer.explain(ROWS, seconds=1.0)
        assert time.monotonic() - begin < 5
        assert not explainer.alive
    assert "1 s" in caught.value.why


def test_a_model_that_loops_while_it_is_loaded_is_stopped_as_well(tmp_path: Path) -> None:
    folder = own_code(tmp_path / "model", at_load="[None for _ in iter(int, 1)]")
    assert "took too long" in failure(folder, trust=True, limits=Limits(6.0, 4096)).what


@pytest.mark.parametrize("said", ["b'{}'", "b'\\x02\\x00\\x00\\x00' + b'\\xff' * 8 + b'{}'", "b'\\x00' * 12"])
def test_a_model_that_answers_in_our_place_is_found_out(said: str, tmp_path: Path) -> None:
    """It has the pipe: whatever it writes there is checked, and never unpickled."""
    body = f"""
for fd in range(3, 12):
    try:
        if 'pipe' in os.readlink(f'/proc/self/fd/{{fd}}'): os.write(fd, {said})
    except OSError: pass
os._exit(0)
"""
    speaks = textwrap.indent(body.strip(), " " * 8).lstrip()
    assert failure(own_code(tmp_path / "model", speaks), trust=True).what


@pytest.mark.parametrize("answers", ["return ['a'] * len(frame)", "return 5", "return None", "raise KeyError('x')"])
def test_a_model_without_a_number_for_each_row_is_no_explanation(answers: str, tmp_path: Path) -> None:
    assert failure(own_code(tmp_path / "model", answers), trust=True).what


FILLS = {
    "many files": "[open(f'{home}/{n}', 'wb').write(b'x' * 10_000_000) for n in range(10_000)]",
    "many empty files": "[open(f'{home}/{n}', 'w').close() for n in range(10_000_000)]",
    "files without a name": "kept = [(f := open(f'{home}/a', 'wb', 0), f.write(b'x' * 10_000_000), "
    "os.unlink(f'{home}/a')) for n in range(200)]; time.sleep(30)",
    "folders in folders": "[(os.mkdir('d'), os.chdir('d')) for n in range(20_000)]",
}


@linux
@pytest.mark.parametrize("fills", FILLS.values(), ids=FILLS.keys())
def test_a_model_that_fills_the_disk_is_stopped_and_leaves_nothing(fills: str, tmp_path: Path) -> None:
    body = f"import time; home = os.environ['TMPDIR']; os.chdir(home); {fills}"
    error = failure(own_code(tmp_path / "model", body), trust=True)
    assert error.what == "The model wrote more than it may, and was stopped."
    assert "256 MiB" in error.why


@linux
def test_a_large_file_is_refused_to_the_model(tmp_path: Path) -> None:
    tries = ["open(os.environ['TMPDIR'] + '/x', 'wb').write(b'x' * 70_000_000)"]
    assert worked(tmp_path / "model", tries) == []


def test_what_is_left_is_removed_however_deep_and_closed_it_is(tmp_path: Path) -> None:
    """In a process of its own, which alone goes where no path leads."""
    folder, outside = private.made(), tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    body = f"import os; os.chdir({str(folder)!r}); os.symlink({str(outside)!r}, 'link'); os.mkdir('e', 0)\n"
    body += "open('file', 'w').close(); os.chmod('file', 0)\n"
    body += "for n in range(5_000): os.mkdir('d'); os.chdir('d')\nos.mkdir('f', 0o500); os.symlink('/', 'l')"
    subprocess.run([sys.executable, "-c", body], check=True)
    assert private.is_full(folder, os.getpid())
    private.removed(folder)
    assert not folder.exists()
    assert (outside / "kept").read_text() == "kept"


@linux
def test_what_a_killed_process_left_is_removed_at_the_next_start_and_nothing_else(tmp_path: Path) -> None:
    with started(own_code(tmp_path / "model"), trust=True) as explainer:
        own = explainer._private
        start, number = own.name.rsplit("-", 2)[0], str(os.getpid())
        assert start.startswith("watchroom-explain-") and own.name.split("-")[3] == number  # noqa: PT018
        names = {
            f"{start}-{2**22 + 5}-left": False,  # beyond the kernel's largest number of a process
            f"{start}-{number}-lives": True,
            f"{start}-1-of_another": True,
            f"{start}-word-x": True,
            f"watchroom-explain-1-{2**22 + 5}-elsewhere": True,
            "watchroom-explain-old": True,
        }
        for name in names:
            (own.parent / name / "inner").mkdir(parents=True)
        with started(tmp_path / "model", trust=True):
            assert {name: (own.parent / name).exists() for name in names} == names
        assert explainer.explain(ROWS).output.tolist() == [1.0, 2.0]
    for name in names:
        shutil.rmtree(own.parent / name, ignore_errors=True)


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    folder = own_code(tmp_path / "model", "while True: pass")
    script = textwrap.dedent(f"""
        import threading, time, os, sys, pathlib, pyarrow as pa
        from watchroom.explain.process import Explainer, Limits
        rows = pa.table({{"x": [1.0], "y": [1.0]}})
        folder, limits = pathlib.Path({str(folder)!r}), Limits(60, 4096)
        e = Explainer.start(folder, task="regression", trust=True, background=rows, limits=limits)
        threading.Thread(target=e.explain, args=(rows,), daemon=True).start()
        time.sleep(0.5)
        print(e._child.pid, e._private, flush=True)
        os.kill(os.getpid(), 9)
    """)
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "TMPDIR": tempfile.gettempdir()},
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid, private = done.stdout.split()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()
    Path(private).rmdir()  # a killed parent cannot tidy up


def test_the_child_lives_in_a_process_that_ends_the_thread_which_started_it(tmp_path: Path) -> None:
    import threading

    folder, kept = own_code(tmp_path / "model"), list[Explainer]()
    thread = threading.Thread(target=lambda: kept.append(started(folder, trust=True)))
    thread.start()
    thread.join()
    with kept[0] as explainer:
        time.sleep(1.5)
        assert explainer.alive
        assert explainer.explain(ROWS).output.tolist() == [1.0, 2.0]
