"""What events share: What events of claims are made of: numbers, causes, money in any currency, who claims,
evidence, facts. Made by `python -m tousu.contract.structs` from schemas/: do not edit by hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from tousu.events.content import Part
from tousu.events.shared_values import Code, PackReference, Route, Section, ToldMoment, ToldWaybillNumber, Uri


ClaimAmount: TypeAlias = str
"""An amount of money as a decimal string, at most twelve digits and two places, such as '120.00'; never a JSON
number, never negative.
"""


ClaimCurrency: TypeAlias = str
"""The currency of the amounts by ISO 4217, such as CNY or HKD; where it is absent, the currency of the pack."""


ClaimNumber: TypeAlias = str
"""The number of the claim: case number, slash, running number within the case, such as TS-20260105-000007/1."""


ClaimKind: TypeAlias = Literal["cash", "goods", "service", "other"]
"""How it is made good: cash, goods of equal value, service of equal value, other as agreed."""


ClaimRole: TypeAlias = Literal["sender", "recipient", "beneficiary", "outlet", "other"]
"""What the person or outlet is to the piece: sender, recipient, beneficiary (whom the sender named), outlet, other."""


ClaimReference: TypeAlias = str
"""Who it is, without saying so: the pseudonym, the customer number or the code of the outlet; never a name,
telephone number or account.
"""


class PayeeReference(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Who was paid: a role and, where known, a reference; nothing personal."""
    role: ClaimRole
    """What the payee is to the piece: sender, recipient, beneficiary, outlet, other."""
    reference: ClaimReference | None = None
    """The payee's pseudonym, customer number or code of outlet; never a name, telephone number or account."""


ClaimObligation: TypeAlias = str
"""The number of the obligation in the ledger that is paid; absent where the claim owes one thing only."""


class ClaimDependingItem(Part, frozen=True, kw_only=True, omit_defaults=True):
    """An item of the check-list that is needed if a fact turns out true."""
    item: Code
    """The item, as the pack names it, such as price_evidence."""
    fact: Code
    """The fact, such as ecommerce_goods."""


ClaimWay: TypeAlias = Literal["negotiation", "complaint", "regulator", "arbitration", "court"]
"""A way on for a claimant who does not accept: negotiation, complaint, regulator, arbitration, court."""


ClaimCause: TypeAlias = Literal[
    "delay", "loss", "damage", "contents_mismatch", "late_forwarding", "poor_service", "price",
    "information_security", "contract",
]
"""Why money may be due: delay, loss, damage, contents_mismatch, late_forwarding (a third party forwarded too late),
poor_service (nothing happened to a piece, the service itself was poor), price (more was charged than was owed),
information_security (personal data was leaked or misused), contract (what was agreed was not kept).
"""


class ClaimantReference(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Who claims: a role and, where known, a reference; nothing personal."""
    role: ClaimRole
    """What the claimant is to the piece: sender, recipient, beneficiary, outlet, other."""
    reference: ClaimReference | None = None
    """The claimant's pseudonym, customer number or code of outlet; never a name, telephone number or account."""
    named_by_sender: bool | None = None
    """True when the sender named the claimant as the beneficiary; false when the sender said that nobody else is."""


ClaimDecided: TypeAlias = Literal["by_table", "by_hand", "by_ruling"]
"""How the amount came about: by_table (the pack's table), by_hand (people, within the pack's limits), by_ruling (an
authority).
"""


ClaimExemption: TypeAlias = Code
"""Why nothing or less is due, by the name of the exemption in the pack, such as force_majeure, customers_fault."""


class ClaimTracePart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One part of the amount."""
    what: str
    """What it is: the compensation, or a fee that goes back."""
    amount: ClaimAmount
    """How much of the amount it is, as decimal text."""
    section: Section


class ClaimNamed(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One input with its value."""
    input: str
    """The name of the input, such as share_lost."""
    value: str
    """Its value as text; numbers are decimal text."""


class ClaimTraceLimit(Part, frozen=True, kw_only=True, omit_defaults=True):
    """A limit that was tried."""
    of: Sequence[ClaimNamed]
    """What the limit is made of."""
    amount: str
    """The limit as decimal text; empty where it is lifted or an input of it is unknown."""
    outcome: Literal["binds", "holds", "lifted", "unknown"]
    """Whether it binds (makes the amount what it is), holds (the amount is not above it), is lifted or unknown."""
    section: Section


ClaimTraceStepOperation: TypeAlias = Literal[
    "convert", "take", "multiply", "divide", "decide", "cap", "part", "round", "add",
]


class ClaimTraceStep(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One step of the calculation."""
    operation: ClaimTraceStepOperation
    """What is done: convert, take, multiply, divide, decide, cap, part, round, add."""
    inputs: Sequence[ClaimNamed]
    """What it is done with."""
    result: str
    """What comes out, as decimal text."""
    section: Section


class ClaimUnproven(Part, frozen=True, kw_only=True, omit_defaults=True):
    """An exemption that does not count, because its proof is not in the file."""
    exemption: ClaimExemption
    evidence_missing: Sequence[Code]
    """The items that would prove it."""
    section: Section


class ClaimTrace(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The answer of the pack's table, with every step; the same for the same pack and facts."""
    outcome: Literal["awarded", "not_owed"]
    """What the table says: awarded or not_owed."""
    amount: ClaimAmount | None = None
    """The whole amount, as decimal text."""
    currency: ClaimCurrency | None = None
    parts: Sequence[ClaimTracePart] | None = None
    """What the amount is made of."""
    cause: str | None = None
    """The cause of the claim."""
    goes_as: str | None = None
    """The cause whose rows of the table decided."""
    rule: str | None = None
    """The row of the table that decided."""
    section: str
    """The section of the source that the answer comes from."""
    set_by: str | None = None
    """Who gives the figure: source or pack."""
    reason: str | None = None
    """Why nothing is owed: exempt, nothing_lost or compensated_before (other claims of the piece have its value)."""
    exemption: str | None = None
    """The exemption that holds."""
    evidence: Sequence[Code] | None = None
    """The items in the file that prove it."""
    limits: Sequence[ClaimTraceLimit] | None = None
    """The limits that were tried."""
    steps: Sequence[ClaimTraceStep] | None = None
    """Every step, in order."""
    assumed: Sequence[ClaimNamed] | None = None
    """What the pack takes for granted and nobody found otherwise."""
    unproven: Sequence[ClaimUnproven] | None = None
    """Exemptions that were claimed and do not count."""
    pack: PackReference


ClaimPaymentId: TypeAlias = str
"""The number of the payment in the system of finance: the same payment has the same number."""


class ClaimEvidenceItem(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One thing handed in for the claim file."""
    item: Code
    """Which item of the check-list it is, by its name in the pack, such as waybill_image, claim_letter,
    damage_photos.
    """
    waybill_number: ToldWaybillNumber | None = None
    """The piece that it belongs to; absent where it shows none."""
    uri: Uri | None = None


ClaimEvidence: TypeAlias = Sequence[ClaimEvidenceItem]
"""What was handed in for the claim file."""


class ClaimOpening(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The claim as it is filed: why, who claims, how much, with what evidence."""
    cause: ClaimCause
    claimant: ClaimantReference
    claimed_amount: ClaimAmount | None = None
    """How much is claimed, as a decimal string, at most two places, such as '120.00'; absent where the claimant
    leaves it open.
    """
    currency: ClaimCurrency | None = None
    evidence: ClaimEvidence = ()
    inquired_at: ToldMoment | None = None
    """When the piece was inquired after before; an inquiry within the year keeps the right to claim."""


ClaimAuthority: TypeAlias = Literal["regulator", "arbitration", "court"]
"""Who ruled: regulator, arbitration, court."""


class ClaimFactsFound(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What was found out about the piece and the claim: the inputs of the compensation rules. The newest report of
    each fact counts.
    """
    insured: bool | None = None
    """The piece was insured with the company (保价)."""
    bulk: bool | None = None
    """The pieces went as bulk or a whole bag."""
    agency_period: bool | None = None
    """The responsible outlet is in its agency period (代理期)."""
    customer_packed: bool | None = None
    """The customer packed the goods."""
    packing_sound: bool | None = None
    """The packaging was sound on delivery."""
    reported_after_signing: bool | None = None
    """The damage was reported after signing, when the courier had left."""
    customers_fault: bool | None = None
    """The customer's own fault caused it."""
    nature_of_goods: bool | None = None
    """The nature of the goods caused it."""
    force_majeure: bool | None = None
    """Force majeure caused it."""
    gross_negligence: bool | None = None
    """The company acted with intent or gross negligence."""
    delivered: bool | None = None
    """The piece has been delivered, however late."""
    named_by_sender: bool | None = None
    """True when the sender named whoever claims as the beneficiary; false when the sender denied them: then they
    are paid nothing.
    """
    direct_loss: bool | None = None
    """The delay took the value of the contents itself, such as fruit that spoilt."""
    mis_sorted: bool | None = None
    """The piece was sorted by a wrong routing mark."""
    ecommerce_goods: bool | None = None
    """The goods were bought online."""
    arbitration_agreed: bool | None = None
    """Arbitration was agreed when the piece was posted."""
    value_declared: bool | None = None
    """The sender declared the value of the goods on posting."""
    goods_kind: Literal["practical", "other"] | None = None
    """What kind of goods they are: practical or other."""
    proof: Literal["invoice", "screenshot", "none"] | None = None
    """What proves the price: a formal invoice, a valid screenshot of the online transaction, or none."""
    damage_degree: Code | None = None
    """How badly it is damaged, by the codes of the pack, such as damaged, partly_lost, destroyed."""
    damage_cause: Code | None = None
    """What caused the damage, by the codes of the pack, such as inner_packing, rough_handling."""
    route: Route | None = None
    cause: ClaimCause | None = None
    """What in fact happened to the piece: delay, loss, damage, contents_mismatch, late_forwarding."""
    service: Literal["express", "registered", "recorded", "ordinary"] | None = None
    """How it was posted: express, registered (insured or not, 挂号), recorded (signed for, 给据), ordinary (平常)."""
    weight_kg: str | None = None
    """The weight of the piece in kg as a decimal string, to the gram, such as '1.250'."""
    share_lost: str | None = None
    """The share of the value that is lost as a decimal string from 0 to 1, such as '0.25'."""
    insured_amount: ClaimAmount | None = None
    """The amount that the piece is insured for, as a decimal string, at most two places."""
    real_value: ClaimAmount | None = None
    """What the goods were worth in fact, as a decimal string, at most two places."""
    real_loss: ClaimAmount | None = None
    """What was lost in fact, as a decimal string, at most two places."""
    declared_value: ClaimAmount | None = None
    """What the sender declared the goods to be worth, as a decimal string, at most two places."""
    service_fee: ClaimAmount | None = None
    """The fee of the service, extras not counted, as a decimal string, at most two places."""
    extras_fee: ClaimAmount | None = None
    """The fees of insurance and other extras, which are not refunded, as a decimal string, at most two places."""
    pieces: int | None = None
    """How many pieces the claim is about, from 1."""
    days_late: int | None = None
    """How many days late the piece came or still is, from 0."""
    currency: ClaimCurrency | None = None
    """The currency of the amounts among the facts by ISO 4217, such as CNY; absent for the currency of the pack."""
