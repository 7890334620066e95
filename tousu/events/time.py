"""What events of the family time say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar

from tousu.events.content import Content
from tousu.events.shared_values import Moment


class TimeHeldOut(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Input held out (暂不等待输入). An operator lets the time of a shard go on without an input that is silent. It
    belongs to no case; the header tousu-origin names the shard.
    """
    TYPE: ClassVar[str] = "tousu.time.held_out.v1"
    topic: str
    """The input topic."""
    origin: str | None = None
    """Which of its origins, such as claims/3; absent for a topic of channel adapters as a whole."""
    until: Moment | None = None
    """Up to when it had been read: what is decided for later is unconfirmed until it has been let in and read so
    far. Absent where nothing of it was read.
    """
    operator: str
    """Who held it out."""
    why: str
    """Why, in their words."""


class TimeJumpAccepted(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Jump of time accepted (接受时间跳变). An operator lets the time of a shard of intake jump forward, where it
    was held because a broker's clock ran ahead. It belongs to no case; the header tousu-origin names the shard.
    """
    TYPE: ClassVar[str] = "tousu.time.jump_accepted.v1"
    until: Moment
    """Up to when time may jump."""
    operator: str
    """Who accepted it."""
    why: str
    """Why, in their words."""


class TimeLetIn(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Input let in (恢复等待输入). An operator lets the time of a shard wait again for an input that was held out.
    It belongs to no case; the header tousu-origin names the shard.
    """
    TYPE: ClassVar[str] = "tousu.time.let_in.v1"
    topic: str
    """The input topic."""
    origin: str | None = None
    """Which of its origins, such as claims/3; absent for a topic of channel adapters as a whole."""
    until: Moment | None = None
    """Up to when it had been read: what is decided for later is unconfirmed until it has been let in and read so
    far. Absent where nothing of it was read.
    """
    operator: str
    """Who let it in."""
    why: str
    """Why, in their words."""


class TimeTicked(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Time ticked (时间推进). Nothing happened: the watermark in the header of the record moves on. Written only by
    processors for processors.
    """
    TYPE: ClassVar[str] = "tousu.time.ticked.v1"
