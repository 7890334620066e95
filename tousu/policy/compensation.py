"""What a pack says of amounts: the table of compensation, exemptions, refunds, and what outlets charge each other.

A table is a list of rules. A rule holds for listed causes and facts; it takes an amount, sets caps on it, and may take
a part of what is left. Where two rules can hold together, one says that it goes over the other. Nothing here decides:
`tousu.policy.award` does. Source: docs/sources.md, section 7; features, section 3.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, Literal

import msgspec

from tousu.policy.clock_rule import Names, SetBy
from tousu.policy.handling_rule import Condition

CompensationCause = Literal[
    "delay",
    "loss",
    "damage",
    "contents_mismatch",
    "late_forwarding",
    "poor_service",
    "price",
    "information_security",
    "contract",
]
Per = Literal["piece", "day"]
Basis = Literal["figures", "agreed", "by_hand"]
ALWAYS: Final = Condition()


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """How an amount comes about: a fixed one or an input, times pieces and days, times a number, over an input.

    currency: of a fixed amount that is not in the pack's (8.33 XDR a kilogram), brought into it by the rate of the day.
    times: an input (`share_lost`) or a number (`"3"`). divided_by: an input; the division is done last and once, and
    its result is rounded to the cent.
    """

    fixed: Decimal | None = None
    currency: str = ""
    of: str = ""
    per: tuple[Per, ...] = ()
    times: str = ""
    divided_by: str = ""


class Cap(Sum, frozen=True, kw_only=True):
    """What an amount is not above. Only where `when` holds; not where `lifted_when` does (gross negligence).

    if_known: an input of it that nobody knows takes the cap away, instead of holding the decision up.
    """

    section: str
    when: Condition = ALWAYS
    lifted_when: Condition | None = None
    if_known: bool = False
    set_by: SetBy = "source"
    note: str = ""


class PartLost(msgspec.Struct, frozen=True, kw_only=True):
    """Damage in part: the same amount times the share of the value that is lost, after all caps."""

    times: str
    causes: tuple[CompensationCause, ...]
    section: str


class CompensationRule(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table.

    basis: the figures decide; or the amount is agreed with the claimant, or somebody decides it by hand, and then the
    caps say what it is not above. amount: by figures what it is; where it is agreed, what is offered unless somebody
    names another amount. over: rules that this one goes before where both hold.
    """

    name: str
    causes: tuple[CompensationCause, ...]
    section: str
    when: Condition = ALWAYS
    basis: Basis = "figures"
    amount: Sum | None = None
    caps: tuple[Cap, ...] = ()
    part: PartLost | None = None
    over: tuple[str, ...] = ()
    set_by: SetBy = "source"
    note: str = ""


class FollowsRule(msgspec.Struct, frozen=True, kw_only=True):
    """Claims of these causes that go by the rows of another: a delay that took the contents' value, as damage.

    at_least_own: they get at least what their own rows give, as goods of which a delay spoilt a little.
    """

    causes: tuple[CompensationCause, ...]
    goes_as: CompensationCause
    section: str
    when: Condition = ALWAYS
    at_least_own: bool = False
    set_by: SetBy = "source"
    note: str = ""


class Refund(Sum, frozen=True, kw_only=True):
    """A fee that goes back beside the compensation, by the cause of the claim. kept: extras that do not go back."""

    name: str
    causes: tuple[CompensationCause, ...]
    section: str
    kept: tuple[str, ...] = ()
    set_by: SetBy = "source"
    note: str = ""


class ExemptionProof(msgspec.Struct, frozen=True, kw_only=True):
    """A document that an exemption rests on; unlike `evidence`, no claimant is asked for it."""

    name: str
    label: Names
    section: str
    set_by: SetBy = "source"


class Exemption(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing is owed. It counts only with every item of `evidence` in the file.

    except_when: claims that are paid in spite of it, such as insured pieces in spite of force majeure.
    in_principle: a person may decide otherwise, with a reason, and a second one confirms it.
    """

    name: str
    causes: tuple[CompensationCause, ...]
    when: Condition
    section: str
    except_when: Condition | None = None
    in_principle: bool = False
    evidence: tuple[str, ...] = ()
    set_by: SetBy = "source"
    note: str = ""


class CompensationKind(msgspec.Struct, frozen=True, kw_only=True):
    """A way of compensating: cash, goods or service of equal value, other as agreed (H).

    given_by: the department that gives what is not cash; empty where it is the one in the lead of the case.
    """

    name: Literal["cash", "goods", "service", "other"]
    label: Names
    section: str
    given_by: str = ""


class HandlingFees(msgspec.Struct, frozen=True, kw_only=True):
    """What outlets pay for the handling of a claim between them, in percent of its amount."""

    fined_percent: Decimal
    compensated_percent: Decimal
    section: str
    set_by: SetBy = "source"


class Rate(msgspec.Struct, frozen=True, kw_only=True, rename={"effective_from": "from"}):
    """What one unit of another currency is worth in the pack's, from a day on until the next rate."""

    effective_from: date
    rate: Decimal
    source: str


class Compensation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a pack says of amounts.

    assumed: facts that hold until somebody finds otherwise; a trace names them.
    words: the codes of facts that are words of the pack's own (`damage_degree`); any other code is a bad fact.
    rates: by currency (ISO 4217), each list in the order of its days.
    """

    section: str
    rules: dict[str, CompensationRule]
    kinds: dict[str, CompensationKind] = {}
    assumed: dict[str, bool | int | str] = {}
    words: dict[str, tuple[str, ...]] = {}
    follows: tuple[FollowsRule, ...] = ()
    refunds: dict[str, Refund] = {}
    exemptions: dict[str, Exemption] = {}
    proofs: dict[str, ExemptionProof] = {}
    handling_fees: HandlingFees | None = None
    rates: dict[str, tuple[Rate, ...]] = {}


NAMED_PARTS: Final = ("rules", "kinds", "refunds", "exemptions", "proofs")
