"""What the child takes from itself before it touches a model: memory, files, network, other processes.

Each limit stands alone: where the system lacks one the others hold, and the parent's log says which is missing.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from watchroom.explain import landlock, seccomp

MOST_FILES = 256  # open at once: libraries and the model's own
MOST_FILE_BYTES = 64 * 1024 * 1024  # of one written file: only the private folder takes any, whose total is watched
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38


def confine(model: Path, private: Path, memory_mb: int) -> tuple[str, ...]:
    """Apply every limit to this process for good; the names of those that this system does not have.

    Must run before any thread is started: a process with threads gets no user namespace of its own.
    """
    steps: dict[str, Callable[[], object]] = {
        "memory": lambda: _resources(memory_mb),
        "network": _own_network,
        "files": lambda: _files(model, private),
        "processes": _processes,
    }
    return tuple(name for name, step in steps.items() if not _done(step))


def cpu_seconds(seconds: float) -> None:
    """Let the process use so many more seconds of CPU on each core: a second line behind the parent's clock."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + seconds * (os.cpu_count() or 1)) + 2
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _done(step: Callable[[], object]) -> bool:
    try:
        step()
    except (OSError, ImportError, AttributeError, ValueError):
        return False
    return True


def _resources(memory_mb: int) -> None:
    import resource

    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_FSIZE, MOST_FILE_BYTES),
        (resource.RLIMIT_AS, memory_mb * 1024 * 1024),
    ):
        hard = resource.getrlimit(limit)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, allowed))


def _linux() -> ctypes.CDLL:
    if not sys.platform.startswith("linux"):
        raise OSError("not on this system")
    return ctypes.CDLL(None, use_errno=True)


def _own_network() -> None:
    """A network of its own with nothing in it, and no rights of the machine's root."""
    if _linux().unshare(_CLONE_NEWUSER | _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")


def _files(model: Path, private: Path) -> None:
    _no_new_rights()
    landlock.restrict(readable=[model, *_python(), *_system()], writable=[private, Path("/dev/null")])


def _processes() -> None:
    _no_new_rights()
    seccomp.restrict()


def _no_new_rights() -> None:
    if _linux().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _python() -> Sequence[Path]:
    """Where this Python and its libraries are, and this package itself."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    return [Path(path) for path in sorted(prefixes | {path for path in sys.path if path}) if path != "/"]


def _system() -> Sequence[Path]:
    """System libraries, time zones, and what libraries ask of the machine. Nothing of other processes."""
    own = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm/overcommit_memory")
    machine = ("/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/fs/cgroup", "/dev/urandom", "/dev/zero")
    known = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/timezone")
    libraries = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/lib", "/lib64")
    return [Path(path) for path in (*libraries, *known, *own, *machine)]
