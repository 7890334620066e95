"""Whether a trouble opens a claim, for which cause, and what its file must hold (domain, section 7, source C)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Literal

import msgspec

from tousu.policy.calendar import UnpublishedYear
from tousu.policy.clock_rule import Limit
from tousu.policy.compensation import CompensationCause
from tousu.policy.pack import Pack
from tousu.policy.phrases import Phrases
from tousu.policy.working_time import deadline

Cause = CompensationCause


class OpenedClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that begins: its cause, who is to be paid, and the items its file needs."""

    cause: Cause
    payee_role: str
    evidence_needed: tuple[str, ...]
    section: str


class NoClaim(msgspec.Struct, frozen=True, kw_only=True):
    """Why a trouble opens no claim."""

    reason: Literal["class_without_claim", "not_asked_for", "right_has_lapsed"]
    section: str


class ClaimOpener:
    """A pack's rules for opening claims, made ready. Make one and keep it."""

    __slots__ = ("_claims", "_demands", "_pack")

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._claims = pack.claims
        demands = {"demand": pack.claims.demand_words} if pack.claims is not None else {}
        self._demands = Phrases(demands, pack.negations)

    def open(
        self,
        class_name: str,
        *,
        received_at: datetime,
        demand: str = "",
        promised_at: datetime | None = None,
        posted_at: datetime | None = None,
        facts: AbstractSet[str] = frozenset(),
        role: str = "",
    ) -> OpenedClaim | NoClaim:
        """Decide about one trouble.

        `demand` is what the complainant asks for, in his own words. `facts` are those that some evidence depends on
        (`ecommerce_goods`, `mis_sorted`). Without a posting time the right to claim counts as alive. `role`: what the
        complainant is to the piece; one whom the pack pays is the payee.
        """
        claims = self._claims
        class_ = self._pack.classes.get(class_name)
        if claims is None or class_ is None or class_.claim is None:
            return NoClaim(reason="class_without_claim", section=claims.section if claims is not None else "")
        if class_.claim.opens == "on_demand":
            late = class_.claim.past_promised_time and promised_at is not None and received_at > promised_at
            if not late and not self._demands.find(demand):
                return NoClaim(reason="not_asked_for", section=class_.claim.section)
        return self.file(class_.claim.cause, received_at, posted_at, facts, class_.claim.section, role)

    def file(
        self,
        cause: Cause,
        received_at: datetime,
        posted_at: datetime | None = None,
        facts: AbstractSet[str] = frozenset(),
        section: str = "",
        role: str = "",
    ) -> OpenedClaim | NoClaim:
        """Decide about a claim of a cause that somebody files (a complaint that asks for it does), in this role."""
        claims = self._claims
        if claims is None:
            return NoClaim(reason="class_without_claim", section="")
        if posted_at is not None and self._lapsed(posted_at, claims.right_lasts, received_at):
            return NoClaim(reason="right_has_lapsed", section=claims.right_lasts.section)
        return OpenedClaim(
            cause=cause,
            payee_role=role if role in claims.payee_roles else claims.payee_roles[0],
            evidence_needed=self.evidence_for(cause, facts),
            section=section or claims.section,
        )

    def evidence_for(self, cause: str, facts: AbstractSet[str] = frozenset()) -> tuple[str, ...]:
        """The items that the file of a claim needs, in the order of the pack."""
        evidence = self._claims.evidence if self._claims is not None else {}
        return tuple(
            item.name
            for item in evidence.values()
            if cause in item.causes and (not item.only_when or item.only_when in facts)
        )

    def _lapsed(self, posted_at: datetime, right_lasts: Limit, received_at: datetime) -> bool:
        last = deadline(posted_at, right_lasts, self._pack.calendar.newest)
        # A right that lasts years needs no published calendar; one that does counts as alive where a year is missing.
        return not isinstance(last, UnpublishedYear) and received_at > last
