"""`tousu policy show`: which codes a pack knows, and what starts, meets and pauses each of its clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import typer

from tousu.cli import options

Language = Literal["en", "zh"]
TITLES: Final[Mapping[str, Mapping[Language, str]]] = {
    "channels": {"en": "channels", "zh": "渠道"},
    "departments": {"en": "departments and partners", "zh": "部门与合作方"},
    "grades": {"en": "grades", "zh": "等级"},
    "classes": {"en": "classes", "zh": "类别"},
    "causes": {"en": "causes", "zh": "原因"},
    "delay_causes": {"en": "causes of delay", "zh": "延误原因"},
    "plans": {"en": "kinds of plans", "zh": "处理方案种类"},
    "marks": {"en": "marks: words that facts are told by", "zh": "标记：事实的用语"},
    "clocks": {"en": "clocks", "zh": "时限"},
    "code": {"en": "code", "zh": "代码"},
    "label": {"en": "name", "zh": "名称"},
    "more": {"en": "more", "zh": "说明"},
    "section": {"en": "source", "zh": "出处"},
    "fact": {"en": "fact", "zh": "事实"},
    "clock": {"en": "clock", "zh": "时限"},
    "limits": {"en": "limit", "zh": "期限"},
    "starts": {"en": "starts on", "zh": "起算"},
    "met_by": {"en": "met by", "zh": "达成"},
    "pauses": {"en": "stands still for", "zh": "可暂停"},
    "promised": {"en": "as promised in", "zh": "以承诺为准："},
}
UNITS: Final[Mapping[str, str]] = {
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
    from tousu.cli import output
    from tousu.policy.codes import SECTIONS, codes_of
    from tousu.policy.loading import load_version

    found = codes_of(load_version(pack))
    if as_json:
        output.json_document(found)
        return
    output.lines(f"{found['pack']['id']} {found['pack']['version']}: {found['pack'][language]}")
    for section in SECTIONS:
        if found[section]:
            rows = [(one["code"], one.get(language, ""), _more(one), one.get("section", "")) for one in found[section]]
            output.table(TITLES[section][language], _columns(language, "code", "label", "more", "section"), rows)
    if found["marks"]:
        rows = [(one["fact"], one["code"], one[language], one["section"]) for one in found["marks"]]
        output.table(TITLES["marks"][language], _columns(language, "fact", "code", "label", "section"), rows)
    columns = _columns(language, "clock", "label", "limits", "starts", "met_by", "pauses")
    output.table(TITLES["clocks"][language], columns, [_clock(one, language) for one in found["clocks"]])


def _columns(language: Language, *names: str) -> tuple[str, ...]:
    return tuple(TITLES[name][language] for name in names)


def _more(one: Mapping[str, Any]) -> str:
    """What else a code says of itself, in codes."""
    said = []
    for name in ("group", "category", "grade", "stars", "departments", "partner", "persons"):
        value = one.get(name)
        if value:
            shown = ", ".join(value) if isinstance(value, tuple) else str(value).lower()
            said.append(f"{name}: {shown}")
    return "; ".join(said)


def _clock(one: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    from tousu.policy.codes import words_of

    starts = words_of(one["starts"]) if one["starts"]["event"] != "routed" else one["starts"]["counts_from"]
    restarts = "".join(f"\n+ {words_of(each)}" for each in one.get("restarted_by", ()))
    pauses = [*one.get("pause_reasons", ()), *(words_of(each) for each in one.get("paused_by", ()))]
    return (
        one["clock"],
        one[language],
        "\n".join(_limit(each, language) for each in one["limits"]),
        starts + restarts,
        "\n".join(words_of(each) for each in one["met_by"]),
        "\n".join(pauses),
    )


def _limit(limit: Mapping[str, Any], language: Language) -> str:
    if "promised_in" in limit:
        return f"{TITLES['promised'][language]} {', '.join(limit['promised_in'])}"
    unit, amount = limit["unit"], limit["amount"]
    plain = unit.removeprefix("elapsed_").replace("_", " ")
    text = f"{amount}{UNITS[unit]}" if language == "zh" else f"{amount} {plain if amount != 1 else plain[:-1]}"
    return f"{limit['grade']}: {text}" if "grade" in limit else text
