"""What a penalty amounts to in the ledger: what is to be deducted, and what of it must come back.

A penalty that falls after it was deducted is not booked backwards: what was paid too much is an obligation of its own,
`PENALTY/repayment`, owed to the party. One that rises again takes back what of that is not repaid yet, and only the
rest is deducted. So at any moment something is to be deducted, or something to be repaid, or nothing; never both.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from msgspec.structs import replace

from services.penalties.states import Sentence
from services.penalties.telling import MonthContext
from tousu.ledger.obligation import Booked, Entry, Obligation, award, withdraw
from tousu.policy.penalties import NOTHING

COMPANY: Final = "company"


class MovedPenalty(NamedTuple):
    """A penalty after it rose or fell in the ledger, and the entries of that."""

    sentence: Sentence
    entries: list[Entry]


def moved(scene: MonthContext, sentence: Sentence, difference: Decimal, reason: str) -> MovedPenalty:
    """The ledger after the penalty rose or fell by a difference."""
    entries: list[Entry] = []
    if difference == NOTHING:
        return MovedPenalty(sentence, entries)
    penalty = sentence.owed or _penalty(scene, sentence)
    back = sentence.repayment
    if difference > NOTHING:
        off = min(back.outstanding, difference) if back is not None else NOTHING
        if back is not None and off > NOTHING:
            back = _noted(withdraw(back, off, scene.at, scene.cause, reason), entries)
        if difference > off:
            penalty = _noted(award(penalty, difference - off, scene.at, scene.cause, reason), entries)
    else:
        off = min(penalty.outstanding, -difference)
        if off > NOTHING:
            penalty = _noted(withdraw(penalty, off, scene.at, scene.cause, reason), entries)
        if -difference > off:
            back = back or _repayment(penalty)
            back = _noted(award(back, -difference - off, scene.at, scene.cause, reason), entries)
    return MovedPenalty(replace(sentence, owed=penalty, repayment=back), entries)


def _noted(booked: Booked, entries: list[Entry]) -> Obligation:
    entries.append(booked.entry)
    return booked.obligation


def _penalty(scene: MonthContext, sentence: Sentence) -> Obligation:
    prefix = f"{scene.party.organisation}|" if scene.party.organisation else ""
    return Obligation(
        number=f"{prefix}{sentence.number}", kind="penalty", debtor=scene.party.key, creditor=COMPANY,
        currency=scene.pack.currency, case_number=scene.case_number,
    )  # fmt: skip


def _repayment(obligation: Obligation) -> Obligation:
    """Of one penalty, owed to the party that paid it."""
    return Obligation(
        number=f"{obligation.number}/repayment", kind="repayment", debtor=obligation.creditor,
        creditor=obligation.debtor, currency=obligation.currency, case_number=obligation.case_number,
    )  # fmt: skip
