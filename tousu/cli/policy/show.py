"""`tousu policy show`: which codes a pack knows, and what starts, meets and pauses each of its clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from tousu.cli import options

if TYPE_CHECKING:
    from tousu.policy.codes import Code, CodeClock, CodeLimit

Language = Literal["en", "zh"]
IN_CHINESE: Final[Mapping[str, str]] = {
    "channels": "渠道", "departments": "部门与合作方", "grades": "等级", "classes": "类别", "causes": "原因",
    "delay_causes": "延误原因", "plans": "处理方案种类", "marks": "标记：事实的用语", "clocks": "时限", "code": "代码",
    "name": "名称", "more": "说明", "source": "出处", "fact": "事实", "clock": "时限", "limit": "期限",
    "starts on": "起算", "met by": "达成", "stands still for": "可暂停", "as promised in": "以承诺为准：",
    "elapsed_minutes": "分钟", "elapsed_hours": "小时", "business_hours": "工作小时", "working_days": "个工作日",
    "calendar_days": "个自然日", "statutory_days": "个法定日", "weeks": "周", "months": "个月", "years": "年",
}  # fmt: skip


def show(
    pack: Annotated[str, typer.Argument(help="The pack: a name, a path, or NAME@VERSION.", metavar="PACK")],
    language: Annotated[Language, typer.Option("--lang", help="The language of names and headings.")] = "en",
    as_json: options.AsJson = False,
) -> None:
    """List what a pack knows: channels, departments, grades, classes, causes, plans, the words that mark a case, and
    of each clock its limit, what starts, meets and pauses it. Other codes are refused or left out.

    With --json every name is there in English and in Chinese.

    Example: tousu policy show after-sales --lang zh
    """
    import msgspec

    from tousu.cli import output
    from tousu.policy.codes import SECTIONS, codes_of
    from tousu.policy.loading import load_version

    catalogue = codes_of(load_version(pack))
    if as_json:
        output.json_document(msgspec.to_builtins(catalogue))
        return
    output.lines(f"{catalogue.id} {catalogue.version}: {getattr(catalogue, language)}")
    for section in (*SECTIONS, "marks"):
        codes: list[Code] = getattr(catalogue, section)
        columns = (*(("fact",) if section == "marks" else ()), "code", "name", "more", "source")
        rows = [(*((code.fact,) if code.fact else ()), *_row(code, language)) for code in codes]
        if rows:
            output.table(_word(section, language), [_word(name, language) for name in columns], rows)
    columns = ("clock", "name", "limit", "starts on", "met by", "stands still for")
    rows = [_clock(clock, language) for clock in catalogue.clocks]
    output.table(_word("clocks", language), [_word(name, language) for name in columns], rows)


def _word(name: str, language: Language) -> str:
    return IN_CHINESE.get(name, name) if language == "zh" else name.replace("_", " ")


def _row(code: Code, language: Language) -> tuple[str, ...]:
    fields = {
        "group": code.group, "category": code.category, "grade": code.grade, "stars": str(code.stars or ""),
        "departments": ", ".join(code.departments), "partner": "yes" if code.partner else "",
        "persons": ", ".join(code.persons), "the answer holds": ", ".join(code.answer_holds),
    }  # fmt: skip
    more = "; ".join(f"{name}: {value}" for name, value in fields.items() if value)
    return code.code, getattr(code, language), more, code.section


def _clock(clock: CodeClock, language: Language) -> tuple[str, ...]:
    from tousu.policy.codes import words_of

    starts = clock.counts_from if clock.starts_on == "routed" else clock.starts_on
    return (
        clock.clock,
        getattr(clock, language),
        "\n".join(_limit(limit, language) for limit in clock.limits),
        "\n".join([starts, *(f"+ {words_of(trigger)}" for trigger in clock.restarted_by)]),
        "\n".join(map(words_of, clock.met_by)),
        "\n".join([*clock.pause_reasons, *map(words_of, clock.paused_by)]),
    )


def _limit(limit: CodeLimit, language: Language) -> str:
    if limit.promised_in:
        return f"{_word('as promised in', language)} {', '.join(limit.promised_in)}"
    unit = _word(limit.unit, language).removeprefix("elapsed ")
    text = f"{limit.amount}{unit}" if language == "zh" else f"{limit.amount} {unit if limit.amount != 1 else unit[:-1]}"
    return f"{limit.grade}: {text}" if limit.grade else text
