"""The drills: for an alert, a fault that must raise it, and how long that may take."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from deploy.drills.stack import Stack

_CLOCK: Final = threading.Event()
"""Never set: a pause that is part of a fault."""


class Drill(NamedTuple):
    """`needs_s`: how long the fault must last before the expression of the alert holds; its `for` comes on top.

    `again` keeps the fault up and is called every few seconds.
    """

    alert: str
    what: str
    needs_s: float
    make: Callable[[Stack], None]
    again: Callable[[Stack], None] = lambda stack: None


def _absent(stack: Stack) -> None:
    stack.kill("penalties")


def _not_ready(stack: Stack) -> None:
    stack.broker.pause()


def _halted(stack: Stack) -> None:
    stack.kill("router")
    stack.complain(20)
    _CLOCK.wait(3.0)  # intake takes them; the router is dead
    stack.delete_records("complaints.accepted")
    stack.crew.start_one("router")


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
)
DRILLS: Final = {drill.alert: drill for drill in _EVERY}
