"""Whatever the order in which charges of different cases come, and however often: one ledger, one month."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.casework import START
from tests.rules.penalties.charges import CLOSED, WORKSHOP, PenaltyDesk, complaint, laid, services, told
from tests.rules.penalties.slow_ledger import Outcome, outcome_of
from tousu.event import Event

PARTIES = ("person/E1", "person/E2", WORKSHOP, "department/sales", "outlet/HZ-1")
BEFORE, AFTER = START + timedelta(days=3), CLOSED + timedelta(days=2)

grounds = st.one_of(
    st.builds(
        lambda grade, fen, said: complaint(grade, f"{fen // 100}.{fen % 100:02d}", **said),
        st.sampled_from("abcd"),
        st.integers(0, 1_000_000),
        st.sampled_from(({}, {}, {}, {"stands": True}, {"stands": False}, {"unconfirmed": True})),
    ),
    st.just({"ground": "late_resolution"}),
    st.just({"ground": "neglect"}),
    st.builds(lambda days: {"ground": "late_acceptance", "days": days}, st.integers(1, 30)),
)


@st.composite
def streams(draw: st.DrawFn) -> list[list[Event]]:
    """A stream for each case and party: its charges by revision; and figures of services, one for a department."""
    found: list[list[Event]] = []
    for number in range(draw(st.integers(1, 7))):
        for party in draw(st.lists(st.sampled_from(PARTIES), min_size=1, max_size=3, unique=True)):
            moment = draw(st.sampled_from((BEFORE, BEFORE, AFTER)))
            words = draw(st.lists(st.lists(grounds, max_size=3), min_size=1, max_size=3))
            found.append(
                [laid(f"TS-{number}", *said, party=party, revision=n, at=moment) for n, said in enumerate(words, 1)]
            )
    for party in draw(st.lists(st.sampled_from((WORKSHOP, "department/sales")), unique=True)):
        count = draw(st.sampled_from((0, 100, 110, 118, 125, 200, 250, 500, 1000)))
        found.append([services(count, party, at=draw(st.sampled_from((BEFORE, AFTER))))])
    return found


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    """The same streams shuffled into each other in two ways; within a stream the order stays."""
    parts = draw(streams())
    return _shuffled(draw, parts), _shuffled(draw, parts)


def _shuffled(draw: st.DrawFn, parts: list[list[Event]]) -> list[Event]:
    turns = draw(st.permutations([index for index, part in enumerate(parts) for _ in part]))
    left = [iter(part) for part in parts]
    return [next(left[index]) for index in turns]


def played(events: list[Event], times: int = 1) -> PenaltyDesk:
    """A desk after these events, each told so often; what lies after the close comes after it."""
    desk = PenaltyDesk()
    for one in (one for one in events if one.time < CLOSED):
        for _ in range(times):
            desk.tell(one)
    desk.pass_to(CLOSED)
    for one in (one for one in events if one.time >= CLOSED):
        for _ in range(times):
            desk.tell(one)
    desk.pass_to(AFTER + timedelta(days=1))
    return desk


def outcome_at(desk: PenaltyDesk) -> Outcome:
    """What the desk came to, by its ledger and by what it told last."""
    owed = {number: int(sums.outstanding * 100) for number, sums in desk.sums().items() if sums.outstanding}
    months: dict[str, dict[str, Any]] = {}
    suspended: set[str] = set()
    for output in desk.published:
        kind = output.type.removeprefix("tousu.").removesuffix(".v1")
        if kind.startswith("month."):
            months[output.key or ""] = output.data
        if kind == "person.suspended":
            suspended.add(output.key or "")
        if kind == "person.reinstated":
            suspended.remove(output.key or "")
    sanctioned = {of for of, whats in standing(desk).items() if "sanction" in whats}
    return Outcome(owed, {party: said["complaints"] for party, said in months.items()}, suspended, sanctioned)


def standing(desk: PenaltyDesk) -> dict[str, dict[str, str]]:
    """The instructions that were not taken back: what they are of, what is to be done, the figure."""
    left: dict[str, dict[str, Any]] = {}
    for one in told(desk.published, "instruction.issued"):
        assert one["instruction_number"] not in left
        if one["what"] == "cancel":
            del left[one["cancels"]]
        else:
            left[one["instruction_number"]] = one
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for one in left.values():
        found[one["of"]][one["what"]] = one.get("amount", "")
    return found


def without_nothing(counts: dict[str, int]) -> dict[str, int]:
    return {party: count for party, count in counts.items() if count}


@settings(max_examples=50, deadline=None)
@given(orders())
def test_the_outcome_is_that_of_the_newest_charges_whatever_their_order(both: tuple[list[Event], list[Event]]) -> None:
    for events in both:
        desk, right = played(events), outcome_of(events)
        found = outcome_at(desk)
        assert found.owed_fen == right.owed_fen
        assert without_nothing(found.complaints) == without_nothing(right.complaints)
        assert (found.suspended, found.sanctioned) == (right.suspended, right.sanctioned)
        for number, whats in standing(desk).items():
            if "deduct" in whats:
                assert whats["deduct"] == f"{right.owed_fen[number] // 100}.{right.owed_fen[number] % 100:02d}"
        deducted = {number for number, whats in standing(desk).items() if "deduct" in whats}
        assert deducted == set(right.owed_fen)


@settings(max_examples=25, deadline=None)
@given(orders())
def test_told_twice_everything_is_said_and_booked_once(both: tuple[list[Event], list[Event]]) -> None:
    once, twice = played(both[0]), played(both[0], times=2)
    assert twice.entries == once.entries
    assert twice.published == once.published
    assert twice.rows == once.rows


@settings(max_examples=25, deadline=None)
@given(orders())
def test_what_a_month_told_last_is_what_its_penalties_amount_to(both: tuple[list[Event], list[Event]]) -> None:
    desk = played(both[1])
    owed: dict[str, int] = defaultdict(int)
    for number, fen in outcome_of(both[1]).owed_fen.items():
        owed[number.partition("/")[2]] += fen
    last: dict[str, dict[str, Any]] = {}
    for output in desk.published:
        if output.type.startswith("tousu.month."):
            former = last.get(output.key or "")
            assert output.data["revision"] == (former["revision"] + 1 if former else 1)
            assert (output.type == "tousu.month.closed.v1") == (former is None)
            last[output.key or ""] = output.data
    assert {party: round(float(said["amount"]) * 100) for party, said in last.items() if float(said["amount"])} == owed
