"""Words that several steps of a claim share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.claims.turn import Turn, time_text
from tousu.decision import Refusal


def refusal(reason: str, message: str, place: str = "type") -> Refusal:
    """Why an event is refused: reason code, sentence with the way out, place."""
    return Refusal(reason=reason, message=message, place=place)


def tell_form_refused(turn: Turn, form: Mapping[str, Any], why: Refusal) -> None:
    """Tell that a form which came on a channel is not taken; nothing was filed."""
    data: dict[str, Any] = {"case_number": turn.number, "cause": form["cause"]}
    data |= {"waybill_number": form["waybill_number"]} if "waybill_number" in form else {}
    data |= {"reason": why.reason, "message": why.message, "place": why.place, "refused_at": time_text(turn.at)}
    turn.publish_of_case("tousu.claim.form_refused.v1", turn.at, data | {"pack": turn.pack.reference()})
