"""The day that the demo plays, from one seed: `python -m examples.courier_day.day > examples/courier-day.jsonl`.

Tuesday, 22 September 2026: rain in Hangzhou, complaints on every channel; departments work them off until the last
day of the month, over the Mid-Autumn Festival and a weekend. That day a hall in Guangzhou leaks, which is more damage
than usual. Claims go on until 9 October, beyond the National Day holiday. Case numbers are those of a pipeline with
one partition.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any, Final

from examples.courier_day import disorder
from examples.courier_day.casework import Work, answer_inquiry, never_finished, work_off
from examples.courier_day.claims_of_the_day import Heard, claims_of_the_day
from examples.courier_day.worked_cases import WORKED_CASES
from examples.courier_day.worked_claims import WORKED_CLAIMS
from tousu.demo import customers
from tousu.demo.diary import OFFICE_DAYS, Diary, at
from tousu.demo.numbering import PACK, with_numbers
from tousu.policy.loading import load_pack

SEED: Final = 20260922
RAIN: Final = "HZ-017"
LEAK: Final = "GZ-036"
HOURS: Final = {
    7: 2,
    8: 5,
    9: 10,
    10: 13,
    11: 11,
    12: 6,
    13: 7,
    14: 9,
    15: 11,
    16: 11,
    17: 8,
    18: 5,
    19: 5,
    20: 4,
    21: 2,
    22: 1,
}
"""Of a hundred complaints, how many come in which hour."""
KINDS: Final = {
    "delay": 30,
    "attitude": 18,
    "damage": 17,
    "loss": 12,
    "shortage": 8,
    "contents_mismatch": 6,
    "unsure": 7,
}
COMPLAINTS: Final = 84
INQUIRIES: Final = 26
RAINED_ON: Final = 11
LEAKED_ON: Final = 9


def tell_the_day(seed: int = SEED) -> list[dict[str, Any]]:
    """Every line of the day in the order of arrival; handling events still lack the number of their case."""
    diary, pack = Diary(seed), load_pack(PACK)
    for worked_case in WORKED_CASES:
        worked_case(diary)
    heard = [_ordinary(diary) for _ in range(COMPLAINTS)]
    heard += [_rained_on(diary, number) for number in range(RAINED_ON)]
    told = [each.case_of for each in heard]
    leaked = [_leaked_on(diary, number) for number in range(LEAKED_ON)]
    for number in range(INQUIRIES):
        _inquiry(diary, number)
    for period, when in (("2026-08", at("09:05")), ("2026-09", at("17:20", OFFICE_DAYS[-1]))):
        _figures(diary, period, when)
    with_waybill = [event_id for event_id in told if "waybill_number" in diary.line_of(event_id)["event"]["data"]]
    disorder.resent(diary, told[3:60:8])
    disorder.told_again(diary, with_waybill[5:45:7])
    late = disorder.late_mail(diary)
    for broken in disorder.BROKEN:
        broken(diary)
    disorder.changed_after_sending(diary, told[11])
    disorder.of_another_kind(diary, "case-1-delay-in-traffic")
    for worked_claim in WORKED_CLAIMS:
        worked_claim(pack, diary)
    claims_of_the_day(pack, diary, [*heard, *late], leaked)
    return [line for _, line in diary.in_order()]


def _moment(diary: Diary) -> Any:
    hour = diary.chance.choices(list(HOURS), list(HOURS.values()))[0]
    return at(f"{hour:02d}:00") + timedelta(seconds=diary.chance.randrange(3600))


def _figures(diary: Diary, period: str, when: datetime) -> None:
    """What operations reports of a month."""
    for number, department in enumerate(("storage_and_transport", "quality_management", "customer_service")):
        figures = {
            "period": period,
            "department": department,
            "services": 41_200 - 9_000 * number,
            "on_time": 39_870 - 9_000 * number,
        }
        diary.operations(when + timedelta(minutes=number), figures)


def _ordinary(diary: Diary) -> Heard:
    kind = diary.chance.choices(list(KINDS), list(KINDS.values()))[0]
    when, outlet = _moment(diary), diary.chance.choice(customers.OUTLETS)
    channel = customers.channel(diary)
    data = customers.told(diary, channel, customers.person(diary), customers.words(diary, kind, outlet), when, outlet)
    data |= {"waybill_number": customers.waybill(diary), "object": {"outlet": outlet}}
    data["route"] = diary.chance.choices(
        ("domestic", "same_city", "hongkong_macau_taiwan", "international"), (70, 22, 6, 2)
    )[0]
    if diary.chance.random() < 0.4:
        data["demand"] = diary.chance.choice(customers.DEMANDS)
    if kind in ("damage", "loss", "contents_mismatch"):
        data["amount_yuan"] = f"{diary.chance.randint(40, 3200)}.00"
    case = diary.complaint(channel, when, data)
    goes_on = work_off(Work(diary, case, kind, when, outlet, data.get("amount_yuan", "")))
    return Heard(case, kind, when, outlet, data["waybill_number"], data.get("amount_yuan", ""), goes_on=goes_on)


def _rained_on(diary: Diary, number: int) -> Heard:
    """One outlet, one afternoon, one flooded street."""
    when = at("14:30") + timedelta(minutes=13 * number)
    channel = ("phone", "app", "social")[number % 3]
    content = customers.words(diary, "delay", RAIN) if number % 2 else "下大雨，包裹一直没人派送，请尽快处理。"
    data = customers.told(diary, channel, customers.person(diary), content, when, RAIN)
    piece: dict[str, Any] = {
        "waybill_number": customers.waybill(diary),
        "object": {"outlet": RAIN},
        "route": "domestic",
    }
    case = diary.complaint(channel, when, data | piece)
    goes_on = work_off(Work(diary, case, "delay", when, RAIN))
    return Heard(case, "delay", when, RAIN, piece["waybill_number"], goes_on=goes_on)


def _leaked_on(diary: Diary, number: int) -> Heard:
    """The last day before the long holiday: many pieces from one hall arrive wet."""
    when = at("09:20", OFFICE_DAYS[-1]) + timedelta(minutes=31 * number)
    channel = ("app", "phone", "web")[number % 3]
    data = customers.told(diary, channel, customers.person(diary), "箱子进水湿透，里面全坏了，请赔偿。", when, LEAK)
    own: dict[str, Any] = {"waybill_number": customers.waybill(diary), "object": {"outlet": LEAK}, "route": "domestic"}
    case = diary.complaint(channel, when, data | own)
    never_finished(Work(diary, case, "damage", when))
    return Heard(case, "damage", when, LEAK, own["waybill_number"])


def _inquiry(diary: Diary, number: int) -> None:
    """Somebody asks where a piece is; one in eight has no number to ask by."""
    when, channel = _moment(diary), customers.channel(diary)
    channel = "sms" if number in (2, 6) else channel
    content = diary.chance.choice(customers.INQUIRIES)
    data = customers.told(diary, channel, customers.person(diary), content, when, "HZ-003") | {"kind": "inquiry"}
    data["web_result"] = diary.chance.choice(("none", "none", "found"))
    outcome = diary.chance.choice(("result_found", "delayed", "no_result", "result_found"))
    if number % 8:
        data |= {"waybill_number": customers.waybill(diary), "route": "domestic"}
    else:
        outcome = "no_waybill_number"
    case = diary.complaint(channel, when, data)
    if number == 5:
        _becomes_a_complaint(diary, case, when, channel, data)
    elif number != 7:
        answer_inquiry(diary, case, when, outcome)


def _becomes_a_complaint(diary: Diary, inquiry: str, when: datetime, channel: str, data: dict[str, Any]) -> None:
    """What was found does not content whoever asked: a complaint, and both cases name each other."""
    heard = when + timedelta(minutes=9)
    content = "查了还是没有结果，已经晚了三天，我要投诉！"
    said = data | {"kind": "complaint", "content": content, "inquiry_number": inquiry}
    complaint = diary.complaint(channel, heard, said)
    work_off(Work(diary, complaint, "delay", heard))
    answer_inquiry(diary, inquiry, when, "turned_into_complaint", complaint_number=complaint)


def main() -> None:
    """Write the day to standard output."""
    for line in with_numbers(tell_the_day()):
        sys.stdout.buffer.write(line)


if __name__ == "__main__":
    main()
