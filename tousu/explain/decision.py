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


def decision_rows(told: Mapping[str, Any], pack: Pack) -> list[Row]:
    """The decision as (what, why). `told` is the data of the router's event, with the departments of now."""
    version = told["pack"]["version"]
    changed = "" if version == pack.version else f"; the pack is now {pack.version}"
    found = [
        (
            "policy",
            f"{pack.label.en} ({pack.label.zh}), pack {told['pack']['id']} {version}, source {pack.source}{changed}",
        )
    ]
    words = f": {'、'.join(told['words'])}" if told.get("words") else ""
    found.append(("decided by", DECIDERS.get(told["decided_by"], told["decided_by"]) + words))
    for trouble in told.get("classes") or ([{"class": told["class"]}] if told.get("class") else []):
        found += _trouble(trouble, pack)
    if "claim" in told:
        found.append(("claim", f"for {told['claim']['cause'].replace('_', ' ')}, filed without a complaint"))
    if told.get("grade"):
        gravest = ": the gravest of its classes" if len(told.get("classes", [])) > 1 else ""
        found.append(("grade", told["grade"] + gravest))
    found.append(("departments", ", ".join(department_name(name, pack) for name in told["departments"])))
    if told.get("section"):
        found.append(("section", told["section"]))
    return found


def department_name(name: str, pack: Pack) -> str:
    """`quality_management (质量管理部)`; the name alone where the pack no longer has it."""
    known = pack.departments.get(name)
    return f"{name} ({known.label.zh})" if known is not None else name


def _trouble(trouble: Mapping[str, Any], pack: Pack) -> list[Row]:
    """What the pack says of one class, and of the claim that it opens."""
    piece = f" (piece {trouble['waybill_number']})" if trouble.get("waybill_number") else ""
    rule = pack.classes.get(trouble["class"])
    if rule is None:
        return [(f"class {trouble['class']}{piece}", f"pack {pack.id} {pack.version} no longer has this class")]
    names = " and ".join(pack.departments[name].label.en for name in rule.departments)
    grade = f"grade {rule.grade}, {pack.grades[rule.grade].stars} stars ({rule.section})"
    why = f"{rule.label.zh}: {grade}; answered for by {names} ({rule.departments_section})"
    found = [(f"class {rule.name}{piece}", why)]
    if rule.note:
        found.append(("", rule.note))
    if rule.claim is not None:
        on = "always" if rule.claim.opens == "always" else "when asked for"
        found.append(("claim", f"{rule.claim.cause}, opened {on} ({rule.claim.section})"))
    return found
