"""Why a claim comes to its amount: the rule, what it was worked out from, each step, the limits, what was assumed.

Of a claim that is decided by what its event carries; of any other by what the pack's table says with the facts so far.
Source: docs/sources.md, section 7; features, section 1, number 16.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from tousu.explain.arithmetic import inputs_of, listed, plain_trace
from tousu.explain.claim_standing import ClaimStanding, Decided, KnownFact
from tousu.policy.award import award
from tousu.policy.claim_facts import BadFact, plain
from tousu.policy.compensation import Compensation, CompensationRule
from tousu.policy.handling_rule import Condition
from tousu.policy.owed import Award, Awarded, Lacking, NotOwed, Referred
from tousu.policy.pack import Pack

Use = Literal["counted", "decided", "exempts", "not_used", "assumed"]
NO_INPUTS: Final = frozenset({"cause", "delivered"})
"""Facts that move a claim and no amount."""


class AmountInput(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that the amount was worked out with.

    use: it counts in a step or limit, decides which rule it is, or claims an exemption.
    """

    name: str
    value: str
    use: Use
    at: datetime | None = None
    by: str = ""
    event_id: str = ""


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """An amount, or why there is none.

    at: when it was decided, None for what the table would say now.
    lacking: facts that must be found first. wrong: a fact that cannot be right.
    outcome: awarded, not_owed, lacking, referred, bad_fact; `by_people` where somebody decided without the table.
    """

    at: datetime | None
    outcome: str
    words: str
    section: str
    amount: str = ""
    currency: str = ""
    decided: str = ""
    rule: str = ""
    rule_words: str = ""
    exemption: str = ""
    trace: Mapping[str, Any] = {}
    inputs: tuple[AmountInput, ...] = ()
    lacking: tuple[str, ...] = ()
    wrong: str = ""

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        """The calculation, step by step."""
        return list(self.trace.get("steps", ()))

    @property
    def limits(self) -> list[Mapping[str, Any]]:
        """The limits that were tried."""
        return list(self.trace.get("limits", ()))

    @property
    def unproven(self) -> list[Mapping[str, Any]]:
        """Exemptions that were claimed and lack their proof."""
        return list(self.trace.get("unproven", ()))


def amount_of(claim: ClaimStanding, pack: Pack, at: datetime) -> Amount:
    """The amount that was decided, or what the table would say at this moment."""
    decided = claim.decision
    return _now(claim, pack, at) if decided is None else _decided(decided, pack)


def award_now(claim: ClaimStanding, pack: Pack, at: datetime) -> Award:
    """What the table says of a claim by everything found so far."""
    day = at.astimezone(pack.calendar.newest.zone).date()
    facts = {name: fact.value for name, fact in claim.facts.items() if name not in NO_INPUTS}
    return award(pack, claim.cause, facts, on=day, evidence=claim.file)


def rule_of(pack: Pack, name: str) -> CompensationRule | None:
    """A rule of the pack's table; None where the pack has none of this name."""
    table = table_of(pack)
    return table.rules.get(name) if table is not None else None


def table_of(pack: Pack) -> Compensation | None:
    """The pack's table of compensation."""
    return pack.claims.compensation if pack.claims is not None else None


def _decided(decision: Decided, pack: Pack) -> Amount:
    data, trace = decision.data, decision.trace or {}
    if decision.event == "refused":
        outcome, words = "not_owed", _why_nothing(data.get("exemption", ""), data.get("reason", ""))
    elif decision.event == "ruled":
        outcome, words = "by_people", f"ruled by the {data.get('by', 'authority')}, whatever the table says"
    elif trace:
        by_hand = data.get("decided") == "by_hand"
        outcome, words = "awarded", "decided by hand within the limits of the table" if by_hand else "by the table"
    else:
        outcome, words = "by_people", "decided by hand: the pack has no table of amounts"
    rule = data.get("rule", "") or trace.get("rule", "")
    return Amount(
        at=decision.at, outcome=outcome, words=words, section=decision.section, amount=data.get("amount", ""),
        currency=data.get("currency", ""), decided=data.get("decided", ""), rule=rule,
        rule_words=_rule_words(rule_of(pack, rule)), exemption=data.get("exemption", ""), trace=trace,
        inputs=_inputs(decision.facts, trace, pack, rule),
    )  # fmt: skip


def _now(claim: ClaimStanding, pack: Pack, at: datetime) -> Amount:
    award = award_now(claim, pack, at)
    if isinstance(award, BadFact):
        words, inputs = f"not decided; {award.message} ({award.reason})", _inputs(claim.facts, {}, pack, "")
        return Amount(at=None, outcome="bad_fact", words=words, section="", wrong=award.name, inputs=inputs)
    lacking = award.inputs if isinstance(award, Lacking) else ()
    trace = plain_trace(award)
    rule = trace["rule"] or (award.rules[0] if isinstance(award, Referred) and len(award.rules) == 1 else "")
    return Amount(
        at=None, outcome=_outcome(award), words=_words_now(award, pack), section=award.section,
        amount=f"{award.amount:.2f}" if isinstance(award, Awarded) else "", currency=pack.currency, rule=rule,
        rule_words=_rule_words(rule_of(pack, rule)), exemption=trace.get("exemption", ""), trace=trace,
        inputs=_inputs(claim.facts, trace, pack, rule), lacking=lacking,
    )  # fmt: skip


def _outcome(award: Awarded | NotOwed | Lacking | Referred) -> str:
    match award:
        case Awarded():
            return "awarded"
        case NotOwed():
            return "not_owed"
        case Lacking():
            return "lacking"
        case Referred():
            return "referred"


def _words_now(award: Awarded | NotOwed | Lacking | Referred, pack: Pack) -> str:
    match award:
        case Awarded():
            return f"not decided; by the table {award.amount:.2f} {award.currency} with what was found so far"
        case NotOwed():
            return f"not decided; by the table nothing is due: {_why_nothing(award.exemption, award.reason)}"
        case Lacking():
            return f"not decided; the table lacks {listed(award.inputs)}"
        case Referred(reason="no_table"):
            return f"not decided; pack {pack.id} has no table of amounts: somebody decides by hand"
        case Referred(reason="no_rule" | "several_rules"):
            return f"not decided; the table has no single rule for it ({listed(award.rules) or 'none holds'})"
        case Referred():
            most = "" if award.at_most is None else f", at most {award.at_most:.2f} {pack.currency}"
            how = "agreed with the claimant" if award.reason == "agreed" else "decided by hand"
            return f"not decided; the table leaves the amount to people: it is {how}{most}"


def _why_nothing(exemption: str, reason: str) -> str:
    if exemption:
        return exemption.replace("_", " ") + (f", {reason}" if reason not in ("", "exempt", exemption) else "")
    return "by the figures nothing is lost" if reason == "nothing_lost" else reason.replace("_", " ")


def _rule_words(rule: CompensationRule | None) -> str:
    """When a rule holds, and what the pack remarks on it."""
    if rule is None:
        return ""
    when = condition_words(rule.when)
    by = ", set by the pack" if rule.set_by == "pack" else ""
    return "; ".join(filter(None, (f"holds when {when}{by}" if when else f"holds always{by}", rule.note)))


def condition_words(condition: Condition) -> str:
    """`insured is false and real value is at least 3000`."""
    parts = [
        f"{listed([name])} is {' or '.join(_value(value) for value in values)}"
        for name, values in condition.facts.items()
    ]
    for name, bounds in condition.amounts.items():
        shown = {field: getattr(bounds, field) for field in bounds.__struct_fields__}
        within = " and ".join(f"{listed([field])} {value}" for field, value in shown.items() if value is not None)
        parts.append(f"{listed([name])} is {within}")
    return " and ".join(parts)


def _inputs(facts: Mapping[str, KnownFact], trace: Mapping[str, Any], pack: Pack, rule: str) -> tuple[AmountInput, ...]:
    """Everything that was found, those that count first; then what the pack took for granted."""
    counted = {
        name.removeprefix("divided_by ").removeprefix("less ")
        for step in (*trace.get("steps", ()), *trace.get("limits", ()))
        for name in inputs_of(step.get("inputs", step.get("of", ())))
    }
    deciding, exempting = _deciding(pack, rule), _exempting(pack)
    assumed = inputs_of(trace.get("assumed", ()))
    inputs = [
        AmountInput(
            name=name, value=_value(fact.value), at=fact.at, by=fact.by, event_id=fact.event_id,
            use=_use(name, counted, deciding, exempting),
        )
        for name, fact in facts.items()
        if name not in NO_INPUTS
    ]  # fmt: skip
    order = ("counted", "decided", "exempts", "not_used")
    inputs.sort(key=lambda amount_input: order.index(amount_input.use))
    return (
        *inputs,
        *(AmountInput(name=name, value=value, use="assumed", by="pack") for name, value in assumed.items()),
    )


def _deciding(pack: Pack, rule: str) -> frozenset[str]:
    """Facts that the deciding rule, or a limit of it, asks for."""
    table_rule = rule_of(pack, rule)
    if table_rule is None:
        return frozenset()
    conditions = (table_rule.when, *(cap.when for cap in table_rule.caps))
    return frozenset(name for condition in conditions for name in (*condition.facts, *condition.amounts))


def _exempting(pack: Pack) -> frozenset[str]:
    """Facts that claim an exemption."""
    table = table_of(pack)
    if table is None:
        return frozenset()
    return frozenset(
        name for exemption in table.exemptions.values() for name in (*exemption.when.facts, *exemption.when.amounts)
    )


def _use(name: str, counted: Collection[str], deciding: Collection[str], exempting: Collection[str]) -> Use:
    if name in counted:
        return "counted"
    if name in deciding:
        return "decided"
    return "exempts" if name in exempting else "not_used"


def kept_back(pack: Pack, trace: Mapping[str, Any]) -> tuple[str, ...]:
    """Fees that do not go back beside those of an award that do (insurance and other extras)."""
    table = table_of(pack)
    refunds = {part["what"] for part in trace.get("parts", ())[1:]}
    if table is None:
        return ()
    return tuple(
        dict.fromkeys(kept for refund in table.refunds.values() if refund.name in refunds for kept in refund.kept)
    )


def _value(value: Any) -> str:
    return plain(value) if isinstance(value, bool) else str(value)
