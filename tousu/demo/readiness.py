"""What running processors say of themselves at /readyz: ready, or why not, by shard where it is one shard."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import orjson

from tousu.runtime.checkpoint_checks import Halt

ASK_S: Final = 1.0
Reason = dict[str, str]
"""`reason` and `message`, and `shard` where it is one shard that has halted."""


def address_file(data: Path, name: str) -> Path:
    """Where a processor of this data folder writes the address of its metrics."""
    return data / "run" / f"{name}.address"


def reasons_at(address: str) -> list[Reason] | None:
    """Why a processor is not ready; none where it is, None where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://{address}/readyz", timeout=ASK_S):
            return []
    except urllib.error.HTTPError as error:
        with error:
            return list(orjson.loads(error.read()).get("why_not", []))
    except (OSError, ValueError):
        return None


def halts_among(name: str, reasons: Iterable[Reason]) -> list[Halt]:
    """The shards among these reasons that have halted."""
    return [
        Halt(name, int(reason["shard"]), reason["reason"], reason["message"]) for reason in reasons if "shard" in reason
    ]


def halts_in(data: Path, names: Iterable[str]) -> list[Halt]:
    """The halted shards of every processor that runs on this data folder and says where it can be asked."""
    halts = []
    for name in names:
        file = address_file(data, name)
        address = file.read_text().strip() if file.exists() else ""
        halts += halts_among(name, (reasons_at(address) if address else None) or ())
    return halts
