"""Numbers of system calls (Linux's `unistd.h`) by machine, and those that the child may not make at all."""

from __future__ import annotations

_REFUSED = {
    "new processes and programs": "fork vfork execve execveat",
    "the network": "socket",
    "other processes": (
        "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_open pidfd_getfd "
        "pidfd_send_signal tkill rt_tgsigqueueinfo setpriority ioprio_set migrate_pages move_pages perf_event_open "
    ),
    "the kernel": "io_uring_setup bpf keyctl add_key request_key mount setns unshare userfaultfd open_by_handle_at",
    "modes, owners, times and attributes, which Landlock does not guard": (
        "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat setxattr "
        "lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr "
    ),
    "memory and queues that outlive the process, or that no limit counts": (
        "shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semctl semtimedop mq_open mq_unlink "
        "memfd_create memfd_secret "
    ),
}
REFUSED = tuple(name for names in _REFUSED.values() for name in names.split())

X86_64 = {
    "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "socket": 41, "ptrace": 101, "process_vm_readv": 310,
    "process_vm_writev": 311, "process_madvise": 440, "process_mrelease": 448, "kcmp": 312, "pidfd_open": 434,
    "pidfd_getfd": 438, "pidfd_send_signal": 424, "tkill": 200, "rt_tgsigqueueinfo": 297, "setpriority": 141,
    "ioprio_set": 251, "migrate_pages": 256, "move_pages": 279, "perf_event_open": 298, "io_uring_setup": 425,
    "bpf": 321, "keyctl": 250, "add_key": 248, "request_key": 249, "mount": 165, "setns": 308, "unshare": 272,
    "userfaultfd": 323, "open_by_handle_at": 304, "chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452,
    "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260, "utime": 132, "utimes": 235, "futimesat": 261,
    "utimensat": 280, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "setxattrat": 463, "removexattr": 197,
    "lremovexattr": 198, "fremovexattr": 199, "removexattrat": 466, "file_setattr": 469, "shmget": 29, "shmat": 30,
    "shmctl": 31, "msgget": 68, "msgsnd": 69, "msgrcv": 70, "msgctl": 71, "semget": 64, "semop": 65, "semctl": 66,
    "semtimedop": 220, "mq_open": 240, "mq_unlink": 241, "memfd_create": 319, "memfd_secret": 447, "clone": 56,
    "clone3": 435, "kill": 62, "tgkill": 234, "rt_sigqueueinfo": 129, "sched_setparam": 142,
    "sched_setscheduler": 144, "sched_setaffinity": 203, "sched_setattr": 314, "prlimit64": 302, "fcntl": 72,
    "ioctl": 16,
}  # fmt: skip
AARCH64 = {
    "execve": 221, "execveat": 281, "socket": 198, "ptrace": 117, "process_vm_readv": 270,
    "process_vm_writev": 271, "process_madvise": 440, "process_mrelease": 448, "kcmp": 272, "pidfd_open": 434,
    "pidfd_getfd": 438, "pidfd_send_signal": 424, "tkill": 130, "rt_tgsigqueueinfo": 240, "setpriority": 140,
    "ioprio_set": 30, "migrate_pages": 238, "move_pages": 239, "perf_event_open": 241, "io_uring_setup": 425,
    "bpf": 280, "keyctl": 219, "add_key": 217, "request_key": 218, "mount": 40, "setns": 268, "unshare": 97,
    "userfaultfd": 282, "open_by_handle_at": 265, "fchmod": 52, "fchmodat": 53, "fchmodat2": 452, "fchown": 55,
    "fchownat": 54, "utimensat": 88, "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "setxattrat": 463,
    "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16, "removexattrat": 466, "file_setattr": 469,
    "shmget": 194, "shmat": 196, "shmctl": 195, "msgget": 186, "msgsnd": 189, "msgrcv": 188, "msgctl": 187,
    "semget": 190, "semop": 193, "semctl": 191, "semtimedop": 192, "mq_open": 180, "mq_unlink": 181,
    "memfd_create": 279, "memfd_secret": 447, "clone": 220, "clone3": 435, "kill": 129, "tgkill": 131,
    "rt_sigqueueinfo": 138, "sched_setparam": 118, "sched_setscheduler": 119, "sched_setaffinity": 122,
    "sched_setattr": 274, "prlimit64": 261, "fcntl": 25, "ioctl": 29,
}  # fmt: skip
"""This machine never had the older calls that take a path without a folder (`chmod`, `fork`, `utime`)."""
