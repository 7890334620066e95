"""What the servers of local work take from the machine: its environment, the cache folder, a free port.

Only this module of tousu/local reads the environment; deploy/local/setup.py, which runs before there is a virtual
environment, has the same rule for the cache folder, and a test holds the two together.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below the range from which Linux gives ports to outgoing connections (32768 and up), so that no client can sit on a
# server's port while the server is down for a restart.
PORTS = range(20_000, 32_000)
# The golden section of them: processes started one after the other search far apart, so that neither comes upon a port
# whose server, the other's, is down for a restart.
STRIDE = 7_417


class NotOnThisMachine(Exception):
    """Something a local server needs is not on this machine; the message says what, and how to get it."""


def environment() -> Mapping[str, str]:
    """The environment variables of this process."""
    return os.environ


def cache_folder(environ: Mapping[str, str] | None = None) -> Path:
    """The folder outside the repository that keeps what was fetched: $TOUSU_CACHE, else $XDG_CACHE_HOME/tousu, else
    ~/.cache/tousu. It may not exist yet."""
    env = environment() if environ is None else environ
    if env.get("TOUSU_CACHE"):
        return Path(env["TOUSU_CACHE"])
    return Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tousu"


def private_folder(path: Path) -> None:
    """Make a folder whose owner alone may look into it, or make one so that is there. What customers say lies in it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)


def keep_new_files_private() -> None:
    """Let what this process writes from now on be readable by its owner alone."""
    os.umask(0o077)


def free_port() -> int:
    """A loopback TCP port that nobody listens on; two processes start their search at places far apart."""
    start = os.getpid() * STRIDE % len(PORTS)
    for step in range(len(PORTS)):
        port = PORTS[(start + step) % len(PORTS)]
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise NotOnThisMachine(f"no free port between {PORTS.start} and {PORTS.stop - 1} on {LOOPBACK}: stop some servers.")


def port_if_free(port: int) -> int:
    """This loopback TCP port where nobody listens on it, else 0."""
    return port if port and _is_free(port) else 0


_given: set[int] = set()  # ports this process has handed out and whose server may not listen yet


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError):
            return False
    return True
