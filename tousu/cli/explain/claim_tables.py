"""The explanation of a claim as tables for people, made to be read at 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from tousu.cli import output
from tousu.cli.explain.limit_rows import LIMITS, limit_row, minute
from tousu.explain.arithmetic import lines_of, listed
from tousu.explain.claim import ClaimExplanation, cause_words, standing_words
from tousu.explain.claim_amount import Amount, AmountInput, kept_back
from tousu.explain.claim_missing import Item
from tousu.explain.claim_standing import Happened
from tousu.explain.decision import department_name
from tousu.explain.fact_words import fact_words
from tousu.policy.pack import Pack

Row = tuple[str, str]
USES: Final = {
    "counted": "counts in it",
    "decided": "decides which rule",
    "exempts": "claims an exemption",
    "not_used": "not asked for here",
}


def show_claim(explanation: ClaimExplanation) -> None:
    """Print it; what a claim does not have has no table."""
    zone = ZoneInfo(explanation.pack.time_zone)
    output.table(
        f"Claim {explanation.claim.number}: {cause_words(explanation.claim)}", ("", ""), list(_claim(explanation, zone))
    )
    output.table(_why(explanation.amount), ("", "", "section"), list(_amount(explanation.amount, explanation.pack)))
    inputs = [_input(amount_input, zone) for amount_input in explanation.amount.inputs if amount_input.use != "assumed"]
    if inputs:
        output.table("", ("what was found", "value", "when, by whom", "what it does"), inputs)
    rows = list(_missing(explanation))
    if rows:
        output.table("What is missing", ("what", "who gives it", "section"), rows)
    if explanation.accounts:
        output.table("Limits", LIMITS, [limit_row(account, zone) for account in explanation.accounts], right=("used",))
    output.table("What can be done next", ("who", "what", "by when"), list(_next(explanation, zone)))
    _rest(explanation, zone)


def _rest(explanation: ClaimExplanation, zone: tzinfo) -> None:
    claim = explanation.claim
    rows = [(minute(event.at, zone), *_between(event)) for event in claim.happened if event.event in _BETWEEN]
    if rows:
        output.table("Between the outlets", ("when", "what", "said"), rows)
    if claim.obligations:
        columns = ("what", "from, to", "awarded", "paid", "withdrawn", "outstanding")
        sums = [
            (obligation.number.rpartition("/")[2].replace("_", " "), f"{obligation.debtor} to {obligation.creditor}",
             f"{obligation.awarded:.2f}", f"{obligation.paid:.2f}", f"{obligation.withdrawn:.2f}",
             f"{obligation.outstanding:.2f} {obligation.currency}")
            for obligation in claim.obligations
        ]  # fmt: skip
        output.table("What is owed", columns, sums, right=columns[2:])
        entries = [
            (minute(entry.at, zone), entry.number.removeprefix(f"{claim.number}/"), entry.movement,
             f"{entry.amount:.2f}", entry.reference or entry.reason.replace("_", " "))
            for entry in claim.entries
        ]  # fmt: skip
        output.table("", ("when", "entry", "", "amount", "payment or reason"), entries, right=("amount",))
    if claim.questions:
        asked = [
            (
                question["payment_id"],
                f"{question['amount']} {question['currency']}",
                f"{question['reason'].replace('_', ' ')}: {question['message']}",
                question.get("settled", "open").replace("_", " "),
            )
            for question in claim.questions
        ]
        output.table("Payments that fit nothing owed", ("payment", "amount", "why", "settled"), asked)
    if claim.instructions:
        output.table(
            "Instructions to finance",
            ("what", "of", "amount", "until"),
            [_columns(instruction, zone) for instruction in claim.instructions],
        )
    if claim.refused:
        rows = [(minute(at, zone), reason.replace("_", " "), words) for at, reason, words in claim.refused]
        output.table("Reports that were refused", ("when", "why", ""), rows)


def _claim(explanation: ClaimExplanation, zone: tzinfo) -> Iterator[Row]:
    claim, pack = explanation.claim, explanation.pack
    by = f" by {claim.opened_by}" if claim.opened_by else ""
    section = f" ({claim.section})" if claim.section else ""
    if claim.opened_at is not None:
        yield "opened", f"{minute(claim.opened_at, zone)}{by}, for {claim.cause.replace('_', ' ')}{section}"
    if claim.instead_of:
        yield "", f"instead of claim {claim.instead_of}: not delivered by the complete-delay limit, a delay is a loss"
    closed = f" on {minute(claim.closed_at, zone)}" if claim.closed_at is not None else ""
    yield "stands", standing_words(claim) + closed
    if claim.became:
        yield "", f"went on as claim {claim.became}"
    yield "claimant", _claimant(explanation)
    if claim.claimed_amount:
        yield "claimed", f"{claim.claimed_amount} {claim.currency}"
    if explanation.missing.held:
        back = f"; sent back {'once' if claim.returns == 1 else f'{claim.returns} times'}" if claim.returns else ""
        yield "file", "; ".join(map(_item, explanation.missing.held)) + back
    if claim.departments:
        yield "departments", ", ".join(department_name(name, pack) for name in claim.departments)
    yield "policy", f"pack {pack.id} {pack.version}, source {pack.source}"


def _claimant(explanation: ClaimExplanation) -> str:
    who = explanation.claim.claimant
    if not who:
        return f"nobody has filed yet; by the rule it is the {explanation.claim.asked}"
    named = ", named by the sender" if who.get("named_by_sender") else ""
    return f"{who['role']} {who.get('reference', '')}".strip() + named


def _why(amount: Amount) -> str:
    if amount.outcome == "not_owed":
        return "Why nothing is due" if amount.at is not None else "Nothing would be due now, and why"
    if amount.amount:
        when = "" if amount.at is not None else " would be due now, and why"
        return f"{'Why ' if not when else ''}{amount.amount} {amount.currency}{when}"
    return "The amount"


def _amount(amount: Amount, pack: Pack) -> Iterator[tuple[str, str, str]]:
    yield "decided" if amount.at is not None else "now", amount.words, amount.section
    if amount.rule:
        yield (
            "rule",
            f"{amount.rule.replace('_', ' ')}{': ' if amount.rule_words else ''}{amount.rule_words}",
            amount.section,
        )
    goes_as, cause = amount.trace.get("goes_as", ""), amount.trace.get("cause", "")
    if goes_as != cause:
        yield "goes as", f"{cause.replace('_', ' ')} is paid as {goes_as.replace('_', ' ')}", ""
    yield from lines_of(amount.trace)
    kept = kept_back(pack, amount.trace)
    if kept:
        yield "", f"not refunded: {listed(kept)}", ""
    assumed = [
        f"{amount_input.name.replace('_', ' ')} {amount_input.value}"
        for amount_input in amount.inputs
        if amount_input.use == "assumed"
    ]
    if assumed:
        yield "assumed", f"by the pack, until somebody finds otherwise: {', '.join(assumed)}", ""
    for exemption in amount.unproven:
        lacks = listed(exemption["evidence_missing"])
        words = f"{exemption['exemption'].replace('_', ' ')} was claimed and does not count: no {lacks}"
        yield "unproven", words, exemption["section"]


def _input(amount_input: AmountInput, zone: tzinfo) -> tuple[str, str, str, str]:
    when = f"{minute(amount_input.at, zone)} {amount_input.by}" if amount_input.at is not None else amount_input.by
    return amount_input.name.replace("_", " "), amount_input.value, when, USES[amount_input.use]


def _missing(explanation: ClaimExplanation) -> Iterator[tuple[str, str, str]]:
    missing = explanation.missing
    for proof in missing.evidence:
        yield _item(proof), proof.given_by, proof.section
    for name in missing.facts:
        yield fact_words(name), "company", explanation.amount.section
    for proof in missing.proofs:
        yield f"{_item(proof)}, or {proof.proves.replace('_', ' ')} does not count", proof.given_by, proof.section


def _item(item: Item) -> str:
    return f"{item.en} {item.zh}".strip()


def _next(explanation: ClaimExplanation, zone: tzinfo) -> Iterator[tuple[str, str, str]]:
    for step in explanation.steps:
        by = minute(step.by, zone) if step.by is not None else ""
        section = f" ({step.section})" if step.section else ""
        yield step.who, step.words + section, by + (", overdue" if step.overdue else "")
    right = explanation.right
    if right is not None and explanation.claim.is_open:
        by = minute(right.lapses_at, zone) if right.lapses_at is not None else ""
        yield "", f"the right to claim lapses {right.words} ({right.section})", by


_BETWEEN: Final = ("outlet_notified", "outlets_settled", "arbitration_requested", "arbitrated", "billed")


def _between(event: Happened) -> Row:
    data = event.data
    money = f"{data['amount']} {data['currency']}" if "amount" in data else ""
    match event.event:
        case "outlet_notified":
            other = f"; {data['compensated_outlet']} is compensated" if "compensated_outlet" in data else ""
            return "notice", f"{data['outlet']} is told that it answers for it{other}"
        case "outlets_settled":
            return "settled", f"{data['outlet']} pays {money}"
        case "arbitration_requested":
            return "arbitration", f"asked for by {data['outlet']}"
        case "arbitrated" if data["report_true"]:
            return "ruling", f"the report is true; {data.get('responsible_outlet', '')} answers for {money}"
        case "arbitrated":
            return "ruling", f"the report was false, by {data.get('reporting_outlet', 'the reporting outlet')}"
        case _:
            fee = f", {data['percent']} %" if "percent" in data else ""
            return data["kind"].replace("_", " "), f"{data['debtor']} to {data['creditor']}: {money}{fee}"


def _columns(instruction: Mapping[str, Any], zone: tzinfo) -> tuple[str, str, str, str]:
    who = instruction.get("payee", {}).get("role") or instruction.get("party", {}).get("id", "")
    amount = f"{instruction['amount']} {instruction['currency']}" if "amount" in instruction else ""
    cancels = f" (takes back {instruction['cancels'].rpartition('/')[2]})" if "cancels" in instruction else ""
    until = minute(datetime.fromisoformat(instruction["due_at"]), zone) if "due_at" in instruction else ""
    return (
        f"{instruction['what'].replace('_', ' ')} {who}{cancels}",
        instruction["of"].rpartition("/")[2].replace("_", " "),
        amount,
        until,
    )
