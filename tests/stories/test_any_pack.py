"""`make demo PACK=name`: a day for any pack, drawn from what the pack says; nothing of it is refused, and one duty of
the pack's source shows in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
import pytest

from tests.packs_read import load_pack, load_policies
from tousu.demo.any_day import COMPLAINTS, tell_a_day
from tousu.demo.duties import DUTIES, DutyWatch
from tousu.demo.numbering import with_numbers
from tousu.demo.onlooker import Happening
from tousu.policy.loading import POLICIES
from tousu.simulation.simulate import simulate

UNTIL = datetime.fromisoformat("2026-10-09T00:00:00+08:00")
PACKS: Final = sorted(file.stem for file in POLICIES.glob("*.yaml"))
Said = list[tuple[str, dict[str, Any]]]
"""What was reported and told of one case: name of the event and what it says, with the time as `at_`."""


@cache
def played(name: str) -> list[dict[str, Any]]:
    lines = list(with_numbers(tell_a_day(load_pack(name)), name))
    return [orjson.loads(line) for line in simulate(load_policies(name), lines, UNTIL)]


def cases_of(name: str) -> dict[str, Said]:
    """What the topics behind the gate say of each case, in their order."""
    found: dict[str, Said] = defaultdict(list)
    for line in played(name):
        event = line["event"]
        if line["topic"] != "complaints.accepted" and "subject" in event:
            kind = event["type"].removeprefix("tousu.").removesuffix(".v1")
            found[event["subject"]].append((kind, event["data"] | {"at_": datetime.fromisoformat(event["time"])}))
    return found


def first(case: Said, name: str, **says: Any) -> tuple[int, dict[str, Any]]:
    """Where the first such event stands in the story of a case, and what it says."""
    return next((n, data) for n, (kind, data) in enumerate(case) if kind == name and says.items() <= data.items())


@pytest.mark.parametrize("name", PACKS)
def test_a_day_of_any_pack_runs_from_channel_to_outcome(name: str) -> None:
    events = [line["event"] for line in played(name)]
    said = [event["type"] for event in events]
    assert [(event["reason"], event["message"]) for event in events if event["type"] == "tousu.event.rejected.v1"] == []
    assert said.count("tousu.complaint.registered.v1") == COMPLAINTS
    assert said.count("tousu.case.closed.v1") > COMPLAINTS * 3 / 4
    started = {event["data"]["clock"] for event in events if event["type"] == "tousu.clock.started.v1"}
    always = {
        rule.name for rule in load_pack(name).clocks.values() if rule.starts_on == "routed" and not rule.applies_when
    }
    assert always - {rule.name for rule in load_pack(name).clocks.values() if rule.kind != "complaint"} <= started


# --- one duty of each source, by the source's words, as the first case that the demo names shows it -------------------


def leaders_look_at_plans(case: Said) -> None:
    """C: 主管领导应对投诉的处理方案一一过目，并及时做出批示: before it is carried out, with somebody in charge."""
    proposed, _ = first(case, "handling.plan_proposed")
    approved, said = first(case, "handling.plan_approved")
    executed, _ = first(case, "handling.plan_executed")
    assert proposed < approved < executed
    assert said["approved_by"] and said["in_charge"]


def asked_after_the_payment(case: Said) -> None:
    """H 6.2: after the compensation was paid, a follow-up visit about satisfaction."""
    paid, _ = first(case, "claim.paid")
    followed_up, said = first(case, "claim.followed_up")
    assert paid < followed_up and 1 <= said["score"] <= 5


def responsible_is_named(case: Said) -> None:
    """A: 有效投诉 needs a responsible person."""
    _, said = first(case, "handling.judged", stands=True)
    assert said["responsible"]["employee"]


def hour_runs_again(case: Said) -> None:
    """S: the first reply within 1 hour, and again when the case is reopened."""
    reopened, when = first(case, "case.reopened")
    again = next(data for kind, data in case[reopened:] if kind == "handling.acknowledged")
    assert when["at_"] <= again["at_"] <= when["at_"] + timedelta(hours=1)


def told_process_limit_and_contact(case: Said) -> None:
    """L: the customer is told the process, the expected time limit and a contact."""
    _, said = first(case, "handling.acknowledged")
    assert said["process"] and said["answer_by"] and said["contact"]


def answered_within_seven_days(case: Said) -> None:
    """快递暂行条例 29: 自接到投诉之日起 7 日内予以处理，并告知用户; the day of receipt does not count."""
    _, routed = first(case, "complaint.routed")
    _, answered = first(case, "handling.customer_answered")
    zone = ZoneInfo("Asia/Shanghai")
    days = answered["at_"].astimezone(zone).date() - routed["at_"].astimezone(zone).date()
    assert days <= timedelta(days=7)


def final_response_says_everything(case: Said) -> None:
    """DISP 1.6: accept or reject, why, redress offered, the Ombudsman, and until when to go there."""
    _, said = first(case, "handling.customer_answered", kind="final")
    assert {"decision", "reason", "redress", "next_body", "next_deadline"} <= set(said["elements"])


OF_THE_SOURCES: Final[dict[str, Callable[[Said], None]]] = {
    "courier-network": leaders_look_at_plans, "courier-handbook": asked_after_the_payment,
    "auto-service": responsible_is_named, "after-sales": hour_runs_again, "logistics": told_process_limit_and_contact,
    "china-statutory": answered_within_seven_days, "united-kingdom": final_response_says_everything,
}  # fmt: skip


def watched(name: str) -> DutyWatch:
    """The duty of a pack, looked at while its day goes by."""
    watch = DutyWatch(name)
    for line in played(name):
        event = line["event"]
        kind = event["type"].removeprefix("tousu.").removesuffix(".v1")
        data = event.get("data") or {}
        watch.happened(Happening(UNTIL, line["topic"], kind, event.get("subject", ""), data, ""))
    return watch


@pytest.mark.parametrize("name", PACKS)
def test_the_day_shows_a_duty_of_the_source(name: str) -> None:
    watch = watched(name)
    assert watch.done > watch.missed, "the day shows how it works"
    OF_THE_SOURCES[name](cases_of(name)[watch.first_case])
    ((_, words),) = watch.row().items()
    english, chinese = words.splitlines()
    assert DUTIES[name].english in english and f"done {watch.done} times" in english and watch.first_case in english
    assert DUTIES[name].chinese in chinese and f"做到 {watch.done} 次" in chinese


def test_a_pack_of_ones_own_shows_none() -> None:
    watch = DutyWatch("my-pack")
    watch.happened(Happening(UNTIL, "complaints.sla", "clock.met", "20260922-00-0001-22", {"clock": "resolution"}, ""))
    assert (watch.row(), watch.document()) == ({}, {})


def test_one_seed_tells_one_day() -> None:
    pack = load_pack("auto-service")
    assert tell_a_day(pack) == tell_a_day(pack)
    assert tell_a_day(pack) != tell_a_day(pack, seed=2)
