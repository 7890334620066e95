"""Every reason for which router, sla, claims and penalties refuse, provoked by a record on the topic that they read.

What goes to complaints.rejected names the event that was refused (id, source, type), when that was (in the time of the
shard, never 1970), and says in a sentence what the right form is or what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from services.claims.processor import processor as claims
from services.claims.waiting import WAITING_MAX
from services.penalties.processor import processor as penalties
from services.router.processor import processor as router
from services.sla.processor import processor as sla
from tests.contracts.refusals import sentences
from tests.contracts.test_refusals import CODES, INTERNAL, WAYS_OUT
from tests.integration.feeds import START, Bench, CaseFeed, Feed, header
from tests.packs_read import load_pack
from tests.rules.casework import complaint, handling, inquiry
from tests.rules.claims.filed import FACTS, OTHER, OUTLET, agree_claim, file_claim, offer_claim
from tests.rules.claims.test_filing import form
from tests.rules.claims.told import ClaimsDesk, reported, routed
from tests.rules.penalties.charges import PERSON, correction, laid, services
from tests.rules.penalties.charges import complaint as blamed
from tests.rules.penalties.payments import settled
from tousu.decision import Decision
from tousu.event import Event
from tousu.policy.loading import path_of
from tousu.runtime.wiring import Compose

PARTITIONS = 2
SOURCE, PACK = "courier-network", "auto-service"
Said = tuple[Event, datetime]


class Provoked(NamedTuple):
    """Records of which the last one is refused (one before it may be, too)."""

    processor: str
    reason: str
    said: Sequence[Said]
    pack: str = SOURCE


WITH_A_CASE = ("not_pausable", "not_extendable", "impossible_promise")
"""Why sla refuses what the router has let through."""
COMPOSE: dict[str, Compose] = {"router": router, "sla": sla, "claims": claims, "penalties": penalties}


def now(*events: Event) -> list[Said]:
    return [(one, max(START, one.time)) for one in events]


def of_router() -> Iterator[Provoked]:
    first = complaint("晚了三天")
    yield Provoked("router", "unknown_case", now(handling("acknowledged", 1, "TS-unknown")))
    yield Provoked("router", "exists_with_different_content", now(first, replace(first, id="again")))
    yield Provoked("router", "unknown_class", now(first, handling("judged", 1, **{"stands": True, "class": "noise"})))
    yield Provoked("router", "unknown_kind", now(first, handling("plan_proposed", 1, plan="a_song")))
    moved = {"to_department": "kitchen", "reason": "不属本部门"}
    yield Provoked("router", "unknown_department", now(first, handling("passed_on", 1, **moved)))
    elsewhere = replace(first, extensions={"organisation": "acme"})
    yield Provoked("router", "unknown_organisation", now(elsewhere))
    strange = replace(handling("acknowledged", 1), type="tousu.weather.changed.v1")
    yield Provoked("router", "unknown_type", now(first, strange))
    yield Provoked("router", "illegal_transition", now(inquiry(), handling("judged", 1, stands=True)))


def of_sla() -> Iterator[Provoked]:
    first = routed("delay")
    yield Provoked("sla", "unknown_case", now(handling("acknowledged", 1, "TS-unknown")))
    yield Provoked("sla", "missing_attribute", now(replace(handling("acknowledged", 1), subject=None)))
    yield Provoked("sla", "exists_with_different_content", now(first, replace(first, id="again")))
    promised = handling("acknowledged", 1, answer_by="2026-03-01T18:00:00+08:00")
    yield Provoked("sla", "impossible_promise", now(first, promised))
    paused = handling("paused", 1, reason="found", clocks=["lunch"])
    yield Provoked("sla", "not_pausable", now(first, paused))
    said = {"until": "2026-03-20T18:00:00+08:00", "clock": "lunch", "reason": "typhoon", "approved_by": "E-9"}
    yield Provoked("sla", "not_extendable", now(first, handling("extended", 1, **said)))


class Recorded(ClaimsDesk):
    """A desk that notes what it was told: up to the first refusal, and with it."""

    def __init__(self, pack: str) -> None:
        self.said: list[Said] = []
        self.reason = ""
        super().__init__(replace(load_pack(pack), penalties=None))

    def take(self, one: Event, now: datetime | None = None) -> Decision:
        if not self.reason:
            self.said.append((one, now or one.time))
        decision = super().take(one, now)
        if decision.refusal is not None and not self.reason:
            self.reason = decision.refusal.reason
        return decision

    def refused(self, what: str, hours: float = 1, /, claim: int | None = 1, **said: Any) -> tuple[str, str]:
        """What waits for another report that never comes is refused when its time is over."""
        reason, place = super().refused(what, hours, claim, **said)
        self.reason = self.reason or reason
        return reason, place


def begun(what: str, /, hours: float = 1, claim: int | None = 1, **said: Any) -> Callable[[Recorded], object]:
    """A report about a claim that was only opened."""

    def do(desk: Recorded) -> None:
        desk.tell(routed("loss"))
        desk.refused(what, hours, claim=claim, **said)

    return do


def decided(facts: dict[str, Any], **said: Any) -> Callable[[Recorded], object]:
    def do(desk: Recorded) -> None:
        file_claim(desk, "damage" if "damage_degree" in facts else "loss")
        if facts:
            desk.report("claim_facts_found", 2, facts=facts)
        desk.refused("claim_decided", 3, **said)

    return do


def proven(**said: Any) -> Callable[[Recorded], object]:
    def do(desk: Recorded) -> None:
        file_claim(desk, "damage")
        desk.report("claim_facts_found", 2, facts=FACTS["damage"] | {"reported_after_signing": True})
        desk.report("claim_evidence_given", 4, evidence=[{"item": "signed_receipt"}])
        desk.refused("claim_decided", 5, **said)

    return do


def behind(step: Callable[[ClaimsDesk], None], what: str, hours: float, /, **said: Any) -> Callable[[Recorded], object]:
    def do(desk: Recorded) -> None:
        step(desk)
        desk.refused(what, hours, **said)

    return do


def notified(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    desk.report("outlet_notified", 1, outlet=OUTLET)


def incomplete(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    filed = {"claimant": {"role": "sender"}, "evidence": [{"item": "claim_letter"}]}
    desk.report("claim_filed", 1, claim=None, cause="loss", **filed)
    desk.report("claim_facts_found", 2, facts=FACTS["loss"])


def crowded(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    for minute in range(WAITING_MAX):
        desk.take(reported("claim_agreed", 1 + minute / 60, 1))


@cache
def with_a_gap() -> str:
    """The pack as somebody has it whose table has no rule for a loss that is not insured."""
    text = path_of(SOURCE).read_text()
    rule = "      uninsured:\n        causes: [{}]"
    assert rule.format("loss, damage") in text
    path = Path(mkdtemp(prefix="tousu-gap-")) / f"{SOURCE}.yaml"
    path.write_text(text.replace(rule.format("loss, damage"), rule.format("damage")))
    return str(path)


LOSS, DAMAGE = FACTS["loss"], FACTS["damage"] | {"real_value": "3000.00"}
RECIPIENT, STRANGER = {"role": "recipient"}, {"role": "sender", "reference": "p_another0001"}
ELSEWHERE = [{"item": "waybill_image", "waybill_number": "TS77009"}]
CLAIMS: dict[str, Callable[[Recorded], object]] = {
    "amount_not_positive": begun("claim_filed", claim=None, **form(claimed_amount="0")),
    "piece_not_of_this_case": begun("claim_filed", claim=None, **form(waybill_number="TS77009")),
    "payee_not_entitled": begun("claim_filed", claim=None, **form(claimant=RECIPIENT)),
    "piece_of_another_customer": begun("claim_filed", claim=None, **form(claimant=STRANGER)),
    "evidence_of_another_piece": begun("claim_filed", claim=None, **form(evidence=ELSEWHERE)),
    "unknown_evidence": begun("claim_filed", claim=None, **form(evidence=[{"item": "holiday_photos"}])),
    "unknown_claim": begun("claim_withdrawn", claim=7),
    "illegal_transition": begun("claim_agreed"),
    "other_cause": begun("claim_filed", claim=1, **form("damage")),
    "too_many_waiting": behind(crowded, "claim_agreed", 2),
    "same_outlet": begun("outlet_notified", outlet=OUTLET, compensated_outlet=OUTLET),
    "facts_missing": decided({}, outcome="offer"),
    "other_amount": decided(LOSS, outcome="offer", amount="9999.00"),
    "unknown_kind": decided(LOSS, outcome="offer", kind="goods"),
    "no_ground_to_refuse": decided(LOSS, outcome="refuse"),
    "bad_fact": behind(file_claim, "claim_facts_found", 2, facts=LOSS | {"real_value": "0.00"}),
    "amount_missing": decided(DAMAGE, outcome="offer"),
    "amount_above_limit": decided(DAMAGE, outcome="offer", amount="3999.01"),
    "nothing_due": proven(outcome="offer"),
    "other_exemption": proven(outcome="refuse", exemption="force_majeure"),
    "file_incomplete": behind(incomplete, "claim_decided", 3, outcome="offer"),
    "impossible_promise": behind(offer_claim, "claim_agreed", 24, pay_by="2026-01-01T00:00:00+08:00"),
    "way_not_open": behind(offer_claim, "claim_disputed", 24, way="arbitration"),
    "other_outlet": behind(offer_claim, "outlet_contacted", 24, outlet=OTHER),
    "negotiation_goes_on": behind(offer_claim, "outlet_arbitration_requested", 24, outlet=OTHER),
    "unknown_payment": behind(
        agree_claim, "payment_question_settled", 8, claim=None, payment_id="P-9", how="mistake"
    ),
    "no_rule": decided(LOSS, outcome="offer", amount_with_fee="812.00"),
}  # fmt: skip
OF_A_PACK_WITH_A_GAP = frozenset({"no_rule"})
ELSEWHERE_SHOWN: dict[str, dict[str, str]] = {
    "router": {},
    "sla": {"illegal_transition": "a measure that was done is planned again (tests/rules/sla/test_measures.py)"},
    "claims": {
        "not_allowed": "no pack here wants a second person (tests/rules/claims/test_second_person.py)",
        "no_claims_in_pack": "the pack has claims (tests/rules/claims/test_filing.py)",
        "exists_with_different_content": "the pack pays in cash alone (tests/stories/test_duties_of_source_h.py)",
        "other_currency": "claims asks a question instead (tests/rules/claims/test_paying.py)",
        "outlet_missing": "tests/rules/claims/test_outlets.py",
        "materials_missing": "tests/rules/claims/test_outlets.py",
        "right_has_lapsed": "tests/rules/claims/test_filing.py",
    },
    "penalties": {},
}
"""Reason codes that no record can provoke under this pack, or that take weeks; where they are shown."""


def of_claims() -> Iterator[Provoked]:
    for reason, do in CLAIMS.items():
        pack = with_a_gap() if reason in OF_A_PACK_WITH_A_GAP else SOURCE
        desk = Recorded(pack)
        do(desk)
        assert desk.reason == reason
        yield Provoked("claims", reason, desk.said, pack)


def of_penalties() -> Iterator[Provoked]:
    first = laid("TS-1", blamed("c"))
    other_month = laid("TS-1", blamed("b"), revision=2, received_at=START - timedelta(days=40), at=START)
    unclear = Event(id="x", source="tousu/claims", type=services(1).type, time=START, data=services(1, outlet="H").data)
    strange = {"id": "other", "version": "1.0.0"}
    yield Provoked("penalties", "illegal_transition", now(correction("training")))
    yield Provoked("penalties", "unknown_pack_version", now(laid("TS-1", blamed("c"), pack=strange)))
    yield Provoked("penalties", "exists_with_different_content", now(first, other_month))
    yield Provoked("penalties", "number_out_of_range", now(laid("TS-1", blamed("b", "999999999999.99"))))
    yield Provoked("penalties", "missing_attribute", now(unclear))
    yield Provoked("penalties", "unknown_payment", now(first, settled("TS-1", "P-9")))


PROVOKED = [*of_router(), *of_sla(), *of_claims(), *of_penalties()]


def answered_within(provoked: Provoked) -> timedelta:
    """A report of a claim may wait for another one."""
    waiting_hours = load_pack(SOURCE).waiting_hours if provoked.processor == "claims" else 0
    return timedelta(hours=waiting_hours + 1)


def feeds_of(provoked: Provoked) -> list[Feed]:
    """The records on the topics that a processor reads, and time behind them."""
    end = max(at for _, at in provoked.said) + answered_within(provoked)
    topic = {"router": "complaints.accepted", "penalties": "complaints.charges"}.get(provoked.processor)
    writer = {"router": "intake", "penalties": "claims"}.get(provoked.processor, "router")
    if topic is not None:
        feed = Feed(writer, topic, PARTITIONS)
    elif provoked.processor == "claims" or provoked.reason in WITH_A_CASE:
        feed = CaseFeed(PARTITIONS, load_pack(SOURCE))
    else:
        feed = Feed("router", "complaints.cases", PARTITIONS)
    for one, at in provoked.said:
        feed.say(one, at, key=one.subject or PERSON)
    feed.tick(end)
    beside = Feed("sla", "complaints.sla", PARTITIONS)
    beside.tick(end)
    return [feed, beside] if provoked.processor == "claims" else [feed]


@pytest.mark.parametrize("provoked", PROVOKED, ids=lambda each: f"{each.processor}-{each.reason}")
def test_a_refusal_says_which_event_when_why_and_what_to_do(provoked: Provoked, tmp_path: Path) -> None:
    pack = PACK if provoked.processor == "penalties" else provoked.pack
    bench = Bench(COMPOSE[provoked.processor], f"sqlite:///{tmp_path / 'own.sqlite'}", PARTITIONS, pack=pack)
    for feed in feeds_of(provoked):
        bench.feed(feed.written)
    bench.run()
    one, at = provoked.said[-1]
    all_refused = bench.records("complaints.rejected")
    refused = next(each for each in reversed(all_refused) if header(each, "tousu-event-id") == one.id)
    said = {name: (value or b"").decode() for name, value in refused.headers}
    assert said["tousu-reason"] == provoked.reason and provoked.reason in CODES
    assert said["original-ce_id"] == one.id
    assert (said["tousu-event-source"], said["tousu-event-type"]) == (one.source, one.type)
    assert at <= datetime.fromisoformat(said["ce_time"]) <= at + answered_within(provoked)
    assert said["ce_source"] == f"tousu/{provoked.processor}"
    assert WAYS_OUT.search(said["tousu-message"]), said["tousu-message"]
    assert not INTERNAL.search(said["tousu-message"]), said["tousu-message"]
    assert said["tousu-place"]
    assert header(refused, "tousu-topic") in {each.topic for each in bench.processor.inputs}


@pytest.mark.parametrize("name", COMPOSE)
def test_each_reason_that_a_processor_knows_is_provoked(name: str) -> None:
    known = {each.reason for each in sentences() if each.file.startswith(f"services/{name}/")} & CODES
    provoked = {each.reason for each in PROVOKED if each.processor == name}
    assert known - provoked - ELSEWHERE_SHOWN[name].keys() == set()
