"""What the router decided of a case and why: class, grade, departments, each with its section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tousu.policy.pack import Pack

DECIDERS: Final = {
    "adapter": "the channel's own class",
    "words": "words of the text",
    "model": "what the text is like, above all by",
    "triage": "nobody: a person must look",
    "department": "a department, later",
}
Row = tuple[str, str]


def decision_rows(routed: Mapping[str, Any], pack: Pack) -> list[Row]:
    """The decision as (what, why). `routed` is the data of the router's event, with the departments of now."""
    version = routed["pack"]["version"]
    changed = "" if version == pack.version else f"; the pack is now {pack.version}"
    rows = [
        (
            "policy",
            f"{pack.label.en} ({pack.label.zh}), pack {routed['pack']['id']} {version}, source {pack.source}{changed}",
        )
    ]
    words = f": {'、'.join(routed['words'])}" if routed.get("words") else ""
    rows.append(("decided by", DECIDERS.get(routed["decided_by"], routed["decided_by"]) + words))
    for trouble in routed.get("classes") or ([{"class": routed["class"]}] if routed.get("class") else []):
        rows += _issue_rows(trouble, pack)
    if "claim" in routed:
        rows.append(("claim", f"for {routed['claim']['cause'].replace('_', ' ')}, filed without a complaint"))
    if routed.get("grade"):
        gravest = ": the gravest of its classes" if len(routed.get("classes", [])) > 1 else ""
        rows.append(("grade", routed["grade"] + gravest))
    rows.append(("departments", ", ".join(department_name(name, pack) for name in routed["departments"])))
    if routed.get("section"):
        rows.append(("section", routed["section"]))
    return rows


def department_name(name: str, pack: Pack) -> str:
    """`quality_management (质量管理部)`; the name alone where the pack no longer has it."""
    known = pack.departments.get(name)
    return f"{name} ({known.label.zh})" if known is not None else name


def _issue_rows(trouble: Mapping[str, Any], pack: Pack) -> list[Row]:
    """What the pack says of one class, and of the claim that it opens."""
    piece = f" (piece {trouble['waybill_number']})" if trouble.get("waybill_number") else ""
    rule = pack.classes.get(trouble["class"])
    if rule is None:
        return [(f"class {trouble['class']}{piece}", f"pack {pack.id} {pack.version} no longer has this class")]
    names = " and ".join(pack.departments[name].label.en for name in rule.departments)
    grade = f"grade {rule.grade}, {pack.grades[rule.grade].stars} stars ({rule.section})"
    why = f"{rule.label.zh}: {grade}; answered for by {names} ({rule.departments_section})"
    rows = [(f"class {rule.name}{piece}", why)]
    if rule.note:
        rows.append(("", rule.note))
    if rule.claim is not None:
        on = "always" if rule.claim.opens == "always" else "when asked for"
        rows.append(("claim", f"{rule.claim.cause}, opened {on} ({rule.claim.section})"))
    return rows
