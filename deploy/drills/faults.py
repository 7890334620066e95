"""The drills: for an alert, a fault that must raise it, and how long that may take."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from deploy.drills import surroundings
from deploy.drills.stack import Stack
from deploy.drills.surroundings import Settings

JUMP_S: Final = 130.0
SHORT_JUMP_S: Final = 70.0
_CLOCK: Final = threading.Event()
"""Never set: a pause that is part of a fault."""


class Drill(NamedTuple):
    """`needs_s`: how long the fault must last before the expression of the alert holds; its `for` comes on top.

    `again` keeps the fault up and is called every few seconds. `settings`: how the stack is set up for it, in the
    folder of the drill.
    """

    alert: str
    what: str
    needs_s: float
    make: Callable[[Stack], None]
    again: Callable[[Stack], None] = lambda stack: None
    settings: Callable[[Path], Settings] = surroundings.as_shipped


def _absent(stack: Stack) -> None:
    stack.kill("penalties")


def _not_ready(stack: Stack) -> None:
    stack.broker.pause()


def _halted(stack: Stack) -> None:
    stack.kill("router")
    stack.complain(20)
    _CLOCK.wait(3.0)  # intake takes them; the router is dead
    stack.delete_records("complaints.accepted")
    stack.crew.start_processor("router")


def _old_backlog(stack: Stack) -> None:
    stack.lock_database("router")
    stack.complain(20)


def _time_behind(stack: Stack) -> None:
    stack.pause("intake")


def _outputs_stuck(stack: Stack) -> None:
    """The broker stops just while intake is writing: where it was not, once more."""
    for _ in range(20):
        stack.complain(200)
        stack.broker.pause()
        _CLOCK.wait(2.0)
        if any(stack.crew.metric(name, "tousu_outputs_pending") for name in stack.crew.names):
            return
        stack.broker.resume()


def _foreign(stack: Stack) -> None:
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    headers = {
        "ce_specversion": "1.0", "ce_id": "drill-1", "ce_source": "tousu/stranger", "ce_time": now,
        "ce_type": "tousu.complaint.routed.v1", "ce_subject": "20260922-00-0001-22",
        "tousu-origin": "stranger/0", "tousu-seq": "1", "tousu-time": now,
    }  # fmt: skip
    stack.write("complaints.cases", b"{}", headers)


def _routed_late(stack: Stack) -> None:
    stack.complain(1)
    stack.pause("router")
    stack.complain(60)
    _CLOCK.wait(4.0)
    stack.resume("router")


def _transaction(stack: Stack) -> None:
    stack.begin_transaction("complaints.inbound.phone")


def _rejects(stack: Stack) -> None:
    for _ in range(10):
        stack.write("complaints.inbound.web", b"{ this is no JSON")


_ENTRY: Final = """
    INSERT INTO claims_entry (shard, key, version, obligation, kind, movement, amount, currency, debtor, doc)
    VALUES (0, ?, 1, 'drill', 'compensation', 'paid', '12.00', 'CNY', 'company', '{}')
"""


def _overdrawn(stack: Stack) -> None:
    stack.change_by_hand("claims", _ENTRY, ("drill/1",))


def _nothing(stack: Stack) -> None:
    """The fault lies in how the stack is set up."""


def _stalled(stack: Stack) -> None:
    stack.take_away("claims")


def _held_out(stack: Stack) -> None:
    stack.hold_out(0, "complaints.inbound.email")


def _nobody_tells_the_time(stack: Stack, for_s: float) -> None:
    """Clocks come due meanwhile; then time goes on at once where it would be."""
    stack.complain(40, "inquiry")
    _CLOCK.wait(10.0)
    stack.pause("intake")
    _CLOCK.wait(for_s)
    stack.resume("intake")


def _jump_over_clocks(stack: Stack) -> None:
    _nobody_tells_the_time(stack, JUMP_S)


def _short_jump(stack: Stack) -> None:
    _nobody_tells_the_time(stack, SHORT_JUMP_S)


def _unstorable(stack: Stack) -> None:
    """A rule that somebody put into the database refuses what the router writes."""
    refuses = "BEGIN SELECT RAISE(ABORT, 'drill'); END"
    stack.change_by_hand("router", f"CREATE TRIGGER drill BEFORE INSERT ON router_case {refuses}")
    stack.complain(3)


_BROKEN: Final = """
    UPDATE sla_case SET next_due = 1, doc = json_set(doc, '$.pack_version', '9.9.9')
    WHERE rowid = (SELECT min(rowid) FROM sla_case)
"""


def _covered(stack: Stack) -> None:
    """The state of a case names a pack that there never was, so its clock cannot be fired."""
    stack.change_by_hand("sla", _BROKEN)
    stack.take_away("sla")  # what is due first is read anew


def _fenced(stack: Stack) -> None:
    stack.take_away("router")
    stack.complain(4)


def _clock_off(stack: Stack) -> None:
    stack.set_clock(-20)


def _one_complaint(stack: Stack) -> None:
    stack.complain(1)


def _questioned(stack: Stack) -> None:
    stack.pay_for_nothing()


_EVERY: Final = (
    Drill("TousuAbsent", "penalties is killed and nobody starts it again", 0, _absent),
    Drill("TousuNotReady", "the broker stands still", 15, _not_ready),
    Drill("TousuShardHalted", "records are deleted before the router has read them", 30, _halted),
    Drill("TousuOldBacklog", "somebody holds the router's database locked", 60, _old_backlog),
    Drill("TousuWatermarkBehind", "intake stands still, so nobody tells the time", 60, _time_behind),
    Drill("TousuOutputsStuck", "the broker stands still while intake writes", 30, _outputs_stuck),
    Drill("TousuLedgerOutOfBalance", "somebody writes a payment into the ledger by hand", 30, _overdrawn),
    Drill("TousuForeignWriter", "a stranger writes onto complaints.cases", 10, _foreign),
    Drill("TousuRoutedLate", "the router stands still for 4 s while sixty customers complain", 10, _routed_late),
    Drill("TousuTransactionOpen", "an adapter begins a transaction and does not end it", 30, _transaction),
    Drill("TousuRejectsBurst", "an adapter sends what is no JSON, again and again", 15, _rejects, _rejects),
    Drill(
        "TousuLoopStalled",
        "the loop of claims stands still where it takes a shard",
        120,
        _stalled,
        settings=surroundings.stalls_when_taken_again,
    ),
    Drill("TousuHeldOut", "a shard of intake is let go on without a topic, and nobody lets it in", 3600, _held_out),
    Drill(
        "TousuTimersLate",
        "nobody tells the time for 130 s while clocks come due",
        170,
        _jump_over_clocks,
        settings=surroundings.short_limits,
    ),
    Drill(
        "TousuTimerLate",
        "nobody tells the time for 70 s while clocks come due",
        110,
        _short_jump,
        settings=surroundings.short_limits,
    ),
    Drill("TousuOwnFaults", "the router's database refuses what the router writes", 10, _unstorable),
    Drill("TousuFaultCovered", "the state of a case is broken, so that its clock cannot be fired", 10, _covered),
    Drill("TousuFenced", "somebody takes the router's shards again and again", 30, _fenced, _fenced),
    Drill(
        "TousuNoCalendar",
        "the calendar ends last year, and a customer complains",
        20,
        _one_complaint,
        settings=surroundings.without_calendar,
    ),
    Drill(
        "TousuCalendarYearMissing", "the calendar ends last year", 20, _nothing, settings=surroundings.without_calendar
    ),
    Drill(
        "TousuComplaintWithoutClock",
        "a pack whose limits do not hold for the customer's channel",
        20,
        _one_complaint,
        settings=surroundings.without_clocks,
    ),
    Drill(
        "TousuClockUndecided",
        "a limit hangs on the route, and nobody tells the route",
        20,
        _one_complaint,
        settings=surroundings.without_routes,
    ),
    Drill("TousuPaymentQuestioned", "finance pays for a claim that there is not", 30, _questioned),
    Drill(
        "TousuCensusOld", "sla is told to count every two hours", 1800, _nothing, settings=surroundings.counts_seldom
    ),
    Drill(
        "TousuClockDrift",
        "the clock of the machine of penalties is set back by 20 s",
        5,
        _clock_off,
        settings=surroundings.other_clock,
    ),
    Drill(
        "TousuRoutedLateForDays", "the router stands still for 4 s while sixty customers complain", 310, _routed_late
    ),
)
DRILLS: Final = {drill.alert: drill for drill in _EVERY}
