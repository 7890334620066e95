"""What is known of a case: the facts that conditions of a pack ask for.

Some come with the registration, some with the router's decision, some are found by departments later (`assessed`). Of
what is found, the newest report counts, by the time at which it was found. Source: docs/sources.md, sections 3 and 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

REGISTERED: Final = (
    "kind", "channel", "channel_group", "regulator", "region", "customer_tier", "subject", "route", "web_result",
)  # fmt: skip
DECIDED: Final = ("class", "category", "grade", "priority")
SEVERITY: Final = ("content", "scope", "satisfaction")
ASSESSED: Final = ("loss_yuan", "emotion", "image_harm", "conduct", "complexity", "customer_type")
MARKS: Final = ("emotion", "image_harm", "conduct", "complexity", "customer_tier")
"""Facts that are told by a word of the pack; the others are amounts, or words of the contract."""


class Found(msgspec.Struct, frozen=True):
    """One fact that somebody found, and when."""

    value: str
    at: datetime


def with_found(assessed: Mapping[str, Found], data: Mapping[str, Any], at: datetime) -> dict[str, Found]:
    """What has been found, with the data of one more `assessed`; a fact that was found later stays as it is."""
    named = {name: data[name] for name in ASSESSED if name in data} | data.get("severity", {})
    newer = {name: Found(value, at) for name, value in named.items() if name not in assessed or assessed[name].at <= at}
    return {**assessed, **newer}


def satisfaction_of(data: Mapping[str, Any]) -> str:
    """How satisfied a customer is who gives a rating in words or a score from 1 to 5; empty where neither is given."""
    score = data.get("score")
    by_score = "" if score is None else "dissatisfied" if score < 3 else "neutral" if score == 3 else "satisfied"
    rating: str = data.get("rating", by_score)
    return rating


def facts_of_case(routed: Mapping[str, Any], assessed: Mapping[str, Found] | None = None) -> dict[str, Any]:
    """The facts of a case from the data of its routed event and from what has been found since.

    `content` among them is the severity of the content, never the customer's words.
    """
    facts: dict[str, Any] = {name: routed[name] for name in (*REGISTERED, *DECIDED) if name in routed}
    severity: dict[str, str] = routed.get("severity", {})
    return facts | severity | {name: fact.value for name, fact in (assessed or {}).items()}


def severity_of(assessed: Mapping[str, Found]) -> dict[str, str]:
    """The dimensions of severity among what has been found."""
    return {name: assessed[name].value for name in SEVERITY if name in assessed}
