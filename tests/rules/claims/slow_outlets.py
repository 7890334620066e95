"""What outlets settle between them once more: notice, negotiation, arbitration, bill and fees of 6 and 4 percent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.rules.claims.slow_books import book, cents
from tests.rules.claims.slow_limits import Claim, SlowLimits, contact_of, negotiation_of


class SlowOutlets(SlowLimits):
    """Claims, their limits, and what outlets owe each other for them."""

    def _outlet_notified(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        side = claim["side"]
        if side is not None and (side["ended"] or side["asked"] or side["outlet"] == said["outlet"]):
            return "illegal_transition"
        former = side["compensated"] if side is not None else ""
        if said.get("compensated_outlet", former) == said["outlet"]:
            return "same_outlet"
        claim["side"] = {
            "outlet": said["outlet"], "compensated": said.get("compensated_outlet", former), "asked": False,
            "ended": False, "contacted": False,
        }  # fmt: skip
        claim["file"].add("negotiation_notice")
        since = at
        for name in (contact_of(claim), negotiation_of(claim)):
            if name in claim["limits"]:
                since = max(at, claim["limits"][contact_of(claim)]["since"])  # its days are never given back
                self._end(claim, claim["limits"][name], at)
        if claim["open"] or claim["why"] == "paid":
            claim["limits"].pop(contact_of(claim), None)
        self._begin(claim, contact_of(claim), since)
        return ""

    def _outlet_contacted(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        side = claim["side"]
        if side is None or side["ended"]:
            return "illegal_transition"
        if said["outlet"] != side["outlet"]:
            return "other_outlet"
        if side["contacted"]:
            return "illegal_transition"
        side["contacted"] = True
        self._meet(claim, [contact_of(claim)], at)
        self._begin(claim, negotiation_of(claim), at)
        return ""

    def _outlet_negotiation_settled(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        side = claim["side"]
        if side is None or side["ended"]:
            return "illegal_transition"
        amount = self._billable(claim, said)
        if isinstance(amount, str):
            return amount
        side["ended"] = True
        self._meet(claim, [contact_of(claim), negotiation_of(claim)], at)
        self._bill(claim, "bill", amount, at)
        return ""

    def _bill(self, claim: Claim, name: str, amount: int, at: datetime) -> None:
        book(claim, name, "awarded", amount)
        self._owed_now(claim, at)

    def _owed_now(self, claim: Claim, at: datetime, *more: str) -> None:
        """What was paid before it was owed."""
        raise NotImplementedError

    def _outlet_arbitration_requested(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        side = claim["side"]
        if side is None or side["ended"]:
            return "illegal_transition"
        contact = claim["limits"].get(contact_of(claim))
        if contact and contact["status"] == "running" and (not contact["breached"] or at < contact["due"]):
            return "negotiation_goes_on"
        limit = claim["limits"].get(negotiation_of(claim))
        if limit and limit["status"] == "running" and at < limit["due"]:
            return "negotiation_goes_on"
        side["asked"] = True
        return ""

    def _outlet_ruled(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        side = claim["side"]
        if side is None or side["ended"] or not side["asked"]:
            return "illegal_transition"
        if not said["report_true"] and "reporting_outlet" not in said:
            return "outlet_missing"
        amount = self._billable(claim, said) if said["report_true"] else 0
        if isinstance(amount, str):
            return amount
        side["ended"] = True
        self._meet(claim, [contact_of(claim), negotiation_of(claim)], at)
        if said["report_true"]:
            self._bill(claim, "bill", amount, at)
            self._bill(claim, "fee_of_fined", (amount * 6 + 50) // 100, at)
            if side["compensated"]:
                self._bill(claim, "fee_of_compensated", (amount * 4 + 50) // 100, at)
        return ""

    def _billable(self, claim: Claim, said: Mapping[str, Any]) -> int | str:
        if claim["why"] == "materials_missing" and claim["cause"] == "delay":
            return "materials_missing"
        if "amount" in said:
            return cents(said["amount"]) or "amount_not_positive"
        owed = claim["books"].get("compensation")
        if owed and owed["awarded"] > owed["withdrawn"]:
            return int(owed["awarded"] - owed["withdrawn"])
        return claim["offer"]["amount"] if claim["offer"] else "amount_missing"
