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

    found = codes_of(load_version(pack))
    if as_json:
        output.json_document(msgspec.to_builtins(found))
        return
    output.lines(f"{found.id} {found.version}: {getattr(found, language)}")
    for section in (*SECTIONS, "marks"):
        codes: list[Code] = getattr(found, section)
        columns = (*(("fact",) if section == "marks" else ()), "code", "name", "more", "source")
        rows = [(*((one.fact,) if one.fact else ()), *_row(one, language)) for one in codes]
        if rows:
            output.table(_word(section, language), [_word(name, language) for name in columns], rows)
    columns = ("clock", "name", "limit", "starts on", "met by", "stands still for")
    rows = [_clock(one, language) for one in found.clocks]
    output.table(_word("clocks", language), [_word(name, language) for name in columns], rows)


def _word(name: str, language: Language) -> str:
    return IN_CHINESE.get(name, name) if language == "zh" else name.replace("_", " ")


def _row(one: Code, language: Language) -> tuple[str, ...]:
    said = {
        "group": one.group, "category": one.category, "grade": one.grade, "stars": str(one.stars or ""),
        "departments": ", ".join(one.departments), "partner": "yes" if one.partner else "",
        "persons": ", ".join(one.persons), "the answer holds": ", ".join(one.answer_holds),
    }  # fmt: skip
    more = "; ".join(f"{name}: {value}" for name, value in said.items() if value)
    return one.code, getattr(one, language), more, one.section


def _clock(one: CodeClock, language: Language) -> tuple[str, ...]:
    from tousu.policy.codes import words_of

    starts = one.counts_from if one.starts_on == "routed" else one.starts_on
    return (
        one.clock,
        getattr(one, language),
        "\n".join(_limit(each, language) for each in one.limits),
        "\n".join([starts, *(f"+ {words_of(each)}" for each in one.restarted_by)]),
        "\n".join(map(words_of, one.met_by)),
        "\n".join([*one.pause_reasons, *map(words_of, one.paused_by)]),
    )


def _limit(limit: CodeLimit, language: Language) -> str:
    if limit.promised_in:
        return f"{_word('as promised in', language)} {', '.join(limit.promised_in)}"
    unit = _word(limit.unit, language).removeprefix("elapsed ")
    text = f"{limit.amount}{unit}" if language == "zh" else f"{limit.amount} {unit if limit.amount != 1 else unit[:-1]}"
    return f"{limit.grade}: {text}" if limit.grade else text
