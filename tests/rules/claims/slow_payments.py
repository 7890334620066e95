"""Payments once more: what is outstanding to the cent is paid, or a part of it that is told as one; everything else is
a question until it is owed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.rules.claims.slow_books import book, cents, outstanding
from tests.rules.claims.slow_limits import COMPLETE_DELAY, Claim
from tests.rules.claims.slow_outlets import SlowOutlets


class SlowPayments(SlowOutlets):
    """Claims, and what finance says of them."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[str] = []
        self.in_question: list[tuple[Claim, str, Mapping[str, Any], datetime]] = []

    def _close(self, claim: Claim, why: str, at: datetime) -> None:
        """The claim is over."""
        raise NotImplementedError

    def _pay(self, claim: Claim | None, said: Mapping[str, Any], at: datetime) -> None:
        if claim is None:
            self.questions.append("unknown_claim")
            return
        doubt = self._doubt(claim, said)
        if doubt:
            self.questions.append(doubt)
            self.in_question.append((claim, doubt, said, at))
            return
        name = _paid_under(claim, said)
        claim["payments"].add(said["payment_id"])
        book(claim, name, "paid", cents(said["amount"]))
        self.in_question = [one for one in self.in_question if one[2]["payment_id"] != said["payment_id"]]
        if outstanding(claim["books"][name]):
            self._owed_now(claim, at, "other_amount")
        elif name == "compensation":
            claim["stage"] = "paid"
            self._meet(claim, ["payment"], at)
            self._close(claim, "paid", at)

    def _owed_now(self, claim: Claim, at: datetime, *more: str) -> None:
        """What had been paid before it was owed is paid now."""
        for one in list(self.in_question):
            of, doubt, said, paid_at = one
            early = doubt in ("not_owed", "unknown_obligation", "already_paid", *more)
            if of is claim and early and one in self.in_question and not self._doubt(claim, said):
                self.pass_time(paid_at, COMPLETE_DELAY)
                self._pay(claim, said, max(at, paid_at))

    def _doubt(self, claim: Claim, said: Mapping[str, Any]) -> str:
        name = _paid_under(claim, said)
        books = claim["books"].get(name)
        if any(said["payment_id"] in one["payments"] for one in self.claims):
            return "already_booked"
        if books is None:
            return "unknown_obligation" if "obligation" in said else "not_owed"
        if not outstanding(books):
            return "already_paid" if books["paid"] else "not_owed"
        if said.get("currency", "CNY") != "CNY":
            return "other_currency"
        is_part = said.get("part", False) and 0 < cents(said["amount"]) < outstanding(books)
        if cents(said["amount"]) != outstanding(books) and not is_part:
            return "other_amount"
        other = name == "compensation" and claim["who"] and said.get("payee", claim["who"]) != claim["who"]
        return "payee_not_entitled" if other else ""


def _paid_under(claim: Claim, said: Mapping[str, Any]) -> str:
    name: str = said.get("obligation", f"{claim['number']}/compensation")
    return name.removeprefix(f"{claim['number']}/")
