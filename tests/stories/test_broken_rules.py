"""Rules that are broken on purpose: whichever processor fails on it, the case keeps its number and its reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from services.claims.rules import ClaimsRules
from services.router.rules import RouterRules
from services.sla.rules import SlaRules
from tests.packs_read import load_policies
from tests.rules.intake.gate import BLOCKS
from tests.stories.packed import at, in_form, of_type, refusals
from tousu.decision import Decision, Rules, States
from tousu.demo.diary import Diary
from tousu.demo.numbering import with_numbers
from tousu.event import Event
from tousu.policy.policies import Policies
from tousu.runtime.processor import Processor
from tousu.runtime.wiring import Wiring
from tousu.simulation.lines import inbound_of, line_of
from tousu.simulation.pipeline import Pipeline, composed
from tousu.simulation.simulate import Run

ROOT = Path(__file__).resolve().parents[2]
PACKS = sorted(path.stem for path in (ROOT / "policies").glob("*.yaml"))
Told = list[dict[str, Any]]


def spoil(decision: Decision, event: Event) -> Decision:
    """What a rule may get wrong: a property that no schema knows."""
    outputs = [msgspec.structs.replace(one, data=one.data | {"mood": "bad"}) for one in decision.outputs]
    return msgspec.structs.replace(decision, outputs=outputs)


def fail(decision: Decision, event: Event) -> Decision:
    raise ZeroDivisionError


def broken(kind: type[Any], types: tuple[str, ...], how: Callable[[Decision, Event], Decision]) -> Callable[..., Rules]:
    """The rules of a processor, wrong about events of these types."""

    class Broken(kind):  # type: ignore[misc]
        def apply(self, states: States, event: Event, now: datetime) -> Decision:
            decision = super().apply(states, event, now)
            return how(decision, event) if event.type in types else decision

    return Broken


class Played:
    """What is published of a story while a processor has these rules, and what its database holds."""

    def __init__(self, pack: str, diary: Diary, until: str, name: str, rules: Callable[[Policies], Rules]) -> None:
        def compose(each: str, wiring: Wiring) -> Processor:
            made = composed(each, wiring)
            return msgspec.structs.replace(made, rules=rules(wiring.policies)) if each == name else made

        policies = load_policies(pack)
        run: Run | None = None
        for number, line in enumerate(with_numbers([line for _, line in diary.in_order()], pack), start=1):
            inbound = inbound_of(line, number)
            run = run or Run(Pipeline(policies, inbound.arrival or at("01-01 00:00"), compose=compose))
            run.arrive(inbound)
        assert run is not None
        run.end(at(until))
        self.told: Told = [orjson.loads(line_of(record))["event"] for record in run.news()]
        self.faults = run.pipeline.faults()
        run.pipeline.close()


def a_case(kind: str = "complaint", pack: str = "courier-network", **data: Any) -> tuple[Diary, str]:
    diary = Diary(seed=1)
    said = {
        "kind": kind, "content": "快件丢了，请赔偿。", "waybill_number": "YT7700000000099",
        "complainant": {"phone": "19900000042", "role": "sender"}, "phone": BLOCKS["phone"],
    }  # fmt: skip
    return diary, diary.complaint("phone", at("03-02 09:30"), said | data, event_id="the-complaint")


REGISTERED = tuple(f"tousu.{kind}.registered.v1" for kind in ("complaint", "inquiry", "claim"))
ROUTED = tuple(f"tousu.{kind}.routed.v1" for kind in ("complaint", "inquiry", "claim"))


@pytest.mark.parametrize("how", (spoil, fail))
@pytest.mark.parametrize("pack", PACKS)
def test_a_complaint_on_which_the_router_fails_goes_to_the_desk_runs_its_clocks_and_takes_its_reports(
    pack: str, how: Callable[[Decision, Event], Decision]
) -> None:
    policies = load_policies(pack)
    own, name = policies.own, next(iter(policies.own.classes))
    diary, case = a_case(pack=pack, **{"class": name})
    desk = {"department": own.routing.unsure.department}
    diary.handling(case, "acknowledged", at("03-02 09:40"), desk)
    diary.handling(case, "judged", at("03-02 10:00"), desk | {"stands": True, "class": name})
    played = Played(pack, diary, "03-02 12:00", "router", broken(RouterRules, REGISTERED, how))
    assert refusals(played.told) == []
    first, second = of_type(played.told, "complaint.routed")
    assert (first["triage"], first["decided_by"], first["candidates"]) == (True, "triage", [name])
    assert first["departments"] == [own.routing.unsure.department]
    assert first["content"] == "快件丢了，请赔偿。"
    assert (second["triage"], second["class"], second["revision"]) == (False, name, 2)
    assert second["departments"] == list(own.classes[name].departments) or own.routing.rules
    assert of_type(played.told, "clock.started")
    assert len(played.faults["router"]) == 1


@pytest.mark.parametrize("how", (spoil, fail))
def test_an_inquiry_and_a_claim_on_which_the_router_fails_reach_the_desk(
    how: Callable[[Decision, Event], Decision],
) -> None:
    rules = broken(RouterRules, REGISTERED, how)
    diary, case = a_case("inquiry", content="我的快件到哪里了？", web_result="none")
    diary.handling(case, "inquiry_answered", at("03-02 09:50"), {"outcome": "result_found", "text": "今天送到"})
    asked = Played("courier-network", diary, "03-02 12:00", "router", rules)
    (routed,) = of_type(asked.told, "inquiry.routed")
    assert (routed["departments"], routed["triage"]) == (["customer_service"], True)
    assert refusals(asked.told) == []
    assert [closed["result"] for closed in of_type(asked.told, "case.closed")] == ["inquiry_result_found"]
    claim = {"cause": "loss", "claimant": {"role": "sender"}}
    diary, _ = a_case("claim", claim=claim)
    claimed = Played("courier-network", diary, "03-02 12:00", "router", rules)
    (routed,) = of_type(claimed.told, "claim.routed")
    assert (routed["departments"], routed["claim"]) == (["customer_service"], claim)
    assert [opened["cause"] for opened in of_type(claimed.told, "claim.opened")] == ["loss"]


def test_a_report_on_which_the_router_fails_is_refused_and_the_case_stands_as_it_was() -> None:
    diary, case = a_case()
    diary.handling(case, "judged", at("03-02 10:00"), {"stands": True, "class": "delay"})
    diary.handling(
        case, "customer_answered", at("03-02 11:00"), in_form("customer_answered", {"settled": True, "text": "已赔付"})
    )
    played = Played(
        "courier-network", diary, "03-02 12:00", "router", broken(RouterRules, ("tousu.handling.judged.v1",), fail)
    )
    assert refusals(played.told) == ["internal_error"]
    assert [one["class"] for one in of_type(played.told, "complaint.routed")] == ["loss"]
    assert len(of_type(played.told, "case.closed")) == 1


@pytest.mark.parametrize("how", (spoil, fail))
def test_a_case_whose_clocks_cannot_be_started_takes_its_reports_and_ends(
    how: Callable[[Decision, Event], Decision],
) -> None:
    diary, case = a_case()
    diary.handling(case, "acknowledged", at("03-02 09:40"), {})
    diary.handling(
        case, "customer_answered", at("03-02 11:00"), in_form("customer_answered", {"settled": True, "text": "已赔付"})
    )
    played = Played("courier-network", diary, "03-02 12:00", "sla", broken(SlaRules, ROUTED, how))
    assert refusals(played.told) == []
    assert of_type(played.told, "clock.breached") == []
    assert len(of_type(played.told, "case.closed")) == 1


def test_a_report_on_which_sla_fails_is_refused_and_the_clocks_run_on() -> None:
    diary, case = a_case()
    diary.handling(
        case, "customer_answered", at("03-02 11:00"), in_form("customer_answered", {"settled": True, "text": "已赔付"})
    )
    wrong = broken(SlaRules, ("tousu.handling.customer_answered.v1",), spoil)
    played = Played("courier-network", diary, "03-20 12:00", "sla", wrong)
    assert refusals(played.told) == ["unpublishable_output"]
    assert "resolution" in {one["clock"] for one in of_type(played.told, "clock.breached")}


@pytest.mark.parametrize("how", (spoil, fail))
def test_a_case_of_which_the_claims_cannot_be_told_takes_a_claim_that_is_filed_later(
    how: Callable[[Decision, Event], Decision],
) -> None:
    diary, case = a_case()
    form = {"cause": "loss", "waybill_number": "YT7700000000099", "claimant": {"role": "sender"}}
    diary.handling(case, "claim_filed", at("03-02 11:00"), form)
    played = Played("courier-network", diary, "03-02 12:00", "claims", broken(ClaimsRules, ROUTED, how))
    assert refusals(played.told) == []
    assert [opened["cause"] for opened in of_type(played.told, "claim.opened")] == ["loss"]
