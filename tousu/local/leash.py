"""Run a command that must not outlive the process that started it, however that process ends (kill -9 included).

    python -I -S leash.py OWNER_PID SIGNAL_NUMBER COMMAND [ARGUMENT ...]

The process becomes COMMAND, so it keeps its process id; a small child stays behind, sleeps until the owner or the
command is gone, and then ends the command: SIGNAL_NUMBER first, SIGKILL five seconds later. Why not PR_SET_PDEATHSIG:
Linux sends it when the *thread* that started the child ends, and a server may well be started from a worker thread.
"""

from __future__ import annotations

import os
import select
import signal
import sys

GRACE_S = 5


def watch(owner: int, server: int, first_signal: int) -> None:
    """Wait for one of two processes, given as pidfds, to end; then see to it that `server` has ended too."""
    ended, _, _ = select.select([owner, server], [], [])
    if server in ended:
        return
    try:
        signal.pidfd_send_signal(server, first_signal)
        ended, _, _ = select.select([server], [], [], GRACE_S)
        if not ended:
            signal.pidfd_send_signal(server, signal.SIGKILL)
    except ProcessLookupError:
        return


def main(owner_pid: int, first_signal: int, command: list[str]) -> int:
    try:
        owner = os.pidfd_open(owner_pid)
    except ProcessLookupError:
        return 1
    if os.getppid() != owner_pid:
        return 1  # the owner is gone and its number belongs to another process
    server = os.pidfd_open(os.getpid())
    if os.fork() == 0:
        watch(owner, server, first_signal)
        os._exit(0)
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
    raise AssertionError("unreachable: the process is the command now")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
