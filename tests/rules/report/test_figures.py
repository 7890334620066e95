"""What each figure counts: to which period a case belongs, and to whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.rules.claim_reports import CLAIM_SAID
from tests.rules.report.log import QUALITY, SERVICE, TRANSPORT, Log, asked, everybody, figures, percent, told
from tousu.report.measures import MEASURES
from tousu.report.written import csv_of


def test_a_case_is_received_in_one_month_and_handled_in_another() -> None:
    log = Log()
    log.complaint("K1", "09-30 23:00")
    log.answered("K1", "10-02 11:00")
    made = asked(log.events)
    assert everybody(made, "complaints") == {"2026-09": 1, "2026-10": 0}
    assert everybody(made, "handled") == {"2026-09": 0, "2026-10": 1}
    assert everybody(made, "open") == {"2026-09": 1, "2026-10": 0}
    assert everybody(made, "handled_percent") == {"2026-09": percent("100.00"), "2026-10": None}
    assert everybody(made, "mean_hours") == {"2026-09": None, "2026-10": percent("36.00")}


def test_inquiries_are_counted_beside_complaints_and_asked_for_on_their_own() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.inquiry("Q1", "09-01 10:00")
    log.handling("Q1", "inquiry_answered", "09-01 10:20", outcome="no_result")
    log.closed("Q1", "09-01 10:20", "inquiry_no_result", "router/0:complaints.cases/0:3")
    assert everybody(asked(log.events), "inquiries") == {"2026-09": 1}
    assert everybody(asked(log.events), "handled") == {"2026-09": 0}
    made = asked(log.events, kind="inquiry")
    assert [everybody(made, name)["2026-09"] for name in ("complaints", "handled", "answered_percent")] == [1, 1, 100]


def test_limits_of_claims_are_no_clocks_of_their_case() -> None:
    """They stand on a topic of their own and name their claim; where a reader has them in hand they count nothing."""
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.clock("K1", "met", "09-01 11:00")
    log.answered("K1", "09-01 12:00")
    alone = written(log)
    for what in ("met", "breached", "breach_withdrawn"):
        log.clock("K1", what, "09-01 11:30", "payment")
        log.events[-1]["data"]["claim_number"] = "K1/1"
    assert written(log) == alone
    assert asked(log.events).clocks == ("resolution",)


def written(log: Log) -> str:
    return csv_of(asked(log.events), list(MEASURES))


def test_a_claim_is_no_complaint_whatever_is_reported_about_it() -> None:
    """Neither one filed without a complaint, nor what is reported about the claim of a complaint."""
    plain = Log()
    plain.complaint("K1", "09-01 10:00", object={"outlet": "HZ-017"})
    plain.answered("K1", "09-02 10:00")
    plain.inquiry("Q1", "09-03 10:00")
    full = Log()
    full.events = list(plain.events)
    full.claim("F1", "09-01 11:00", object={"outlet": "HZ-017"})
    source = {"source": "/adapters/web", "id": "w-2"}
    full.say("cases", "duplicate.joined", "F1", "09-01 12:00", {
        "case_number": "F1", "kind": "claim", "channel": "web", "received_at": told("09-01 12:00"),
        "source_event": source,
    })  # fmt: skip
    for what, said in CLAIM_SAID.items():
        for case in ("K1", "F1"):
            full.handling(case, what, "09-05 10:00", **said)
    for kind in ("complaint", "inquiry"):
        for by in ((), ("outlet",), ("department",), ("channel",)):
            assert asked(full.events, *by, kind=kind).rows == asked(plain.events, *by, kind=kind).rows


@pytest.mark.parametrize(
    "how, handled, answered, upheld",
    [
        ("settled", "100.00", "100.00", "100.00"),
        ("does_not_stand", "100.00", "100.00", "0.00"),
        ("withdrawn", "100.00", None, None),
        ("told and not settled", "0.00", "100.00", None),
        ("nobody did anything", "0.00", "0.00", None),
    ],
)
def test_handled_answered_and_upheld(how: str, handled: str, answered: str | None, upheld: str | None) -> None:
    """C 2: what does not stand still counts as handled. Who withdraws needs no answer."""
    log = Log()
    log.complaint("K1", "09-01 10:00")
    if how in ("settled", "does_not_stand"):
        log.answered("K1", "09-02 10:00", result=how)
    elif how == "withdrawn":
        log.withdrawn("K1", "09-02 10:00")
    elif how == "told and not settled":
        log.handling("K1", "customer_answered", "09-02 10:00", settled=False, text="t")
    made = asked(log.events)
    found = [everybody(made, name)["2026-09"] for name in ("handled_percent", "answered_percent", "upheld_percent")]
    assert found == [None if each is None else percent(each) for each in (handled, answered, upheld)]


def test_a_withdrawn_breach_is_none() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.clock("K1", "breached", "09-04 23:59")
    log.answered("K1", "09-05 09:00")
    before = asked(log.events)
    assert [everybody(before, name)["2026-09"] for name in ("breaches", "in_time_percent")] == [1, 0]
    log.clock("K1", "breach_withdrawn", "09-05 09:00")
    log.clock("K1", "met", "09-03 17:00")
    after = asked(log.events)
    assert [everybody(after, name)["2026-09"] for name in ("breaches", "in_time_percent")] == [0, 100]
    assert everybody(after, "in_time_percent.resolution") == {"2026-09": 100}
    assert after.clocks == ("resolution",)


def test_each_clock_has_its_own_share_by_verdicts() -> None:
    log = Log()
    for number, said in enumerate(("met", "met", "breached")):
        log.complaint(f"K{number}", "09-01 10:00")
        log.clock(f"K{number}", said, "09-01 12:00", "acknowledgement")
    log.clock("K0", "breached", "09-04 12:00")
    made = asked(log.events)
    assert everybody(made, "in_time_percent.acknowledgement") == {"2026-09": percent("66.67")}
    assert everybody(made, "in_time_percent.resolution") == {"2026-09": 0}
    assert everybody(made, "breaches") == {"2026-09": 2}


def test_a_case_taken_up_again_after_the_month_no_longer_counts_as_handled_in_it() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.answered("K1", "09-02 10:00")
    log.satisfied("K1", "09-02 11:00", score=2)
    then = asked(log.events)
    assert [everybody(then, name)["2026-09"] for name in ("handled", "reopened_percent", "satisfaction")] == [1, 0, 2]

    log.reopened("K1", "10-03 10:00")
    made = asked(log.events)
    assert everybody(made, "handled") == {"2026-09": 0, "2026-10": 0}
    assert everybody(made, "open") == {"2026-09": 0, "2026-10": 1}
    assert everybody(made, "answered_percent")["2026-09"] == 0
    assert everybody(made, "reopened_percent") == {"2026-09": 100, "2026-10": None}

    log.answered("K1", "10-05 10:00", "E2")
    assert everybody(asked(log.events), "satisfaction") == {"2026-09": None, "2026-10": None}
    log.satisfied("K1", "10-05 11:00", score=5)
    made = asked(log.events)
    assert everybody(made, "handled") == {"2026-09": 0, "2026-10": 1}
    assert everybody(made, "satisfaction") == {"2026-09": None, "2026-10": 5}
    assert everybody(made, "mean_hours")["2026-10"] == 34 * 24
    assert everybody(made, "reopened_percent") == {"2026-09": 100, "2026-10": 0}
    assert figures(asked(log.events, "employee"), "handled") == {("2026-10", ("E2",)): 1, ("2026-10", None): 1}


def test_what_is_told_late_counts_by_when_it_happened() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.answered("K1", "09-02 10:00", "E1")
    log.handling("K1", "judged", "09-01 12:00", stands=True, responsible={"outlet": "HZ-018"})
    log.handling("K1", "judged", "09-01 11:00", stands=True, responsible={"outlet": "HZ-017"})
    assert figures(asked(log.events, "outlet"), "handled") == {("2026-09", ("HZ-018",)): 1, ("2026-09", None): 1}


def test_an_end_counts_as_it_was_corrected() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.answered("K1", "10-02 10:00")
    said: dict[str, Any] = {
        "case_number": "K1",
        "reason": "withdrawn",
        "received_at": told("09-01 10:00"),
        "at": told("10-03 10:00"),
    }
    said |= {"departments": [TRANSPORT], "pack": {"id": "courier-network", "version": "1.0.0"}}
    end = {"result": "withdrawn", "closed_at": told("09-30 10:00"), "in_time": True, "breached_clocks": []}
    log.say("outcomes", "case.outcome_corrected", "K1", "10-03 10:00", said | end | {
        "is_closed": True, "handling_hours": 696.0
    })  # fmt: skip
    assert everybody(asked(log.events), "handled") == {"2026-09": 1}
    log.say("outcomes", "case.outcome_corrected", "K1", "10-04 10:00", said | {"is_closed": False})
    assert everybody(asked(log.events), "handled") == {"2026-09": 0}
    assert everybody(asked(log.events), "open") == {"2026-09": 1}


def whose(log: Log, by: str, measure: str) -> set[tuple[str, ...] | None]:
    return {group for (_, group) in figures(asked(log.events, by), measure)} - {None}


def test_a_case_belongs_to_the_department_that_led_at_its_end() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00", (TRANSPORT, SERVICE))
    log.clock("K1", "breached", "09-01 12:00", "acknowledgement")
    log.passed_on("K1", [QUALITY, SERVICE], "09-01 14:00")
    assert whose(log, "department", "open") == {(QUALITY,)}
    log.answered("K1", "09-02 10:00")
    assert whose(log, "department", "complaints") == {(QUALITY,)}
    assert whose(log, "department", "handled") == {(QUALITY,)}
    assert whose(log, "department", "breaches") == {(TRANSPORT,)}  # who led when the limit was reached


@pytest.mark.parametrize(
    "by, group",
    [
        ("outlet", "HZ-017"), ("region", "HZ"), ("responsible", "K7"), ("employee", "E1"), ("class", "damage"),
        ("cause", "rough_handling"), ("grade", "major"), ("channel", "web"), ("channel_group", "network"),
        ("organisation", "hangzhou"),
    ],
)  # fmt: skip
def test_whose_a_case_is(by: str, group: str) -> None:
    """The outlet and employee found responsible, before that those complained of; class and cause as found last."""
    log = Log()
    about: dict[str, Any] = {"channel": "web", "channel_group": "network", "organisation": "hangzhou"}
    log.complaint("K1", "09-01 10:00", object={"outlet": "SZ-041", "employee": "K1"}, **about)
    found = {"outlet": "HZ-017", "employee": "K7"}
    log.handling("K1", "judged", "09-01 11:00", stands=True, responsible=found, cause="rough_handling")
    log.handling("K1", "judged", "09-01 10:30", stands=True, cause="packing")
    again: dict[str, Any] = {"class": "damage", "grade": "major", "revision": 2, "object": {"outlet": "SZ-041"}}
    log.complaint("K1", "09-01 10:00", **about, **again)
    log.answered("K1", "09-02 10:00")
    assert whose(log, by, "handled") == {(group,)}


def test_an_outlet_complained_of_counts_until_somebody_is_found_responsible() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00", object={"outlet": "SZ-041"})
    assert whose(log, "outlet", "complaints") == {("SZ-041",)}


def test_two_groupings_at_once() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00", object={"outlet": "SZ-041"})
    made = asked(log.events, "region", "class")
    assert figures(made, "complaints") == {("2026-09", ("SZ", "delay")): 1, ("2026-09", None): 1}


@pytest.mark.parametrize(
    "moves, received",
    [
        ("", "2026-10"),
        ("joined", "2026-09"),
        ("joined separated", "2026-10"),
        ("ended joined", "2026-10"),
        ("joined ended separated", "2026-09"),
        ("joined ended separated reopened", "2026-09"),
        ("ended joined reopened joined-later", "2026-09"),
    ],
)
def test_the_earliest_telling_that_stays_counts_as_receipt(moves: str, received: str) -> None:
    """As for sla: what is learnt after the end counts when the tellings change again in the next round."""
    log = Log()
    log.complaint("K1", "10-01 10:00")
    source = {"source": "s", "id": "i"}
    for hour, move in enumerate(moves.split(), start=11):
        when = f"10-01 {hour}:00"
        data: dict[str, Any] = {"case_number": "K1", "source_event": source}
        match move:
            case "joined":
                data |= {"channel": "letter", "received_at": "2026-09-30T10:00:00+08:00"}
                log.say("cases", "duplicate.joined", "K1", when, data)
            case "joined-later":
                data |= {"channel": "phone", "received_at": told(when), "source_event": {"source": "s", "id": "j"}}
                log.say("cases", "duplicate.joined", "K1", when, data)
            case "separated":
                log.say("cases", "duplicate.separated", "K1", when, data | {"new_case_number": "K2", "reason": "r"})
            case "reopened":
                log.reopened("K1", when)
            case _:
                log.answered("K1", when)
    assert figures(asked(log.events), "complaints") == {(received, None): 1}
    assert figures(asked([*log.events, *log.events][::-1]), "complaints") == {(received, None): 1}


@pytest.mark.parametrize(
    "hours, mean, median, ninety",
    [
        ((1,), "1.00", "1.00", "1.00"),
        ((1, 2), "1.50", "1.50", "2.00"),
        ((1, 2, 9), "4.00", "2.00", "9.00"),
        (tuple(range(1, 11)), "5.50", "5.50", "9.00"),
        (tuple(range(1, 12)), "6.00", "6.00", "10.00"),
    ],
)
def test_handling_time(hours: tuple[int, ...], mean: str, median: str, ninety: str) -> None:
    log = Log()
    for number, spent in enumerate(hours):
        log.complaint(f"K{number}", "09-01 10:00")
        log.answered(f"K{number}", f"09-01 {10 + spent}:00")
    made = asked(log.events)
    found = [everybody(made, name)["2026-09"] for name in ("mean_hours", "median_hours", "p90_hours")]
    assert found == [Decimal(each) for each in (mean, median, ninety)]


def test_scores_and_words_are_counted_apart() -> None:
    """A score says nothing in words, and no word is a number: neither is made up from the other."""
    log = Log()
    said: tuple[dict[str, Any], ...] = (
        {"score": 5}, {"score": 2}, {"rating": "satisfied"}, {"rating": "neutral", "score": 3},
        {"rating": "dissatisfied"},
    )  # fmt: skip
    for number, each in enumerate((*said, None)):
        log.complaint(f"K{number}", "09-01 10:00")
        log.answered(f"K{number}", "09-02 10:00")
        if each is not None:
            log.satisfied(f"K{number}", "09-02 11:00", **each)
    made = asked(log.events)
    names = ("rated", "satisfaction", "satisfied_percent", "neutral_percent", "dissatisfied_percent")
    assert [everybody(made, name)["2026-09"] for name in names] == [
        3, percent("3.33"), percent("33.33"), percent("33.33"), percent("33.33"),
    ]  # fmt: skip


def test_a_score_told_in_a_follow_up_counts_and_the_last_word_holds() -> None:
    """S 9: satisfaction is asked in a call; a visit at which nothing is said of it changes nothing."""
    log = Log()
    for number in range(3):
        log.complaint(f"K{number}", "09-01 10:00")
        log.answered(f"K{number}", "09-02 10:00")
    log.handling("K0", "followed_up", "09-03 10:00", kind="revisit", score=4)
    log.satisfied("K1", "09-02 11:00", score=1)
    log.handling("K1", "followed_up", "09-03 10:00", kind="revisit", score=5, rating="satisfied")
    log.satisfied("K2", "09-02 11:00", score=3)
    log.handling("K2", "followed_up", "09-03 10:00", kind="revisit")
    made = asked(log.events)
    assert [everybody(made, name)["2026-09"] for name in ("rated", "satisfaction", "satisfied_percent")] == [3, 4, 100]


def test_share_solved() -> None:
    log = Log()
    results = ("settled", "settled", "does_not_stand", "withdrawn")
    for number, result in enumerate(results):
        log.complaint(f"K{number}", "09-01 10:00")
        log.answered(f"K{number}", "09-02 10:00", result=result)
    assert everybody(asked(log.events), "solved_percent") == {"2026-09": 50}


def test_the_quality_of_an_employee_is_the_share_of_answers_that_held() -> None:
    """H 9.2.3. E1: one for good, one after which the customer was not content; E2: one that was taken back, one that
    held; E3 explained why it does not stand. Nobody says who gave the last one."""
    log = Log()
    for number in range(1, 6):
        log.complaint(f"K{number}", "09-01 10:00")
    log.answered("K1", "09-02 10:00", employee="E1")
    log.handling("K2", "customer_answered", "09-02 11:00", settled=False, text="已解释", employee="E1")
    log.answered("K2", "09-03 10:00", employee="E2")
    log.reopened("K2", "09-04 10:00")
    log.answered("K2", "09-05 10:00", employee="E2")
    log.answered("K3", "09-02 12:00", result="does_not_stand", employee="E3")
    cause = log.handling("K4", "customer_answered", "09-02 13:00", settled=True, text="t")
    log.closed("K4", "09-02 13:00", "settled", cause)
    made = asked(log.events, "employee")
    found = {group: value for (_, group), value in figures(made, "quality_percent").items()}
    assert found == {("E1",): 50, ("E2",): 50, ("E3",): 100, ("",): 100, None: Decimal("66.67")}


def test_open_at_the_end_of_each_period_also_of_those_without_events() -> None:
    log = Log()
    log.complaint("K1", "08-30 10:00")
    log.complaint("K2", "09-10 10:00")
    log.answered("K1", "11-02 10:00")
    made = asked(log.events)
    assert everybody(made, "open") == {"2026-08": 1, "2026-09": 2, "2026-10": 2, "2026-11": 1}
    later = asked(log.events, first=date(2026, 10, 1))
    assert everybody(later, "open") == {"2026-10": 2, "2026-11": 1}


def test_a_case_whose_beginning_is_not_in_the_log_is_left_out_and_said() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.answered("K1", "09-02 10:00")
    made = asked(log.events[1:])
    assert (made.rows, made.strays) == ([], 1)


def test_an_empty_log_has_no_rows_and_zero_is_not_unknown() -> None:
    assert asked([]).rows == []
    log = Log()
    log.complaint("K1", "09-01 10:00")
    (row,) = asked(log.events).rows
    unknown = {name for name in MEASURES if row.tally.figure(name).value is None}
    assert "in_time_percent" in unknown
    assert {"complaints", "handled", "handled_percent", "breaches"}.isdisjoint(unknown)
