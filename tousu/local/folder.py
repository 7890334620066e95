"""A data folder and who works in it: one `tousu up` or demo at a time, and the broker that it works with."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tousu.failure import Stop

WORK: Final = Path("run") / "work.json"
"""Who works here (locked while somebody does), and with which broker; it stays when the work has ended."""
_BYTES_MAX: Final = 4_096


@contextmanager
def work_in(folder: Path, command: str, pack: str = "") -> Iterator[Callable[[str], None]]:
    """Have a data folder for oneself; what is yielded remembers the broker that the work is done with. So is the pack.

    Raises Stop `folder_in_use`, which names who has it. The lock goes with the process, however that ends.
    """
    file = folder / WORK
    file.parent.mkdir(parents=True, exist_ok=True)
    held = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _in_use(folder) from None
        holder = {**_contents(file), "command": command, "process": os.getpid()}
        holder |= {"pack": pack} if pack else {}
        _write(held, holder)
        yield lambda broker: _write(held, holder | {"broker": broker})
    finally:
        os.close(held)


def check_free(folder: Path) -> None:
    """Raises Stop `folder_in_use` where somebody works in a data folder."""
    if (folder / WORK).exists():
        with work_in(folder, ""):
            return


def broker_of(folder: Path) -> str:
    """The broker that the work in a data folder is, or was last, done with; empty where none is known."""
    return str(_contents(folder / WORK).get("broker") or "")


def pack_of(folder: Path) -> str:
    """The pack that the work in a data folder is, or was last, done by; empty where none is known."""
    return str(_contents(folder / WORK).get("pack") or "")


def _in_use(folder: Path) -> Stop:
    holder = _contents(folder / WORK)
    with_broker = f", broker {holder['broker']}" if holder.get("broker") else ""
    who = f"`tousu {holder.get('command', '')}` (process {holder.get('process', '?')}{with_broker})"
    return Stop("folder_in_use", f"{folder} is in use by {who}; stop that one, or name another folder with --data")


def _contents(file: Path) -> dict[str, Any]:
    try:
        holder = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}


def _write(held: int, holder: dict[str, Any]) -> None:
    """In one write, so that whoever reads meanwhile reads the one or the other."""
    line = json.dumps(holder).encode()
    assert len(line) < _BYTES_MAX
    os.pwrite(held, line.ljust(max(len(line), os.fstat(held).st_size)), 0)
