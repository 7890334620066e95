"""What events of the family early warning say. Made by `python -m tousu.contract.structs` from schemas/: do not
edit by hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar

from msgspec import field

from tousu.events.content import Content, Part
from tousu.events.shared_values import ClassCode, Code, Moment, Outlet, PackReference, Region, Section


class EarlyWarningRaisedWindow(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The window that was counted."""
    from_: Moment = field(name="from")
    """Its beginning."""
    to: Moment
    """Its end."""


class EarlyWarningRaisedUsual(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What is usual in such a window."""
    mean: int | float
    """How many there are on average."""
    upper: int | float
    """Above this number it is unusual."""


class EarlyWarningRaised(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Early warning raised (预警). Complaints of a kind rose above what is usual."""
    TYPE: ClassVar[str] = "tousu.early_warning.raised.v1"
    class_: ClassCode | None = field(name="class", default=None)
    kind: Code | None = None
    """What was counted, where it is not a class, such as complaint or inquiry."""
    outlet: Outlet | None = None
    region: Region | None = None
    window: EarlyWarningRaisedWindow
    """The window that was counted."""
    count: int
    """How many there were in the window."""
    usual: EarlyWarningRaisedUsual
    """What is usual in such a window."""
    at: Moment
    """When it was noticed."""
    pack: PackReference | None = None
    section: Section | None = None
