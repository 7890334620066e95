"""What a command has printed, as the document that it is."""

from __future__ import annotations

from typing import Any, Protocol

import orjson


class Ended(Protocol):
    """A command that has ended, as `subprocess.run` returns it."""

    @property
    def returncode(self) -> int: ...

    @property
    def stdout(self) -> Any: ...

    @property
    def stderr(self) -> Any: ...


def document_of(ended: Ended) -> Any:
    """The JSON on standard output. A command that printed none says why: with its exit code and standard error."""
    assert ended.stdout, f"nothing was printed, exit code {ended.returncode}: {ended.stderr}"
    return orjson.loads(ended.stdout)
