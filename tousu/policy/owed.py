"""The answers to what is owed for a claim, as values: they are what events carry and what a trace shows.

Source: docs/sources.md, section 7; features, section 1, number 16.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from tousu.policy.amount_calculation import AmountStep, TriedCap
from tousu.policy.claim_facts import BadFact


class Unproven(msgspec.Struct, frozen=True, kw_only=True):
    """An exemption that is claimed and does not count, because items are not in the file."""

    exemption: str
    evidence_missing: tuple[str, ...]
    section: str


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """One part of an award: the compensation, or a fee that goes back."""

    name: str
    amount: Decimal
    section: str


class Awarded(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="awarded"):
    """An amount that is owed, with its trace.

    goes_as: the cause whose rows decided. assumed: facts that the pack takes for granted and nobody found otherwise.
    """

    amount: Decimal
    currency: str
    parts: tuple[Share, ...]
    cause: str
    goes_as: str
    rule: str
    section: str
    set_by: str
    limits: tuple[TriedCap, ...]
    steps: tuple[AmountStep, ...]
    assumed: dict[str, str]
    unproven: tuple[Unproven, ...]
    pack: dict[str, str]

    @property
    def fee(self) -> Decimal:
        """How much of the amount is a fee that goes back."""
        return sum((part.amount for part in self.parts if part.name != "compensation"), Decimal(0))


class NotOwed(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="not_owed"):
    """Nothing is owed: an exemption counts, its proof in the file; by the figures nothing is lost; or other claims of
    the piece have all of its value.
    """

    reason: Literal["exempt", "nothing_lost", "compensated_before"]
    section: str
    pack: dict[str, str]
    exemption: str = ""
    evidence: tuple[str, ...] = ()
    rule: str = ""
    steps: tuple[AmountStep, ...] = ()


class Lacking(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="lacking"):
    """What must be found out first. rule: the rule that decides, empty while that is open as well."""

    inputs: tuple[str, ...]
    section: str
    pack: dict[str, str]
    rule: str = ""
    unproven: tuple[Unproven, ...] = ()


class Referred(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="referred"):
    """The table does not decide: the amount is agreed with the claimant, or somebody decides it by hand.

    at_most: what it is not above, None where nothing says so. usual: what is offered unless somebody names another
    amount, None where the rule leaves it open. no_rule, several_rules: the table has a gap or an
    overlap here, which `tousu policy check` tells.
    """

    reason: Literal["agreed", "by_hand", "no_table", "no_rule", "several_rules"]
    section: str
    pack: dict[str, str]
    rules: tuple[str, ...] = ()
    at_most: Decimal | None = None
    usual: Decimal | None = None
    limits: tuple[TriedCap, ...] = ()
    unproven: tuple[Unproven, ...] = ()


Award = Awarded | NotOwed | Lacking | Referred | BadFact


def trace(award: Award) -> bytes:
    """An answer as JSON: the same bytes for the same pack and inputs."""
    return msgspec.json.encode(award, order="deterministic")
