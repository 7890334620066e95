"""Claims follow the version of the pack that a recalculation orders, and know an incomplete reply when they see it."""

from __future__ import annotations

from msgspec.structs import replace

from tests.rules.casework import handling, kinds_of
from tests.rules.claims.told import ClaimsDesk, routed
from tousu.policy.handling_rule import ReplyRule
from tousu.policy.pack import Pack

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
