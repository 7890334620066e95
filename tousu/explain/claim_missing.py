"""What a claim still needs: items of its file, by label, and facts that the table asks for; and who gives them.

Source: docs/sources.md, section 7 (C): an incomplete file goes back to the claimant, three times at most.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tousu.explain.claim_amount import Amount, table_of
from tousu.explain.claim_standing import ClaimStanding
from tousu.policy.claims import ClaimOpener
from tousu.policy.pack import Pack

HOLDING: Final = ("ecommerce_goods", "mis_sorted")
"""Facts on which some items depend."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a claim file, or a proof of an exemption, with its names and who gives it."""

    name: str
    en: str
    zh: str
    section: str
    given_by: str
    proves: str = ""


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """What is not there. facts: what the table lacks, given by the company. wrong: a fact that cannot be right.

    proofs: without them an exemption that was claimed does not count.
    """

    evidence: tuple[Item, ...] = ()
    facts: tuple[str, ...] = ()
    wrong: str = ""
    proofs: tuple[Item, ...] = ()
    held: tuple[Item, ...] = ()
    returns: int = 0
    returns_left: int = 0

    @property
    def by_claimant(self) -> tuple[Item, ...]:
        """The items for which a claimant is sent back."""
        return tuple(evidence for evidence in self.evidence if evidence.given_by == "claimant")

    @property
    def by_company(self) -> tuple[Item, ...]:
        """The items that the company has to add before it decides."""
        return tuple(evidence for evidence in self.evidence if evidence.given_by == "company")


def missing_of(claim: ClaimStanding, pack: Pack, amount: Amount) -> Missing:
    """What a claim needs that goes on and is not decided; of any other only what it holds."""
    rules = pack.claims
    held = tuple(item_of(pack, name) for name in claim.file)
    proofs = tuple(
        msgspec.structs.replace(item_of(pack, name), proves=exemption["exemption"])
        for exemption in amount.unproven
        for name in exemption["evidence_missing"]
    )
    if rules is None or not claim.is_open or claim.stage not in ("opened", "filed", "answered"):
        return Missing(held=held, proofs=proofs, returns=claim.returns)
    holding = {name for name in HOLDING if (fact := claim.facts.get(name)) is not None and fact.value is True}
    needed = ClaimOpener(pack).evidence_for(claim.cause, holding)
    return Missing(
        evidence=tuple(item_of(pack, name) for name in needed if name not in claim.file),
        facts=amount.lacking,
        wrong=amount.wrong,
        proofs=proofs,
        held=held,
        returns=claim.returns,
        returns_left=rules.incomplete_returns_max - claim.returns,
    )


def item_of(pack: Pack, name: str) -> Item:
    """An item by its name; the name alone where the pack no longer has it."""
    evidence = pack.claims.evidence.get(name) if pack.claims is not None else None
    if evidence is not None:
        en, zh = evidence.label.en, evidence.label.zh
        return Item(name=name, en=en, zh=zh, section=evidence.section, given_by=evidence.given_by)
    table = table_of(pack)
    proof = table.proofs.get(name) if table is not None else None
    if proof is not None:
        return Item(name=name, en=proof.label.en, zh=proof.label.zh, section=proof.section, given_by="company")
    return Item(name=name, en=name.replace("_", " "), zh="", section="", given_by="")
