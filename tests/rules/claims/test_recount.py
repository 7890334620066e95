"""Claims follow the version of the pack that a recalculation orders, and know an incomplete reply when they see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from services.claims.states import ClaimedCase
from tests.rules.casework import NUMBER, START, handling, kinds_of
from tests.rules.claims.filed import agree_claim
from tests.rules.claims.told import ClaimsDesk, routed
from tousu.decision import Output, StateKey
from tousu.policy.clock_rule import Limit
from tousu.policy.handling_rule import ReplyRule
from tousu.policy.pack import Pack
from tousu.simulation.recalculation import RecalculationOrder, effects, new_order, together

ORDER = {"order_id": "R-1", "reason": "新版生效", "approved_by": "L50001", "pack_version": "2.0.0"}


def test_the_version_that_is_ordered_stands_in_what_follows(pack: Pack) -> None:
    desk = ClaimsDesk(pack, replace(pack, version="2.0.0"))
    desk.tell(routed("damage"))
    assert desk.tell(handling("recount_ordered", **ORDER)) == []
    (closed,) = desk.tell(handling("withdrawn", 2, reason="件到了"))
    assert closed.data["pack"]["version"] == "2.0.0"


def test_an_order_without_a_version_is_no_concern(pack: Pack) -> None:
    desk = ClaimsDesk(pack)
    desk.tell(routed("damage"))
    order = {name: value for name, value in ORDER.items() if name != "pack_version"}
    assert desk.take(handling("recount_ordered", **order)).no_op == "claims_go_on"


def test_24_after_an_incomplete_reply_the_case_goes_on(pack: Pack) -> None:
    strict = replace(pack, replies={"final": ReplyRule(required=("next_body",), section="T 1")})
    desk = ClaimsDesk(strict)
    desk.tell(routed("damage"))
    assert desk.take(handling("customer_answered", 2, settled=True, text="已答复")).no_op == "reply_incomplete"
    assert kinds_of(desk.tell(handling("withdrawn", 3, reason="件到了"))) == ["claim.closed"]
    told = handling("customer_answered", 2, settled=True, text="已答复", elements=["next_body"])
    desk = ClaimsDesk(strict)
    desk.tell(routed("damage"), told)
    assert desk.tell(handling("withdrawn", 3, reason="件到了")) == []


def newer(pack: Pack, amount: int = 3, **more: Any) -> Pack:
    """The pack in version 2.0.0, by which a payment is due in so many calendar days."""
    assert pack.claims is not None
    payment = replace(pack.claims.clocks["payment"], limit=Limit(amount=amount, unit="calendar_days"), **more)
    rules = replace(pack.claims, clocks={**pack.claims.clocks, "payment": payment})
    return replace(pack, version="2.0.0", claims=rules)


def of_payment(outputs: list[Output]) -> list[tuple[str, str, str, int]]:
    """What was told of the payment: what, when due, by which version of the pack, of how many days."""
    return [
        (kinds_of([one])[0], one.data["due_at"], one.data["pack"]["version"], one.data["limit"]["amount"])
        for one in outputs
        if one.data["clock"] == "payment"
    ]


def test_an_order_moves_the_limits_of_claims(pack: Pack) -> None:
    desk = ClaimsDesk(pack, newer(pack))
    agree_claim(desk)
    desk.tell(handling("recount_ordered", 24, **ORDER))
    assert of_payment(desk.clocks) == [("clock.recalculated", "2026-03-05T16:00:00Z", "2.0.0", 3)]
    assert desk.clocks[-1].data["old_due_at"] == "2026-03-09T16:00:00Z"
    desk.report("payment_confirmed", 25, payment_id="P-1", amount="812.00")
    assert of_payment(desk.clocks)[-1] == ("clock.met", "2026-03-05T16:00:00Z", "2.0.0", 3)


def test_a_limit_that_an_order_leaves_alone_goes_on_naming_the_version_that_it_counts(pack: Pack) -> None:
    """`reset` comes too late for a limit that had passed: it stays seven days, and says so."""
    desk = ClaimsDesk(pack, newer(pack))
    agree_claim(desk)
    desk.pass_time(days=8)
    desk.tell(handling("recount_ordered", 24 * 8, **ORDER, mode="reset"))
    assert of_payment(desk.clocks) == []
    desk.report("payment_confirmed", 24 * 8 + 1, payment_id="P-1", amount="812.00")
    assert of_payment(desk.clocks) == [("clock.cancelled", "2026-03-09T16:00:00Z", "1.0.0", 7)]


def test_a_limit_that_lies_in_the_past_now_is_one_breach_and_an_order_may_undo_one(pack: Pack) -> None:
    desk = ClaimsDesk(pack, newer(pack))
    agree_claim(desk)
    desk.tell(handling("recount_ordered", 24 * 5, **ORDER))
    assert [what for what, *_ in of_payment(desk.clocks)] == ["clock.recalculated", "clock.breached"]
    desk = ClaimsDesk(pack, newer(pack, 30))
    agree_claim(desk)
    desk.pass_time(days=8)
    desk.tell(handling("recount_ordered", 24 * 8, **ORDER))
    assert [what for what, *_ in of_payment(desk.clocks)] == [
        "clock.breach_withdrawn", "clock.started", "clock.recalculated",
    ]  # fmt: skip


def test_a_version_without_claims_is_refused_where_there_are_some(pack: Pack) -> None:
    desk = ClaimsDesk(pack, replace(pack, version="2.0.0", claims=None))
    desk.tell(routed("damage"))
    refusal = desk.take(handling("recount_ordered", **ORDER)).refusal
    assert refusal is not None and (refusal.reason, refusal.place) == ("no_claims_in_pack", "/pack_version")


def test_a_dry_run_shows_the_limits_of_claims(pack: Pack) -> None:
    desk = ClaimsDesk(pack, newer(pack))
    agree_claim(desk)
    now = START + timedelta(days=1)
    order = new_order(now, RecalculationOrder("新版生效", "L50001", pack_version="2.0.0"))
    case = desk.state(StateKey("case", NUMBER))
    assert isinstance(case, ClaimedCase)
    (effect,) = together([], effects(desk.rules, [(NUMBER, case)], order, now))
    assert [change.data() for change in effect.clocks] == [
        {
            "clock": "payment", "generation": 1, "old_due_at": "2026-03-09T16:00:00Z",
            "new_due_at": "2026-03-05T16:00:00Z", "breach": "", "claim_number": f"{NUMBER}/1",
        }
    ]  # fmt: skip
    assert desk.state(StateKey("case", NUMBER)) == case
