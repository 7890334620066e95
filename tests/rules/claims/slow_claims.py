"""Claims once more, written apart from the service: dictionaries, whole cents, days counted on the calendar.

Slow and plain on purpose. It is told what the service is told, says what ought to be refused and why, what every limit
does, and keeps books of its own. Only source C is in it: docs/sources.md, sections 5 and 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.rules.claims.slow_books import cents, outstanding
from tests.rules.claims.slow_limits import COMPLETE_DELAY, Claim
from tests.rules.claims.slow_payments import SlowPayments
from tests.rules.policy.slow_compensation import BY_HAND, slow_compensation, slow_refund

CLAIMANTS_ITEMS = {
    "loss": {"waybill_image", "complete_form", "claim_letter"},
    "damage": {"waybill_image", "complete_form", "claim_letter", "damage_photos"},
    "delay": {"waybill_image", "complete_form"},
}
ENDED_FOR_GOOD = {"paid", "claim_withdrawn", "materials_missing"}
TAKEN_BEFORE_A_DECISION = {"filed", "answered"}
MUCH = 10**12


class SlowClaims(SlowPayments):
    """A case and its claims."""

    def __init__(self, number: str, received: datetime) -> None:
        super().__init__()
        self.number, self.received = number, received
        self.asked: list[tuple[str, str]] = []
        self.filed: list[tuple[str, str]] = []
        self.stands: bool | None = None
        self.withdrawn = False
        self.ended: datetime | None = None
        self.round = received
        self.promised: datetime | None = None
        self.turned: list[tuple[str, str]] = []

    # -- the complaint ------------------------------------------------------------------------------------------

    def routed(self, asked: list[tuple[str, str]], promised: datetime | None, at: datetime) -> None:
        self.asked, self.promised = asked, promised
        self._reconcile(at)

    def case(self, what: str, said: Mapping[str, Any], happened: datetime, now: datetime) -> None:
        """What is reported of the complaint itself."""
        at = min(max(happened, self.received), now)
        if self.ended is not None:
            if what == "reopened":
                self.round, self.ended, self.stands, self.withdrawn = max(at, self.ended), None, None, False
        elif self.round != self.received and happened < self.round:
            pass  # of the round before
        elif what == "judged":
            self.stands = said["stands"]
        elif what == "withdrawn":
            self.withdrawn, self.ended = True, max(at, self.round)
        elif what == "customer_answered" and (said["settled"] or self.stands is False):
            self.ended = max(at, self.round)
        self._reconcile(at)

    def _reconcile(self, at: datetime, gone: str = "judged_otherwise") -> None:
        every = [("loss", one[1]) if one in self.turned else one for one in self.asked + self.filed]
        live = [] if self.withdrawn or self.stands is False else list(dict.fromkeys(every))
        for claim in self.claims:
            ground = claim["cause"], claim["piece"]
            if claim["open"] and ground not in live and claim["stage"] not in ("agreed", "paid"):
                self._close(claim, self._why(ground, gone), at)
            elif not claim["open"] and ground in live and claim["why"] not in ENDED_FOR_GOOD:
                claim |= {"open": True, "why": "", "offer": None, "stage": "filed" if claim["who"] else "opened"}
                self._begin_anew(claim, at)
        for cause, piece in live:
            if not any((one["cause"], one["piece"]) == (cause, piece) for one in self.claims):
                self._open(cause, piece, at)

    def _why(self, ground: tuple[str, str], gone: str) -> str:
        if self.withdrawn:
            return "withdrawn"
        if self.stands is False:
            return "does_not_stand"
        return "turned_into_loss" if ground in self.turned else gone

    def _begin_anew(self, claim: Claim, at: datetime) -> None:
        if claim["cause"] == "delay" and self.promised is not None:
            self._begin(claim, COMPLETE_DELAY, self.promised)
        if claim["who"]:
            self._begin(claim, "answer_to_claim_form", at)

    def _turn_into_losses(self, delays: list[Claim], due: datetime) -> None:
        if delays:
            self.turned += [(claim["cause"], claim["piece"]) for claim in delays]
            opened = [one["opened"] for one in self.claims if (one["cause"], one["piece"]) in self.turned]
            self.by_time = True
            self._reconcile(max(due, *opened))
            self.by_time = False

    def _open(self, cause: str, piece: str, at: datetime) -> Claim:
        number = f"{self.number}/{len(self.claims) + 1}"
        claim: Claim = {
            "number": number, "cause": cause, "piece": piece, "open": True, "why": "", "stage": "opened", "who": None,
            "file": set(), "returns": 0, "facts": {}, "offer": None, "limits": {}, "books": {}, "payments": set(),
            "side": None, "most_ever": 0, "opened": at,
        }  # fmt: skip
        delay = next((one for one in self.claims if (one["cause"], one["piece"]) == ("delay", piece)), None)
        if cause == "loss" and delay is not None and ("delay", piece) in self.turned:
            claim |= {"who": delay["who"], "file": set(delay["file"]), "facts": dict(delay["facts"])}
            claim["stage"] = "filed" if claim["who"] else "opened"
        self.claims.append(claim)
        self._begin_anew(claim, at)
        return claim

    # -- what is reported of a claim ----------------------------------------------------------------------------

    def report(self, what: str, said: Mapping[str, Any], happened: datetime, now: datetime) -> str:
        """The reason for which it ought to be refused, empty where it ought to be taken."""
        at = min(max(happened, self.received), now)
        if what == "claim_filed":
            return self._file(said, at)
        claim = next((one for one in self.claims if one["number"] == said["claim_number"]), None)
        if what == "payment_confirmed":
            self._pay(claim, said, at)
            return ""
        if claim is None:
            return "unknown_claim"
        step: str = getattr(self, f"_{what}")(claim, said, at)
        return step

    def _file(self, said: Mapping[str, Any], at: datetime) -> str:
        ground = said["cause"], said["waybill_number"]
        claim = next((one for one in self.claims if (one["cause"], one["piece"]) == ground), None)
        if claim is not None and claim["why"] == "judged_otherwise" and not (self.withdrawn or self.stands is False):
            self.filed.append(ground)  # the form is a ground of its own
            self._reconcile(at)
        if claim is not None and not claim["open"]:
            return "illegal_transition"
        if claim is None:
            if self.withdrawn or self.stands is False:
                return "illegal_transition"
            claim = self._open(*ground, at)
        elif claim["stage"] not in ("opened", "filed", "answered"):
            return "illegal_transition"
        if ground not in self.filed:
            self.filed.append(ground)
        claim["who"] = said["claimant"]
        claim["stage"] = "filed" if claim["stage"] == "opened" else claim["stage"]
        claim["file"] |= {one["item"] for one in said["evidence"]}
        self._begin(claim, "answer_to_claim_form", at)
        self._look_at_file(claim, at, handed_in=True)
        return ""

    def _claim_evidence_given(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        if not claim["open"] or claim["stage"] in ("agreed", "paid"):
            return "illegal_transition"
        claim["file"] |= {one["item"] for one in said["evidence"]}
        theirs = {one["item"] for one in said["evidence"]} - {"investigation_record", "force_majeure_notice"}
        self._look_at_file(claim, at, handed_in=bool(theirs and said.get("handed_in")))
        return ""

    def _look_at_file(self, claim: Claim, at: datetime, *, handed_in: bool) -> None:
        if claim["stage"] not in TAKEN_BEFORE_A_DECISION:
            return
        if not self._missing(claim):
            self._wait(claim, at, waiting=False)
        elif handed_in and claim["returns"] == 3:
            self._close(claim, "materials_missing", at)
        else:
            claim["returns"] += handed_in
            self._wait(claim, at, waiting=True)

    def _claim_facts_found(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        for name, value in said["facts"].items():
            if name not in claim["facts"] or claim["facts"][name][1] <= at:
                claim["facts"][name] = value, at
        if said["facts"].get("delivered"):
            self._meet(claim, [COMPLETE_DELAY], at)
        if claim["stage"] in TAKEN_BEFORE_A_DECISION:
            self._wait(claim, at, waiting=bool(self._missing(claim)))
        if said["facts"].get("delivered"):
            self._find_again(claim["piece"], at)
        return ""

    def _find_again(self, piece: str, at: datetime) -> None:
        """A piece that had come in time was never lost, unless its loss is agreed or paid."""
        of_piece = {one["cause"]: one for one in self.claims if one["piece"] == piece}
        limit = of_piece["delay"]["limits"].get(COMPLETE_DELAY) if "delay" in of_piece else None
        if ("delay", piece) not in self.turned or limit is None or not limit["breached"] or at > limit["due"]:
            return
        if "loss" in of_piece and of_piece["loss"]["stage"] in ("agreed", "paid"):
            return
        self._unbreach(of_piece["delay"], limit)
        self.turned.remove(("delay", piece))
        self._reconcile(at, "delivered_in_time")
        self._meet(of_piece["delay"], [COMPLETE_DELAY], at)

    def _claim_form_answered(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        if not claim["open"] or claim["stage"] != "filed":
            return "illegal_transition"
        claim["stage"] = "answered"
        self._meet(claim, ["answer_to_claim_form"], at)
        self._begin(claim, "offer_domestic", at)
        self._wait(claim, at, waiting=bool(self._missing(claim)))
        return ""

    def _claim_decided(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        if not claim["open"] or claim["stage"] in ("opened", "agreed", "paid"):
            return "illegal_transition"
        due = self.due_for(claim)
        if said["outcome"] == "refuse":
            if due != "nothing_due":
                return "no_ground_to_refuse"
            claim |= {"stage": "refused", "offer": None}
        else:
            company = {"negotiation_notice"} if claim["cause"] != "delay" else set()
            if (self._missing(claim) | company) - claim["file"]:
                return "file_incomplete"
            if due == BY_HAND:
                if "amount" not in said:
                    return "amount_missing"
                fee = int(slow_refund(claim["cause"], self._known(claim)) * 100)
                most = cents(self._known(claim)["real_value"]) + fee
                if not 0 < cents(said["amount"]) <= most:
                    return "amount_not_positive" if cents(said["amount"]) == 0 else "amount_above_limit"
                if cents(said["amount"]) <= fee:  # somebody decides the value; the fee goes back in any case
                    return "other_amount"
                claim["offer"] = {"amount": cents(said["amount"]), "most": most}
            elif isinstance(due, str):
                return due
            elif "amount" in said and cents(said["amount"]) != due:
                return "other_amount"
            else:
                claim["offer"] = {"amount": due, "most": due}
            claim["stage"] = "offered"
        self._meet(claim, ["offer_domestic"], at)
        return ""

    def due_for(self, claim: Claim) -> int | str:
        """Cents, or why there are none: `facts_missing`, `nothing_due`, or that somebody decides."""
        facts, cause = self._known(claim), claim["cause"]
        if facts.get("customers_fault") and "investigation_record" in claim["file"]:
            return "nothing_due"
        if facts.get("force_majeure"):
            if "insured" not in facts:
                return "facts_missing"
            if not facts["insured"] and "force_majeure_notice" in claim["file"]:
                return "nothing_due"
        needed = {"service_fee"}
        if cause == "delay":
            needed |= {"days_late", "real_value"} | (
                set() if facts["agency_period"] or facts["bulk"] else {"weight_kg"}
            )
        elif facts.get("insured"):
            needed |= {"insured_amount"}
        else:
            needed |= {"insured", "real_value"}
        if cause == "damage":
            needed |= {"share_lost", "damage_degree", "proof", "goods_kind", "real_loss"}
        uninsured = facts.get("insured") is False and not facts["agency_period"]
        if cause == "damage" and uninsured and cents(facts.get("real_value", "0")) >= 300_000:
            return BY_HAND
        if needed - facts.keys():
            return "facts_missing"
        value = slow_compensation(cause, {"real_value": MUCH} | facts)
        assert not isinstance(value, str)
        if not value:
            return "nothing_due"
        return int(value * 100) + int(slow_refund(cause, facts) * 100)

    def _known(self, claim: Claim) -> dict[str, Any]:
        assumed: dict[str, Any] = {"pieces": 1, "bulk": False, "agency_period": False, "direct_loss": False}
        return assumed | {name: value for name, (value, _) in claim["facts"].items()}

    def _claim_agreed(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        if not claim["open"] or claim["stage"] not in ("offered", "disputed") or claim["offer"] is None:
            return "illegal_transition"
        amount = cents(said["amount"]) if "amount" in said else claim["offer"]["amount"]
        if amount == 0:
            return "amount_not_positive"
        if amount > claim["offer"]["most"]:
            return "amount_above_limit"
        claim["offer"] = claim["offer"] | {"amount": amount}
        self._owe(claim, amount, at)
        return ""

    def _claim_ruled(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        if claim["stage"] == "opened":
            return "illegal_transition"
        if cents(said["amount"]) == 0:
            return "amount_not_positive"
        claim["offer"] = {"amount": cents(said["amount"]), "most": MUCH}
        self._owe(claim, cents(said["amount"]), at, ruled=True)
        return ""

    def _claim_disputed(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        if not claim["open"] or claim["stage"] not in ("offered", "refused", "disputed"):
            return "illegal_transition"
        claim["stage"] = "disputed"
        return ""

    def _claim_withdrawn(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        if not claim["open"] or claim["stage"] == "paid":
            return "illegal_transition"
        self._close(claim, "claim_withdrawn", at)
        return ""

    def _claim_followed_up(self, claim: Claim, said: Mapping[str, Any], at: datetime) -> str:
        return "" if claim["stage"] in ("paid", "refused") else "illegal_transition"

    # -- money --------------------------------------------------------------------------------------------------

    def _owe(self, claim: Claim, amount: int, at: datetime, *, ruled: bool = False) -> None:
        """An amount counts instead of what was owed before. What was paid stays paid."""
        books = claim["books"].setdefault("compensation", {"awarded": 0, "paid": 0, "withdrawn": 0})
        counting = books["awarded"] - books["withdrawn"]
        if amount > counting:
            books["awarded"] += amount - counting
        else:
            books["withdrawn"] += min(counting - amount, outstanding(books))
        claim["most_ever"] = max(claim["most_ever"], amount)
        claim["stage"] = "agreed" if outstanding(books) else "paid"
        self._meet(claim, [COMPLETE_DELAY], at)
        if outstanding(books):
            claim |= {"open": True, "why": ""}
            if ruled and "payment" in claim["limits"]:
                self._end(claim, claim["limits"]["payment"], at)
                del claim["limits"]["payment"]
            self._begin(claim, "payment", at)
            self._owed_now(claim, at)
        elif claim["open"]:
            self._close(claim, "paid", at)

    def _close(self, claim: Claim, why: str, at: datetime) -> None:
        for limit in list(claim["limits"].values()):
            if not (
                why == "paid" and limit["name"].startswith(("negotiation", "outlet_contact"))
            ):  # who bears it is still open
                self._end(claim, limit, at)
        is_paid = claim["books"].get("compensation", {"paid": 0})["paid"] > 0
        for name, books in claim["books"].items():
            if why != "paid" and (name == "compensation" or not is_paid):
                books["withdrawn"] += outstanding(books)
        claim |= {"open": False, "why": why}

    def _missing(self, claim: Claim) -> set[str]:
        needed: set[str] = set(CLAIMANTS_ITEMS[claim["cause"]])
        if claim["facts"].get("ecommerce_goods", (False,))[0] is True:
            needed.add("price_evidence")
        return needed.difference(claim["file"])
