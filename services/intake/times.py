"""How far the times that people tell are believed."""

from __future__ import annotations

from datetime import datetime, timedelta

from tousu.event import Event, time_of_text


def receipt_of(event: Event) -> datetime:
    """When the company received it; where the adapter does not say, when it happened."""
    received = event.extensions.get("receivedtime")
    return time_of_text(received, "receivedtime") if received else event.time


def accepted_at(event: Event, now: datetime) -> datetime:
    """When a broker appended it, as the edge has noted."""
    accepted = event.extensions.get("acceptedtime")
    return time_of_text(accepted, "acceptedtime") if accepted else now


def believed(reported: datetime, accepted: datetime, backdating_days: int) -> datetime:
    """The time that counts for what is told at `accepted`: never later than that, nor further back than the bound."""
    return max(min(reported, accepted), accepted - timedelta(days=backdating_days))
