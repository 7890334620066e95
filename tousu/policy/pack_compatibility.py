"""Whether a version of a pack can take over a case that another one began (docs/decisions, recalculation)."""

from __future__ import annotations

from collections.abc import Iterable

from tousu.decision import Refusal
from tousu.policy.pack import Pack


def incompatibility(
    pack: Pack, version: str, grade: str | None, classes: Iterable[str], departments: Iterable[str]
) -> Refusal | None:
    """Why a case with this grade, these classes and departments cannot go over to a version; None where it can.

    `pack` is what the deployment has for the version: another one where it has none of that number.
    """
    if pack.version != version:
        message = f"pack {pack.id} has no version {version} here; deploy it first, or name {pack.version}"
        return Refusal(reason="unknown_pack_version", message=message, place="/pack_version")
    lacking = [f"class {name}" for name in classes if name not in pack.classes]
    lacking += [f"department {name}" for name in departments if name not in pack.departments]
    lacking += [f"grade {grade}"] if grade is not None and grade not in pack.grades else []
    if not lacking:
        return None
    message = f"pack {pack.id} {version} has no {', no '.join(lacking)}, which the case has; add it to the pack"
    return Refusal(reason="pack_does_not_fit", message=message, place="/pack_version")
