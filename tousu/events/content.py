"""What every event says is one of these: a Struct with the type that it is the data of."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of the data of events, such as the pack that decided."""


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The data of one event. A field that is absent is None, or an empty tuple where a list is never empty.

    Times and amounts of money are text, as they stand in the event (docs/decisions/0027): `time_of_text` and Decimal
    read them.
    """

    TYPE: ClassVar[str] = ""
    """The event type, such as tousu.clock.met.v1."""
