"""Instructions held against what is owed: one stands for all that is outstanding, and none without an obligation.

An instruction is spent by the payment of its amount, or taken back by name, as when a part was paid. Neither depends on
the order in which two topics are read. Source: docs/architecture.md, I7.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from tousu.events.claim_payment import ClaimPaymentQuestioned
from tousu.events.instruction import InstructionIssued
from tousu.failure import Reject
from tousu.ledger.balance import Sums
from tousu.ledger.obligation import NOTHING
from tousu.ledger.told import LedgerEvent, LedgerFault, Moved

ISSUED: Final = "instruction.issued"
QUESTIONED: Final = "claim.payment_questioned"
OF_MONEY: Final = frozenset({"pay_claimant", "give_compensation", "bill_outlet", "deduct", "repay"})
CANCEL: Final = "cancel"


class StandingInstruction(NamedTuple):
    """An instruction that nobody has taken back."""

    number: str
    amount: Decimal
    currency: str


def faults_of_instructions(
    events: Iterable[LedgerEvent], sums: Mapping[str, Sums], moved: Iterable[Moved]
) -> Iterator[LedgerFault]:
    """What is instructed and not owed, owed and not instructed, instructed twice or for another amount.

    told: instructions, and payments in question: such a one may have been made before it was owed, and nobody is told
    to make it once more.
    """
    questioned: set[str] = set()
    standing: dict[str, list[StandingInstruction]] = defaultdict(list)
    currencies = {}
    paid: dict[str, list[tuple[Decimal, str]]] = defaultdict(list)
    so_far: dict[str, Decimal] = defaultdict(Decimal)
    for movement in moved:
        currencies[movement.obligation] = movement.currency
        so_far[movement.obligation] += movement.amount if movement.movement == "awarded" else -movement.amount
        if movement.movement == "paid" and so_far[movement.obligation] <= NOTHING:  # a part spends none
            paid[movement.obligation].append((movement.amount, movement.reference))
    yield from _gathered(events, sums, standing, questioned)
    for obligation, totals in sums.items():
        left = standing.get(obligation, [])
        for amount, payment_id in paid.get(obligation, ()):
            spent = next((instruction for instruction in left if instruction.amount == amount), None)
            if spent is not None:
                left.remove(spent)
            elif payment_id not in questioned:
                yield LedgerFault(obligation, f"{amount} was paid, and no instruction for it was ever standing")
        yield from _against(obligation, totals.outstanding, currencies[obligation], left)


def _gathered(
    events: Iterable[LedgerEvent], sums: Mapping[str, Sums], standing: dict[str, list[StandingInstruction]],
    questioned: set[str],
) -> Iterator[LedgerFault]:  # fmt: skip
    """Sort what was issued and not cancelled by obligation, and note the payments that were in question."""
    issued: dict[
        tuple[str, str], tuple[str, StandingInstruction]
    ] = {}  # two organisations may have a department of one name
    cancelled: set[tuple[str, str]] = set()
    for event in events:
        try:
            data = event.content
            if isinstance(data, ClaimPaymentQuestioned):
                questioned.add(data.payment_id)
                continue
            assert isinstance(data, InstructionIssued)
            number = data.instruction_number
            if data.what == CANCEL and data.cancels is not None:
                cancelled.add((event.organisation, data.cancels))
            elif data.what in OF_MONEY:
                obligation = _obligation(event, data.of, sums)
                if (event.organisation, number) in issued:
                    yield LedgerFault(obligation, f"instruction {number} was issued twice, again by {event.id}")
                issued[event.organisation, number] = (
                    obligation,
                    StandingInstruction(number, Decimal(data.amount or ""), data.currency or ""),
                )
        except (Reject, InvalidOperation) as error:
            yield LedgerFault(event.id, f"{event.type} cannot be read: {type(error).__name__} {error}")
    for key, (obligation, instruction) in issued.items():
        if obligation not in sums:
            yield LedgerFault(
                obligation, f"instruction {instruction.number} is about {instruction.amount} that nobody owes"
            )
        elif key not in cancelled:
            standing[obligation].append(instruction)


def _obligation(event: LedgerEvent, own: str, sums: Mapping[str, Sums]) -> str:
    """What an instruction is about. Penalties of an organisation stand in the ledger with its name in front."""
    whole = f"{event.organisation}|{own}"
    return whole if whole in sums else own


def _against(
    obligation: str, outstanding: Decimal, currency: str, left: list[StandingInstruction]
) -> Iterator[LedgerFault]:
    if outstanding <= NOTHING:
        for instruction in left:
            yield LedgerFault(
                obligation,
                f"instruction {instruction.number} about {instruction.amount} stands, and nothing is outstanding",
            )
    elif not left:
        yield LedgerFault(obligation, f"{outstanding} {currency} are outstanding, and no instruction stands")
    elif len(left) > 1:
        numbers = ", ".join(standing.number for standing in left)
        yield LedgerFault(obligation, f"{len(left)} instructions stand for what is owed once: {numbers}")
    elif (left[0].amount, left[0].currency) != (outstanding, currency):
        amount = f"{left[0].amount} {left[0].currency}"
        yield LedgerFault(
            obligation, f"instruction {left[0].number} says {amount}, outstanding are {outstanding} {currency}"
        )
