"""The only three ways in which work can fail; everything else is a value with a reason code."""

from __future__ import annotations

from collections.abc import Mapping


class Failure(Exception):
    """Something went wrong. Carries a snake_case reason code beside the sentence.

    `about`: for the log, the case and the trace that it is about, where that is known.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message
        self.about: Mapping[str, str] = {}


class Retry(Failure):
    """A dependency is away (database, broker): wait and do the same thing again; nothing is lost."""


class Reject(Failure):
    """This one input can never be applied: it goes to `complaints.rejected`, and the processor goes on.

    `schema` is the address of the schema that it does not meet, where that is the reason.
    """

    def __init__(self, reason: str, message: str, place: str = "", schema: str = "") -> None:
        super().__init__(reason, message)
        self.place = place
        self.schema = schema


class Stop(Failure):
    """Going on would do harm (a record is missing, a topic was made again): the shard halts and says why."""
