"""Whether an answer may end a case: the customer's confirmation, where a pack asks for it (domain, section 6, L).

An answer that lacks it ends nothing (tousu/domain/case/lifecycle.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tousu.policy.pack import Pack


def lacks_confirmation(pack: Pack, event_name: str, data: Mapping[str, Any], upheld: bool | None) -> bool:
    """Whether a handling event (short name, data) would end a complaint without what the pack asks of an end.

    That is: how the customer confirmed it, or why no confirmation can be had. `upheld` is the newest judgement.
    """
    if pack.closing is None or event_name != "customer_answered" or not (data["settled"] or upheld is False):
        return False
    return data.get("confirmation") not in pack.closing.confirmation and "no_confirmation_reason" not in data
