"""Law 1 for claims: in whichever order its reports arrive, a claim stands where their true order leads.

Random stories of up to 28 reports of two claims, each told in its true order and in two others; 100 of them, more by
`TOUSU_LAW_STORIES=200000 .venv/bin/pytest tests/rules/claims/test_any_order.py`. What was paid is never undone: where a
report comes so late that a payment was booked which by the true order had not been owed, only the books must be right.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from services.claims.states import Claim
from tests.rules.casework import START
from tests.rules.claims.books import Books
from tests.rules.claims.filed import FACTS, FILE, OTHER, OUTLET, SENDER
from tests.rules.claims.told import ClaimsDesk, reported, routed_pieces
from tousu.decision import Output
from tousu.event import text_of_time
from tousu.policy.pack import Pack

STORIES = int(os.environ.get("TOUSU_LAW_STORIES", "100"))
BATCH = 50
PIECES = {"loss": "TS77001", "damage": "TS77003"}
CAUSES = tuple(PIECES)
GOOD_WAY = (
    "claim_filed", "claim_facts_found", "claim_form_answered", "outlet_notified", "claim_decided", "claim_agreed",
    "payment_confirmed",
)  # fmt: skip
BESIDE = (
    "claim_evidence_given", "claim_facts_found", "claim_decided", "claim_disputed", "claim_disputed", "claim_agreed",
    "claim_ruled", "claim_withdrawn", "payment_confirmed", "payment_confirmed", "claim_followed_up", "claim_filed",
    "outlet_notified", "outlet_notified", "outlet_contacted", "outlet_contacted", "outlet_negotiation_settled",
    "outlet_arbitration_requested", "outlet_ruled", "claim_paused", "claim_resumed",
)  # fmt: skip
SAYS_WHEN = {
    "claim_form_answered": "answered_at", "claim_agreed": "agreed_at", "claim_ruled": "ruled_at",
    "payment_confirmed": "paid_at",
}  # fmt: skip
AMOUNTS = ("812.00", "500.00", "312.00", "412.00", "162.00", "5.00", "77.00", "900.00", "88.00")


class Said(NamedTuple):
    """One report of a claim: when it happened, what, of which claim, what it says."""

    hours: float
    name: str
    claim: int
    data: dict[str, Any]


def a_story(dice: random.Random) -> list[Said]:
    """Reports in their true order, no two of one moment."""
    names = [(name, claim) for claim in (1, 2) for name in GOOD_WAY[: dice.randint(0, len(GOOD_WAY))]]
    if dice.random() < 0.5:
        names.sort(key=lambda one: GOOD_WAY.index(one[0]))
    for _ in range(dice.randint(0, 14)):
        names.insert(dice.randint(0, len(names)), (dice.choice(BESIDE), dice.randint(1, 2)))
    hours = sorted(dice.sample(range(1, dice.choice((60, 400, 900))), len(names)))
    return [
        Said(hour, name, claim, data_of(dice, name, CAUSES[claim - 1], place))
        for place, (hour, (name, claim)) in enumerate(zip(hours, names, strict=True))
    ]


def data_of(dice: random.Random, name: str, cause: str, place: int) -> dict[str, Any]:
    match name:
        case "claim_filed":
            items = FILE if dice.random() < 0.7 else dice.sample(FILE, 2)
            piece = {"cause": cause, "waybill_number": PIECES[cause]}
            return piece | {"claimant": SENDER, "evidence": [{"item": item} for item in items]}
        case "claim_evidence_given":
            return {"evidence": [{"item": item} for item in dice.sample(FILE, 2)], "handed_in": dice.random() < 0.5}
        case "claim_facts_found":
            more = {} if dice.random() < 0.7 else {"real_value": "300.00"}
            return {"facts": FACTS[cause] | more}
        case "claim_decided":
            return {"outcome": "offer" if dice.random() < 0.9 else "refuse"}
        case "claim_agreed":
            return {} if dice.random() < 0.7 else {"amount": "5.00"}
        case "claim_disputed":
            return {"way": "court"}
        case "claim_ruled":
            return {"by": "court", "amount": dice.choice(("77.00", "900.00"))}
        case "claim_followed_up":
            return {"score": 4}
        case "claim_paused":
            return {"reason": "waiting_for_evidence"}
        case "payment_confirmed":
            return payment(dice, cause, place)
        case _:
            return outlets(dice, name)


def payment(dice: random.Random, cause: str, place: int) -> dict[str, Any]:
    said = {"payment_id": f"P-{place if dice.random() < 0.9 else 0}", "amount": dice.choice(AMOUNTS)}
    if dice.random() < 0.6:
        said["amount"] = {"loss": "812.00", "damage": "412.00"}[cause]
    return said | ({"part": True} if dice.random() < 0.3 else {})


def outlets(dice: random.Random, name: str) -> dict[str, Any]:
    match name:
        case "outlet_notified":
            outlet = OUTLET if dice.random() < 0.7 else "NB-002"
            return {"outlet": outlet} | ({"compensated_outlet": OTHER} if dice.random() < 0.5 else {})
        case "outlet_contacted":
            return {"outlet": OUTLET if dice.random() < 0.8 else "NB-002"}
        case "outlet_negotiation_settled":
            return {"outlet": dice.choice((OUTLET, OTHER)), "amount": "50.00"}
        case "outlet_arbitration_requested":
            return {"outlet": OTHER}
        case "outlet_ruled":
            return {"report_true": True, "responsible_outlet": dice.choice((OUTLET, OTHER)), "amount": "60.00"}
        case _:
            return {}


class Told:
    """A desk that was told a story in some order, with everything that it published."""

    def __init__(self, pack: Pack, story: list[tuple[Said, float]]) -> None:
        self.desk, self.outputs = ClaimsDesk(pack), list[Output]()
        self.books = Books(self.desk)
        troubles = [{"class": cause, "waybill_number": piece} for cause, piece in PIECES.items()]
        pieces = [{"waybill_number": piece} for piece in PIECES.values()]
        self._take(self.desk.take(routed_pieces(troubles, demand="赔偿", route="domestic", pieces=pieces)).outputs)
        for place, (said, read) in enumerate(story):
            one = replace(reported(said.name, said.hours, said.claim, **said.data), id=f"{said.hours:g}")
            if said.name in SAYS_WHEN and said.hours % 2:  # its own time is that of the report
                when = {SAYS_WHEN[said.name]: text_of_time(one.time)}
                one = replace(one, time=self._moment(read, place), data=one.data | when)
            decision = self.desk.take(one, self._moment(read, place))
            self._take([*self.desk.fired, *decision.outputs])
        self._take(self.desk.let_time_pass(START + timedelta(days=400)))

    def _moment(self, hours: float, place: int) -> datetime:
        return START + timedelta(hours=hours)

    def _take(self, outputs: Any) -> None:
        self.outputs += outputs
        self.books.told(list(outputs))
        self.books.check()

    def claims(self) -> list[Claim]:
        return [self.desk.claim(number) for number in (1, 2)]

    @property
    def payments(self) -> set[str]:
        return {payment for claim in self.claims() for payment in claim.payments}


def seen(claim: Claim) -> dict[str, Any]:
    """Where a claim stands: its state, its verdicts, its balance."""
    owed = {
        one.number: (one.awarded - one.withdrawn, one.paid, one.outstanding, one.debtor if one.outstanding else "")
        for one in claim.owed
    }
    clocks = {
        clock.name: (clock.status, clock.breached, clock.due_at if clock.is_active else None)
        for clock in claim.clocks
        if clock.status != "cancelled" or clock.breached
    }
    return {
        "stands": (claim.stage, claim.state, claim.reason, claim.closed_at),
        "file": (set(claim.file), claim.returns, claim.claimant, claim.claimed_amount),
        "facts": claim.facts,
        "offer": claim.offer,
        "way": claim.way,
        "outlets": claim.outlets,
        "owed": {number: each for number, each in owed.items() if any(each[:3])},
        "payments": set(claim.payments),
        "clocks": clocks,
    }


def check_verdicts(told: Told) -> None:
    """Of each limit as many breaches were told and not taken back as stand."""
    for claim in told.claims():
        stands = Counter(clock.name for clock in (*claim.clocks, *claim.past) if clock.breached)
        heard: Counter[str] = Counter()
        for one in told.outputs:
            if one.type.startswith("tousu.clock.breach") and one.data["claim_number"] == claim.number:
                heard[one.data["clock"]] += 1 if one.type == "tousu.clock.breached.v1" else -1
        assert +heard == stands, claim.number


def disordered(dice: random.Random, story: list[Said], hours_max: float) -> list[tuple[Said, float]]:
    """The story with each report told so many hours late at most, in the order in which it is told."""
    return sorted(((one, one.hours + dice.uniform(0, hours_max)) for one in story), key=lambda one: one[1])


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(0, STORIES, BATCH))
def test_any_order_of_arrival_ends_where_the_true_order_does(pack: Pack, first: int) -> None:
    patient = replace(pack, waiting_hours=10_000)
    undone = 0
    for seed in range(first, min(first + BATCH, STORIES)):
        dice = random.Random(seed)
        story = a_story(dice)
        true = Told(patient, [(one, one.hours) for one in story])
        check_verdicts(true)
        for disorder in (8, 900):
            late = Told(patient, disordered(dice, story, disorder))
            check_verdicts(late)
            if not late.payments <= true.payments:
                undone += 1
                continue
            for ought, claim in zip(true.claims(), late.claims(), strict=True):
                assert seen(claim) == seen(ought), (seed, disorder, claim.number)
    assert undone < 0.2 * 2 * BATCH, "most stories are compared"
