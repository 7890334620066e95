"""tousu: message-driven complaint handling, exactly once. `from tousu import Publisher, Subscriber`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tousu.client.publisher import Publisher
    from tousu.client.subscriber import Subscriber

__all__ = ["Publisher", "Subscriber"]


def __getattr__(name: str) -> Any:
    """Import the client library only where it is used: the processors start without it."""
    if name == "Publisher":
        from tousu.client.publisher import Publisher

        return Publisher
    if name == "Subscriber":
        from tousu.client.subscriber import Subscriber

        return Subscriber
    raise AttributeError(f"module tousu has no attribute {name!r}; there are {', '.join(__all__)}")
