"""Packs, parties and reports in which tests of conduct speak."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packs_read import load_pack
from tests.rules.casework import NUMBER, handling
from tousu.event import Event

A = load_pack("auto-service")
C = load_pack("courier-network")
H = load_pack("courier-handbook")
E1 = "person/E10023"
E2 = "person/E20001"
WORKSHOP = "department/workshop"
PACKS = [pytest.param(pack, id=pack.id) for pack in (A, C, H)]


def settled(hours: float, /, by: str = "department", **said: Any) -> Event:
    """Responsibility is settled; `responsible` and what is to be done."""
    return handling("responsibility_settled", hours, by=by, **said)


def judged(hours: float, stands: bool = True, **responsible: str) -> Event:
    more = {"responsible": responsible} if responsible else {}
    return handling("judged", hours, stands=stands, **more)


def acted(what: str, hours: float, department: str, employee: str, **said: Any) -> Event:
    return handling(what, hours, department=department, employee=employee, **said)


def ruled(hours: float, number: int = 1, *, true: bool) -> Event:
    said = {"claim_number": f"{NUMBER}/{number}", "report_true": true, "reporting_outlet": "HZ-017"}
    return handling("outlet_ruled", hours, **said)


ANSWERED = {"settled": True, "text": "已解决"}
