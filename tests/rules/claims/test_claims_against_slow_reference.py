"""Claims do what a slow reference says that is written apart, and their money balances after every single event (I7).

Stories hold files, evidence, facts found late and corrected, decisions, agreements, disputes, rulings, payments right,
wrong and twice, outlets, withdrawals, a complaint that is judged otherwise, withdrawn and reopened, and time passing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from msgspec.structs import replace

from services.claims.states import PaymentQuestion
from tests.rules.casework import NUMBER, START
from tests.rules.claims.books import Books
from tests.rules.claims.slow_claims import SlowClaims
from tests.rules.claims.stories_of_claims import Step, amounts_of, stories, stories_side_by_side, tell
from tests.rules.claims.told import ClaimsDesk
from tousu.decision import Decision, Output
from tousu.policy.calendar import MICROSECOND
from tousu.policy.pack import Pack


def limits_told(outputs: list[Output]) -> list[tuple[str, str, str, Any]]:
    """Breaches and their withdrawals, as the reference tells them."""
    return [
        (one.data["claim_number"], one.data["clock"], what, one.data["due_at"])
        for one in outputs
        if (what := one.type.split(".")[2]) in ("breached", "breach_withdrawn")
    ]


def in_true_order(story: list[Step]) -> list[Step]:
    """What is reported of claims, each read when it happens, no two at one moment; test_any_order has the other orders.

    Without what happens to the complaint: what waits for its reopening would count behind that, and here it is refused.
    """
    known = {f"{NUMBER}/{place}" for place in range(1, 1 + len(story[0].event.data["classes"]))}
    of_claims = [story[0], *(step for step in story[1:] if step.event.data.get("claim_number") in known)]
    steps = sorted(of_claims, key=lambda step: max(step.event.time, START))
    moments = [max(step.event.time, START) + place * MICROSECOND for place, step in enumerate(steps)]
    return [Step(replace(step.event, time=at), at) for step, at in zip(steps, moments, strict=True)]


@settings(max_examples=150)
@given(stories().map(in_true_order))
def test_after_every_event_the_money_is_right(pack: Pack, story: list[Step]) -> None:
    desk, slow = ClaimsDesk(pack), SlowClaims(NUMBER, START)
    books = Books(desk)
    for step in story:
        happened = len(slow.happened)
        decision = desk.take(step.event, step.now)
        reason = tell(slow, step)
        outputs = [*desk.fired, *decision.outputs]
        refused = refusal_of(desk, step, decision)
        assert refused == reason, (step, decision.refusal)
        if refused:
            assert not decision.outputs, "a report that is refused or waits changes nothing"
            assert {state_key.kind for state_key in decision.states} <= {"case", "parcel"}
        books.told(outputs)
        check_claims(desk, slow, books.check())
        for number, way in books.ways.items():
            assert way == [("opened", "closed", "reopened")[n and 2 - n % 2] for n in range(len(way))]
            assert desk.promoted("claim", number)["state"] == ("closed" if way[-1] == "closed" else "open")
        told = sorted((*one[:3], _text(one[3])) for one in slow.happened[happened:])
        assert sorted(limits_told(outputs)) == told
    questions = [desk.state(state_key) for state_key in desk.rows if state_key.kind == "question"]
    reasons = [one.reason for one in questions if isinstance(one, PaymentQuestion)]
    assert sorted(reasons) == sorted(slow.questions)


def refusal_of(desk: ClaimsDesk, step: Step, decision: Decision) -> str:
    """Why a report does not fit: it goes back, or waits for another one."""
    if decision.refusal is not None:
        return decision.refusal.reason
    waits = [each.reason for each in desk.waiting if each.event.id == step.event.id]
    return waits[0] if waits else ""


def check_claims(desk: ClaimsDesk, slow: SlowClaims, sums: dict[str, dict[str, Decimal]]) -> None:
    """Each claim stands where the reference says, with the books that it keeps; nothing was paid above what may be."""
    found: dict[str, tuple[int, int, int]] = {}
    for number, one in sums.items():
        found[number] = (int(one["awarded"] * 100), int(one["paid"] * 100), int(one["withdrawn"] * 100))
    expected = {f"{one['number']}/{name}": sums for one in slow.claims for name, sums in amounts_of(one).items()}
    assert found == expected
    for place, ought in enumerate(slow.claims, 1):
        claim = desk.claim(place)
        assert (claim.number, claim.stage, claim.state == "open", claim.reason) == (
            ought["number"], ought["stage"], ought["open"], ought["why"],
        )  # fmt: skip
        assert {name: (fact.value, fact.at) for name, fact in claim.facts.items()} == ought["facts"]
        assert (set(claim.file), claim.returns) == (ought["file"], ought["returns"])
        clocks = {clock.name: (clock.status, clock.breached, clock.due_at) for clock in claim.clocks}
        limits = {name: (each["status"], each["breached"], each["due"]) for name, each in ought["limits"].items()}
        # One that stands still is due when it goes on; one that has ended is due no more.
        at_rest = {name for name, each in limits.items() if each[0] != "running"}
        assert {name: (*each[:2], name in at_rest or each[2]) for name, each in clocks.items()} == {
            name: (*each[:2], name in at_rest or each[2]) for name, each in limits.items()
        }
        paid = found.get(f"{claim.number}/compensation", (0, 0, 0))[1]
        assert paid <= ought["most_ever"], "nothing is paid without agreement or ruling, and never more than either"


def _text(moment: Any) -> str:
    return str(moment.isoformat()).replace("+00:00", "Z")


def told_of(pack: Pack, story: list[Step]) -> tuple[Any, list[Output]]:
    desk = ClaimsDesk(pack)
    outputs = []
    for step in story:
        decision = desk.take(step.event, step.now)
        outputs += [*desk.fired, *decision.outputs]
    outputs += desk.let_time_pass(story[-1].now)
    return list(desk.rows.items()), outputs


@settings(max_examples=50)
@given(stories())
def test_the_same_story_gives_the_same_rows_and_outputs_byte_for_byte(pack: Pack, story: list[Step]) -> None:
    first, second = told_of(pack, story), told_of(pack, story)
    assert first[0] == second[0]
    assert repr(first[1]) == repr(second[1])


@settings(max_examples=50)
@given(stories_side_by_side())
def test_the_order_of_what_is_reported_of_different_claims_changes_no_claim(
    pack: Pack, orders: tuple[list[Step], list[Step]]
) -> None:
    ends = []
    for story in orders:
        rows, _ = told_of(pack, story)
        ends.append({state_key: row for state_key, row in rows if state_key.kind in ("claim", "entry", "question")})
    assert ends[0] == ends[1]
