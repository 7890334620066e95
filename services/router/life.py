"""Whether a case has come to its end, as far as routing needs to know; the whole life of a case is with sla.

After its end a case is not routed any more, whatever departments still report: what is not allowed then is refused by
sla, and nothing here may have moved meanwhile. Source: domain, sections 2 and 6 (C), section 1 (inquiries).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from services.router.states import RoutedCase


def lived_on(case: RoutedCase, what: str, said: Mapping[str, Any]) -> RoutedCase:
    """The case after a handling event, named without prefix and version (`judged`); unchanged where it is over."""
    if what == "reopened":
        return msgspec.structs.replace(case, stands=None, over=False) if case.over else case
    if case.over:
        return case
    match what:
        case "judged" if case.is_complaint:
            return msgspec.structs.replace(case, stands=said["stands"])
        case "customer_answered" if case.is_complaint and (said["settled"] or case.stands is False):
            return msgspec.structs.replace(case, over=True)
        case "inquiry_answered" if not case.is_complaint:
            return msgspec.structs.replace(case, over=True)
        case "withdrawn":
            return msgspec.structs.replace(case, over=True)
        case _:
            return case
