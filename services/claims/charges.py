"""What a case holds against each party, and how it is laid: complete, with a higher revision whenever it changes.

- complaint: the person, the outlet and the department found responsible; while no department is named, the one in the
  lead answers, since its complaint rate counts every complaint. An inquiry and a claim are no complaints.
- late_resolution, late_acceptance: whoever failed to act; where nobody is known, the department. Where the pack says so
  (A), a late acceptance falls on whoever was asked first, or on the department that has to accept.
- late_handling: where the pack has a figure for it (C), whoever delayed answers too, beside the person responsible. So
  is a limit of a claim that the pack charges: by whoever had last acted for it in the department that owed it, else by
  that department; between outlets by the outlet.
- the loss of a share of performance pay (C) is what was paid for the claims of the case, as far as it was paid.
- neglect: whoever neglected the round before. assessment (H): the person responsible. false_report (C): the outlet.

A complaint that was withdrawn holds nothing against anybody; what arbitration ruled on a report stays true.
Source: docs/sources.md, section 8.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from services.claims.case_conduct import DROPPED_MAX, CaseConduct, Laid, Lapse, Party
from tousu.decision import Output
from tousu.event import text_of_time
from tousu.policy.pack import Pack

CHARGES: Final = "complaints.charges"
CHARGE_LAID: Final = "tousu.charge.laid.v1"
GROUNDS_MAX: Final = 100
MEASURES: Final = frozenset({"assessment", "penalty", "training"})
Ground = dict[str, Any]
Charges = dict[Party, list[Ground]]


def charges_of(case: CaseConduct, pack: Pack) -> Charges:
    """The grounds against each party, in an order that depends on nothing but them."""
    grounds: dict[Party, list[Ground]] = defaultdict(list)
    for party, ground in _grounds(case, pack):
        grounds[party].append(ground)
    return {party: grounds[party][:GROUNDS_MAX] for party in sorted(grounds)}


def has_unpublished(case: CaseConduct, charges: Charges) -> bool:
    """Whether any charge is another one than was laid last."""
    digests = {charge.party: charge.digest for charge in case.laid if charge.digest}
    return digests != {party: _digest(grounds) for party, grounds in charges.items()}


def publish(case: CaseConduct, case_number: str, pack: Pack) -> tuple[CaseConduct, list[Output]]:
    """Lay the charges that are others than were laid last."""
    charges = charges_of(case, pack)
    laid = {charge.party: charge for charge in case.laid}
    outputs = []
    for party in sorted({*laid, *charges}):
        grounds = charges.get(party, [])
        digest = _digest(grounds)
        former = laid.get(party, Laid(party=party, revision=case.forgotten))
        if former.digest == digest:
            continue
        laid.pop(party, None)  # what changed last stands last
        laid[party] = Laid(party=party, revision=former.revision + 1, digest=digest)
        outputs.append(_corrected(case, case_number, laid[party], grounds, pack))
    kept, forgotten = _without_old(list(laid.values()), case.forgotten)
    return replace(case, laid=kept, forgotten=forgotten, changed_at=None), outputs


def _grounds(case: CaseConduct, pack: Pack) -> Iterator[tuple[Party, Ground]]:
    if not case.lifecycle.withdrawn:
        yield from _of_the_complaint(case, pack)
        for lapse in case.lapses:
            if case.is_complaint or lapse.claim_number:
                yield from _of_a_lapse(case, lapse, pack)
        yield from _assessment(case)
    for ruling in case.rulings:
        if ruling.outlet:
            at = text_of_time(ruling.at)
            yield (
                Party("outlet", ruling.outlet),
                {"ground": "false_report", "at": at, "claim_number": ruling.claim_number},
            )


def _of_the_complaint(case: CaseConduct, pack: Pack) -> Iterator[tuple[Party, Ground]]:
    if not case.is_complaint:
        return
    named = case.named
    department = (named.department if named is not None else "") or case.lead
    employee = named.employee if named is not None else ""
    ground = _complaint(case, pack)
    if employee:
        yield Party("person", employee), ground | _if_any(department=department)
    if named is not None and named.outlet:
        yield Party("outlet", named.outlet), ground | _if_any(department=department, employee=employee)
    if department:
        yield _department(pack, department), ground | _if_any(employee=employee)


def _complaint(case: CaseConduct, pack: Pack) -> Ground:
    """The complaint itself. After a reopening it counts as judged before, until it is judged again."""
    upheld, grade = case.lifecycle.stands, case.grade
    if upheld is None and case.before is not None:
        upheld = case.before.upheld
        grade = grade if upheld else case.before.grade  # the grade of what does not stand comes from that judgement
    ground: Ground = {"ground": "complaint", "at": text_of_time(case.lifecycle.received_at)}
    ground |= _if_any(section=pack.grades[grade].section if grade in pack.grades else "", grade=grade)
    ground |= _if_any(**{"class": case.class_name})
    if upheld is not None:
        ground["stands"] = upheld
    return ground | _loss(case, pack)


def _of_a_lapse(case: CaseConduct, lapse: Lapse, pack: Pack) -> Iterator[tuple[Party, Ground]]:
    employee, department = _who_failed(case, lapse, pack)
    ground: Ground = {"ground": lapse.ground, "at": text_of_time(lapse.at)} | _if_any(section=lapse.section)
    if lapse.days is not None:
        ground["days"] = lapse.days
    ground |= _if_any(clock=lapse.clock, claim_number=lapse.claim_number)
    ground |= {"unconfirmed": True} if lapse.unconfirmed else {}
    excuse = case.excuse_of(lapse) if lapse.ground == "late_resolution" else None
    ground |= _if_any(excused_by=excuse.approved_by if excuse is not None else "")
    if lapse.outlet:
        yield Party("outlet", lapse.outlet), ground
    elif employee:
        yield Party("person", employee), ground | _if_any(department=department)
    elif lapse.ground != "neglect":
        yield _department(pack, department), ground
    responsible = case.named.employee if case.named is not None else ""
    too = pack.penalties is not None and pack.penalties.late_handling is not None and lapse.ground == "late_resolution"
    if too and employee and employee != responsible:
        late = ground | {"ground": "late_handling"} | _loss(case, pack) | _if_any(department=lapse.department)
        yield Party("person", employee), late


def _who_failed(case: CaseConduct, lapse: Lapse, pack: Pack) -> tuple[str, str]:
    """The employee (empty where nobody is known) and the department that answer for a lapse."""
    accepting = pack.penalties.late_acceptance if pack.penalties is not None else None
    if lapse.ground != "late_acceptance" or accepting is None or accepting.borne_by != "first_asked":
        return lapse.employee, lapse.department
    return (case.first_asked, lapse.department) if case.first_asked else ("", accepting.otherwise)


def _department(pack: Pack, name: str) -> Party:
    """A department, or a partner outside, which has no head of ours."""
    department = pack.departments.get(name)
    return Party("partner" if department is not None and department.partner else "department", name)


def _assessment(case: CaseConduct) -> Iterator[tuple[Party, Ground]]:
    named = case.named
    if case.is_complaint and named is not None and named.employee and named.measure in MEASURES:
        ground: Ground = {"ground": "assessment", "at": text_of_time(named.at), "measure": named.measure}
        yield Party("person", named.employee), ground | _if_any(department=named.department or case.lead)


def _loss(case: CaseConduct, pack: Pack) -> Ground:
    """The loss: what was found; where a share of performance pay goes by it (C), what was in fact paid."""
    if pack.penalties is not None and pack.penalties.performance_share is not None:
        return _if_any(loss_yuan=case.paid_yuan)
    return {"loss_yuan": case.loss_yuan.value} if case.loss_yuan is not None else {}


def _if_any(**fields: str) -> Ground:
    return {name: value for name, value in fields.items() if value}


def _corrected(case: CaseConduct, case_number: str, laid: Laid, grounds: Sequence[Ground], pack: Pack) -> Output:
    assert case.changed_at is not None
    data: dict[str, Any] = {
        "case_number": case_number,
        "party": {"kind": laid.party.kind, "id": laid.party.id},
        "revision": laid.revision,
        "received_at": text_of_time(case.lifecycle.received_at),
        "at": text_of_time(case.changed_at),
        "pack": pack.reference(),
        "grounds": list(grounds),
    }
    return Output(
        topic=CHARGES, type=CHARGE_LAID, subject=case_number, time=case.changed_at, data=data,
        key=laid.party.key(case.organisation), causation=case.cause, organisation=case.organisation,
    )  # fmt: skip


def _digest(grounds: Sequence[Ground]) -> str:
    """Grounds in a word, to know them again; empty for none."""
    return blake2b(msgspec.json.encode(grounds), digest_size=12).hexdigest() if grounds else ""


def _without_old(laid: Sequence[Laid], forgotten: int) -> tuple[tuple[Laid, ...], int]:
    """What was laid, of dropped parties only the last so many: whoever is forgotten begins above all that are."""
    old = [charge for charge in laid if not charge.digest][:-DROPPED_MAX]
    kept = tuple(charge for charge in laid if charge not in old)
    return kept, max((forgotten, *(charge.revision for charge in old)))
