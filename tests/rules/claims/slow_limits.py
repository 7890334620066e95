"""The limits of claims once more, counted on the calendar. Times are UTC; Shanghai is eight hours ahead all year."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

SHANGHAI = timedelta(hours=8)
COMPLETE_DELAY = "complete_delay_domestic"
DAYS = {
    "offer_domestic": 30, "payment": 7, "outlet_contact_damage_loss": 5, "outlet_contact_delay": 3,
    "negotiation_damage": 10, "negotiation_delay": 10, "negotiation_loss": 30, COMPLETE_DELAY: 10,
}  # fmt: skip
Claim = dict[str, Any]


def last_moment(since: datetime, days: int) -> datetime:
    """24:00 of the last day; the day after `since` is the first."""
    local = since + SHANGHAI
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days + 1) - SHANGHAI


class SlowLimits:
    """Claims and their limits. `happened` holds what limits did: (claim, limit, what, when it was due)."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.happened: list[tuple[str, str, str, datetime]] = []
        self.by_time = False
        self.days = dict(DAYS)

    def recount(self, name: str, days: int) -> None:
        """From now on a limit has so many days, also where it runs."""
        self.days[name] = days
        for claim in self.claims:
            limit = claim["limits"].get(name)
            if limit is not None and limit["status"] == "running":
                limit["due"] = last_moment(limit["since"], days)

    def pass_time(self, until: datetime, *without: str) -> None:
        """Every limit that was due before this moment breaches, at its moment, the earliest first."""
        while (waiting := self._waiting(*without)) and (due := min(limit["due"] for _, limit in waiting)) < until:
            breached = [(claim, limit) for claim, limit in waiting if limit["due"] == due]
            for claim, limit in breached:
                limit["breached"] = True
                self.happened.append((claim["number"], limit["name"], "breached", due))
                if limit["name"].startswith("outlet_contact"):
                    self._begin(claim, negotiation_of(claim), due)
            self._turn_into_losses([claim for claim, limit in breached if limit["name"] == COMPLETE_DELAY], due)

    def _waiting(self, *without: str) -> list[tuple[Claim, dict[str, Any]]]:
        return [
            (claim, limit)
            for claim in self.claims
            for limit in claim["limits"].values()
            if limit["status"] == "running" and not limit["breached"] and limit["name"] not in without
        ]

    def _turn_into_losses(self, delays: list[Claim], due: datetime) -> None:
        """The pieces of these did not come by the complete-delay limit."""
        raise NotImplementedError

    def _begin(self, claim: Claim, name: str, at: datetime) -> None:
        between_outlets = name.startswith(("negotiation", "outlet_contact"))
        if not (claim["open"] or (between_outlets and claim["why"] == "paid")):
            return
        former = claim["limits"].get(name)
        if former is None or former["status"] == "cancelled":
            due = at + timedelta(hours=24) if name == "answer_to_claim_form" else last_moment(at, self.days[name])
            claim["limits"][name] = {
                "name": name, "since": at, "due": due, "status": "running", "breached": False, "used": timedelta(0)
            }  # fmt: skip

    def _meet(self, claim: Claim, names: list[str], at: datetime) -> None:
        for name in names:
            limit = claim["limits"].get(name)
            if limit is None or limit["status"] == "met" or (limit["status"] == "cancelled" and at >= limit["ended"]):
                continue
            in_time = not limit["breached"] or at <= limit["due"]
            if in_time and limit["breached"]:
                self._unbreach(claim, limit)
            limit["status"] = "met" if in_time else "late"

    def _unbreach(self, claim: Claim, limit: dict[str, Any]) -> None:
        limit["breached"] = False
        if limit["name"].startswith("outlet_contact"):  # and negotiation had not begun by that
            negotiation = claim["limits"].get(negotiation_of(claim))
            if negotiation is not None and negotiation["since"] == limit["due"]:
                del claim["limits"][negotiation["name"]]
        self.happened.append((claim["number"], limit["name"], "breach_withdrawn", limit["due"]))

    def _end(self, claim: Claim, limit: dict[str, Any], at: datetime) -> None:
        """Nobody waits for it any more."""
        nobody_waited = limit["status"] == "late" and at <= limit["due"]  # it ended before the limit
        if limit["status"] in ("running", "paused") or nobody_waited:
            limit["due"] = None if limit["status"] == "paused" else limit["due"]
            limit |= {"status": "cancelled", "ended": at}
            if limit["breached"] and at <= limit["due"] and not self.by_time:
                self._unbreach(claim, limit)

    def _wait(self, claim: Claim, at: datetime, *, waiting: bool) -> None:
        """While the claimant has to act the offer waits; its limit moves by what stood still of its thirty days."""
        limit = claim["limits"].get("offer_domestic")
        if limit is None:
            return
        if waiting and limit["status"] == "running" and at < limit["due"]:
            if limit["breached"]:
                self._unbreach(claim, limit)
            limit |= {"status": "paused", "stood_at": at}
        elif not waiting and limit["status"] == "paused":
            at = max(at, limit["stood_at"])
            begun = last_moment(limit["since"], 0)
            limit["due"] += max(timedelta(0), at - max(limit["stood_at"], begun))
            limit["status"] = "running"


def negotiation_of(claim: Claim) -> str:
    """Ten days, thirty for a loss."""
    return f"negotiation_{claim['cause']}"


def contact_of(claim: Claim) -> str:
    """Five days from seeing the notice, three for a delay."""
    return "outlet_contact_delay" if claim["cause"] == "delay" else "outlet_contact_damage_loss"
