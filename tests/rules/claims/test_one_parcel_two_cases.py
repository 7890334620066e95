"""One parcel complained of in several cases is one loss: its value and its fee once, whatever the order and causes.

Sender and recipient, or a second complaint after the first is closed. What each claim must get says a reckoning of the
test's own: the table's figure by hand, at most what the other claims of the parcel leave of 800.00 and of 12.00.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.claims.states import Claim, Parcel
from tests.rules.casework import NUMBER, handling
from tests.rules.claims.filed import FILE, OTHER, OUTLET, SENDER
from tests.rules.claims.test_one_parcel import FOUND
from tests.rules.claims.told import WAYBILL, ClaimsDesk, routed
from tousu.decision import Decision, StateKey
from tousu.ledger.balance import sums_by_obligation
from tousu.ledger.obligation import Entry
from tousu.policy.pack import Pack

AGAIN = "TS-20260309-000002"
"""The second case of the parcel."""
CASES = (NUMBER, AGAIN)
VALUE, FEE = Decimal("800.00"), Decimal("12.00")
TABLE = {
    "loss": (Decimal("800.00"), Decimal("12.00")),
    "delay": (Decimal("250.00"), Decimal("12.00")),  # 5 days x 50
    "damage": (Decimal("720.00"), Decimal("10.80")),  # nine tenths
    "contents_mismatch": (Decimal("800.00"), Decimal("12.00")),
}
"""What the table gives by itself, and the fee that goes back, worked out by hand."""


class TwoCases(ClaimsDesk):
    """A desk with cases about one parcel, one claim in each, every report an hour after the last one."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.hours = 0.0

    def file(self, number: str, cause: str, **more: Any) -> None:
        """A complaint, the complete form for it, and what was found."""
        self.tell(routed(cause, demand="赔偿", case_number=number, **more))
        evidence = [{"item": name} for name in FILE]
        self.say(number, "claim_filed", None, cause=cause, waybill_number=WAYBILL, claimant=SENDER, evidence=evidence)
        self.say(number, "outlet_notified", outlet=OUTLET, compensated_outlet=OTHER)
        self.say(number, "claim_facts_found", facts=FOUND[cause])

    def say(self, number: str, what: str, claim: int | None = 1, late_hours: float = 0, /, **said: Any) -> Decision:
        """What somebody reports of the claim of a case; what would wait for another report is as if it never came."""
        self.hours += 1
        said |= {} if claim is None else {"claim_number": f"{number}/{claim}"}
        one = handling(what, max(self.hours - late_hours, 0), number, **said)
        one = replace(one, id=f"{what}-{self.hours:g}")
        before = dict(self.rows)
        waits = len(self._waiting(number))
        decision = self.take(one, handling("acknowledged", self.hours).time)
        if len(self._waiting(number)) > waits:
            self.rows = before
        return decision

    def _waiting(self, number: str) -> Any:
        case: Any = self.state(StateKey("case", number))
        return case.waiting if case is not None else ()

    def of(self, number: str) -> Claim:
        found = self.state(StateKey("claim", f"{number}/1"))
        assert isinstance(found, Claim)
        return found

    def decide(self, number: str) -> str:
        """What the claim of a case is offered; where nothing is left it is refused."""
        self.say(number, "claim_decided", outcome="offer")
        if self.of(number).stage == "offered" and (offer := self.of(number).offer) is not None:
            return str(offer.amount)
        self.say(number, "claim_decided", outcome="refuse")
        assert self.of(number).stage == "refused"
        return "nothing"

    def agree(self, number: str) -> None:
        self.say(number, "claim_agreed")

    def pay(self, number: str) -> None:
        owed = self.of(number).obligation("compensation")
        amount = f"{owed.outstanding:.2f}" if owed is not None else "812.00"
        self.say(number, "payment_confirmed", payment_id=f"P-{self.hours:g}", amount=amount)

    def booked(self) -> Decimal:
        entries = [self.state(key) for key in self.rows if key.kind == "entry"]
        sums = sums_by_obligation(one for one in entries if isinstance(one, Entry))
        return sum((each.awarded - each.withdrawn for each in sums.values()), Decimal(0))


@pytest.fixture
def desk(pack: Pack) -> TwoCases:
    return TwoCases(pack)


def test_sender_and_recipient_complain_and_the_parcel_is_paid_once(desk: TwoCases) -> None:
    desk.file(NUMBER, "loss")
    desk.file(AGAIN, "loss", complainant={"pseudonym": "p_7Qk2m9Xc4Rt1", "role": "recipient"})
    assert (desk.decide(NUMBER), desk.decide(AGAIN)) == ("812.00", "nothing")


def test_a_second_complaint_after_the_first_was_closed_gets_what_is_left(desk: TwoCases) -> None:
    desk.file(NUMBER, "delay")
    assert desk.decide(NUMBER) == "262.00"
    desk.agree(NUMBER)
    desk.pay(NUMBER)
    desk.take(handling("customer_answered", desk.hours, settled=True, text="已赔"))
    assert desk.of(NUMBER).reason == "paid"
    desk.file(AGAIN, "damage")
    assert desk.decide(AGAIN) == "550.00"  # 800 less 250 is below 720; the fee is back already
    desk.agree(AGAIN)
    assert desk.booked() == VALUE + FEE


def test_an_offer_of_the_one_case_counts_in_the_other_until_it_is_over(desk: TwoCases) -> None:
    desk.file(NUMBER, "contents_mismatch")
    desk.file(AGAIN, "damage")
    assert (desk.decide(NUMBER), desk.decide(AGAIN)) == ("812.00", "nothing")
    desk.say(NUMBER, "claim_withdrawn")
    assert desk.decide(AGAIN) == "730.80"


def test_a_complaint_that_is_withdrawn_leaves_its_share_to_the_other_case(desk: TwoCases) -> None:
    desk.file(NUMBER, "contents_mismatch")
    desk.file(AGAIN, "damage")
    desk.decide(NUMBER)
    desk.take(handling("withdrawn", desk.hours, reason="件到了"))
    assert desk.decide(AGAIN) == "730.80"


def test_an_offer_for_a_delay_that_has_become_a_loss_counts_no_more(desk: TwoCases) -> None:
    """Its complete-delay limit ends the claim by time alone; the other case needs no report of the first one for it."""
    desk.file(NUMBER, "delay", promised_at="2026-03-04T00:00:00Z")
    desk.file(AGAIN, "damage")
    assert (desk.decide(NUMBER), desk.decide(AGAIN)) == ("262.00", "550.00")
    desk.hours = 24 * 13  # ten days after the promise are over
    assert desk.decide(AGAIN) == "730.80"


def test_what_the_parcel_is_worth_is_known_in_all_its_cases(desk: TwoCases) -> None:
    desk.file(NUMBER, "damage")
    desk.file(AGAIN, "contents_mismatch")
    desk.say(AGAIN, "claim_facts_found", facts={"real_value": "600.00"})
    insured = {"insured": True, "insured_amount": "700.00"}
    desk.say(NUMBER, "claim_facts_found", facts=insured | {"share_lost": "0.1"})
    desk.decide(AGAIN)
    assert desk.decide(NUMBER) == "nothing"


def test_an_agreement_after_a_ruling_in_the_other_case_must_be_decided_anew(desk: TwoCases) -> None:
    desk.file(NUMBER, "delay")
    desk.file(AGAIN, "damage")
    desk.decide(NUMBER)
    desk.say(AGAIN, "claim_ruled", by="court", amount="800.00")
    desk.agree(NUMBER)
    assert (desk.of(NUMBER).stage, desk.booked()) == ("offered", VALUE)


def test_the_row_of_a_parcel_names_the_claims_that_know_something_of_it(desk: TwoCases) -> None:
    desk.file(NUMBER, "loss")
    (own,) = (key for key in desk.rows if key.kind == "parcel")
    assert own.key == WAYBILL
    parcel = desk.state(own)
    assert isinstance(parcel, Parcel) and [each.claim_number for each in parcel.shares] == [f"{NUMBER}/1"]


def test_claims_of_no_parcel_and_of_other_parcels_leave_no_row(desk: TwoCases) -> None:
    desk.tell(routed("loss", waybill=None, demand="赔偿"))
    desk.say(NUMBER, "claim_filed", None, cause="loss", claimant=SENDER, evidence=[{"item": name} for name in FILE])
    desk.say(NUMBER, "claim_facts_found", facts=FOUND["loss"])
    assert [key for key in desk.rows if key.kind == "parcel"] == []


class Reckoned:
    """What each claim has by the reckoning of the test: what the others leave of the value and of the fee."""

    def __init__(self) -> None:
        self.has: dict[str, tuple[Decimal, Decimal]] = {}

    def decide(self, number: str, cause: str) -> str:
        others = [each for name, each in self.has.items() if name != number]
        value, fee = (sum((each[place] for each in others), Decimal(0)) for place in (0, 1))
        own = min(TABLE[cause][0], VALUE - value), min(TABLE[cause][1], FEE - fee)
        self.has[number] = own
        return str(sum(own)) if sum(own) else "nothing"


STEPS = st.lists(
    st.tuples(st.sampled_from((0, 1, 2)), st.sampled_from(("decide", "agree", "dispute", "withdraw", "pay", "file"))),
    min_size=4, max_size=14,
)  # fmt: skip
MORE = (*CASES, "TS-20260310-000003")


@settings(max_examples=150)
@given(st.lists(st.sampled_from(sorted(TABLE)), min_size=3, max_size=3), STEPS)
def test_in_any_order_each_case_gets_what_the_others_leave(
    pack: Pack, causes: list[str], steps: list[tuple[int, str]]
) -> None:
    desk, reckoned, stages = TwoCases(pack), Reckoned(), dict[str, str]()
    for place, step in steps:
        number, cause = MORE[place], causes[place]
        stage = stages.get(number, "")
        if not stage:
            desk.file(number, cause)
            stages[number] = "filed"
        elif step == "decide" and stage in ("filed", "offered", "disputed", "refused"):
            ought = reckoned.decide(number, cause)
            assert desk.decide(number) == ought
            stages[number] = "offered" if ought != "nothing" else "refused"
        elif step == "agree" and stage in ("offered", "disputed"):
            desk.agree(number)
            stages[number] = "agreed"
        elif step == "dispute" and stage == "offered":
            desk.say(number, "claim_disputed", way="court")
            stages[number] = "disputed"
        elif step == "withdraw" and stage in ("filed", "offered", "disputed", "refused", "agreed"):
            desk.say(number, "claim_withdrawn")
            reckoned.has.pop(number, None)
            stages[number] = "withdrawn"
        elif step == "pay" and stage == "agreed":
            desk.pay(number)
            stages[number] = "paid"
        firm = [reckoned.has[name] for name, stage in stages.items() if stage in ("agreed", "paid")]
        assert desk.booked() == sum((sum(each) for each in firm), Decimal(0)) <= VALUE + FEE


LATE_STEPS = st.lists(
    st.tuples(
        st.sampled_from((0, 1, 2)),
        st.sampled_from(("claim_decided", "claim_agreed", "claim_withdrawn", "claim_facts_found", "pay", "judged")),
        st.sampled_from((0, 0, 2, 5, 9)),
    ),
    min_size=6, max_size=20,
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.sampled_from(sorted(TABLE)), min_size=3, max_size=3), LATE_STEPS)
def test_told_late_or_early_no_parcel_is_paid_above_its_value(
    pack: Pack, causes: list[str], steps: list[tuple[int, str, float]]
) -> None:
    desk = TwoCases(pack)
    for number, cause in zip(MORE, causes, strict=True):
        desk.file(number, cause)
    for place, what, late in steps:
        number = MORE[place]
        match what:
            case "pay":
                desk.pay(number)
            case "judged":
                desk.hours += 1
                desk.take(handling("judged", desk.hours, number, stands=late == 0))
            case "claim_decided":
                desk.say(number, what, 1, late, outcome="offer")
            case "claim_facts_found":
                more = {} if causes[place] == "loss" else {"share_lost": "0.1", "days_late": 1}
                desk.say(number, what, 1, late, facts=FOUND[causes[place]] | (more if late else {}))
            case _:
                desk.say(number, what, 1, late)
        assert desk.booked() <= VALUE + FEE, (number, what, late)
