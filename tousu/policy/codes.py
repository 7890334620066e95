"""What a pack knows, as a document: its codes with their labels, the words that mark a case, and what moves each clock.

For whoever writes an adapter or a report and must know which codes will be taken (`tousu policy show`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from tousu.policy.clock_rule import Accepts, ClockRule, Limit, Scalar, Trigger
from tousu.policy.pack import PLANS, Pack

SECTIONS: Final = ("channels", "departments", "grades", "classes", "causes", "delay_causes", "plans")
"""The lists of codes of a pack, in the order in which they are shown."""
_PLANS_IN_CHINESE: Final = ("道歉", "查找", "赔偿", "减免运费", "补救", "承诺", "其他")


class Code(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A code with its labels, its section and what else the pack says of it. fact: of a mark, what it is a word for.

    answer_holds: of a class, the elements that its final answer must hold.
    """

    fact: str = ""
    code: str
    en: str
    zh: str
    group: str = ""
    category: str = ""
    grade: str = ""
    stars: int = 0
    departments: tuple[str, ...] = ()
    partner: bool = False
    persons: tuple[str, ...] = ()
    answer_holds: tuple[str, ...] = ()
    section: str


class CodeLimit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long a clock is, for one grade where that matters; or in which fields of a report its limit is promised."""

    grade: str = ""
    amount: int = 0
    unit: str = ""
    set_by: str = ""
    promised_in: tuple[str, ...] = ()


class CodeClock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A clock: how long it is, what starts, meets, restarts, pauses and ends it, for which reasons it may pause.

    starts_on, counts_from: the event that starts it, and from when it counts. starts_with, applies_when: conditions.
    owed_by: the department whose duty it is whoever has the case; charged: somebody answers for its breach.
    """

    clock: str
    en: str
    zh: str
    kind: str
    limits: list[CodeLimit]
    starts_on: str
    counts_from: str
    starts_with: Accepts = {}
    applies_when: Accepts = {}
    met_by: tuple[Trigger, ...] = ()
    restarted_by: tuple[Trigger, ...] = ()
    reset_by: tuple[Trigger, ...] = ()
    paused_by: tuple[Trigger, ...] = ()
    resumed_by: tuple[Trigger, ...] = ()
    pause_reasons: tuple[str, ...] = ()
    cancelled_by: tuple[Trigger, ...] = ()
    on_reopen: str
    owed_by_each_department: bool = False
    of_each_plan: bool = False
    owed_by: str = ""
    charged: bool = False
    section: str


class PackCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a pack knows by a code. Every label is there in English and in Chinese."""

    id: str
    version: str
    en: str
    zh: str
    channels: list[Code]
    departments: list[Code]
    grades: list[Code]
    classes: list[Code]
    causes: list[Code]
    delay_causes: list[Code]
    plans: list[Code]
    marks: list[Code]
    clocks: list[CodeClock]


def codes_of(pack: Pack) -> PackCodes:
    """All codes, marks and clocks of a pack."""
    listed = {name: [_code(entry) for entry in getattr(pack, name).values()] for name in SECTIONS}
    held = {name: rule.required for name, rule in pack.answers.items()}
    listed["classes"] = [
        msgspec.structs.replace(class_, answer_holds=held.get(class_.code, ())) for class_ in listed["classes"]
    ]
    claims = pack.claims.clocks if pack.claims is not None else {}
    return PackCodes(
        id=pack.id,
        version=pack.version,
        en=pack.label.en,
        zh=pack.label.zh,
        **listed | ({} if pack.plans else {"plans": _usual_plans()}),
        marks=[_code(mark, fact) for fact, marks in pack.marks.items() for mark in marks.values()],
        clocks=[_clock(rule) for rule in (*pack.clocks.values(), *claims.values())],
    )


def _usual_plans() -> list[Code]:
    """The kinds of plans of a pack that lists none."""
    return [
        Code(code=name, en=name.replace("_", " "), zh=zh, section="L 6")
        for name, zh in zip(PLANS, _PLANS_IN_CHINESE, strict=True)
    ]


def _code(entry: Any, fact: str = "") -> Code:
    more = ("group", "category", "grade", "stars", "departments", "partner", "persons")
    fields = {name: getattr(entry, name) for name in more if hasattr(entry, name)}
    return Code(fact=fact, code=entry.name, en=entry.label.en, zh=entry.label.zh, section=entry.section, **fields)


def _clock(rule: ClockRule) -> CodeClock:
    return CodeClock(
        clock=rule.name,
        en=rule.label.en,
        zh=rule.label.zh,
        kind=rule.kind,
        limits=_limits(rule),
        starts_on=rule.starts_on,
        counts_from=rule.starts_at,
        starts_with=rule.starts_with,
        applies_when=rule.applies_when,
        met_by=rule.met_by,
        restarted_by=rule.restarted_by,
        reset_by=rule.reset_by,
        paused_by=rule.paused_by,
        resumed_by=rule.resumed_by,
        pause_reasons=rule.pauses.reasons if rule.pauses is not None else (),
        cancelled_by=rule.cancelled_by,
        on_reopen=rule.on_reopen,
        owed_by_each_department=rule.each_department,
        of_each_plan=rule.each_plan,
        owed_by=rule.duty_of,
        charged=rule.charged,
        section=rule.section,
    )


def _limits(rule: ClockRule) -> list[CodeLimit]:
    if rule.promised_in:
        return [CodeLimit(promised_in=rule.promised_in)]
    by_grade: Iterable[tuple[str, Limit]] = rule.limit_by_grade.items()
    if rule.limit is not None:
        by_grade = (("", rule.limit),)
    return [
        CodeLimit(grade=grade, amount=limit.amount, unit=limit.unit, set_by=limit.set_by) for grade, limit in by_grade
    ]


def words_of(trigger: Trigger) -> str:
    """A trigger in one line: `customer_answered settled=true`, `acknowledged (answer_by)`, `… if stands=false`."""
    parts = [trigger.event, *(f"{name}={_either(values)}" for name, values in trigger.data.items())]
    if trigger.says:
        parts.append(f"({', '.join(trigger.says)})")
    if trigger.case:
        parts += ["if", *(f"{name}={_either(values)}" for name, values in trigger.case.items())]
    return " ".join(parts)


def _either(values: Iterable[Scalar]) -> str:
    return "|".join(str(value).lower() if isinstance(value, bool) else str(value) for value in values)
