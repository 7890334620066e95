"""The explanation of a claim as tables for people, made to be read at 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from tousu.cli import output
from tousu.cli.explain.limit_rows import LIMITS, limit_row, minute
from tousu.explain.arithmetic import lines_of, listed
from tousu.explain.claim import ClaimExplanation, cause_words, stands_words
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


def show_claim(found: ClaimExplanation) -> None:
    """Print it; what a claim does not have has no table."""
    zone = ZoneInfo(found.pack.time_zone)
    output.table(f"Claim {found.claim.number}: {cause_words(found.claim)}", ("", ""), list(_claim(found, zone)))
    output.table(_why(found.amount), ("", "", "section"), list(_amount(found.amount, found.pack)))
    inputs = [_input(each, zone) for each in found.amount.inputs if each.use != "assumed"]
    if inputs:
        output.table("", ("what was found", "value", "when, by whom", "what it does"), inputs)
    rows = list(_missing(found))
    if rows:
        output.table("What is missing", ("what", "who gives it", "section"), rows)
    if found.accounts:
        output.table("Limits", LIMITS, [limit_row(each, zone) for each in found.accounts], right=("used",))
    output.table("What can be done next", ("who", "what", "by when"), list(_next(found, zone)))
    _rest(found, zone)


def _rest(found: ClaimExplanation, zone: tzinfo) -> None:
    claim = found.claim
    rows = [(minute(each.at, zone), *_between(each)) for each in claim.happened if each.what in _BETWEEN]
    if rows:
        output.table("Between the outlets", ("when", "what", "said"), rows)
    if claim.owed:
        columns = ("what", "from, to", "awarded", "paid", "withdrawn", "outstanding")
        sums = [
            (each.number.rpartition("/")[2].replace("_", " "), f"{each.debtor} to {each.creditor}",
             f"{each.awarded:.2f}", f"{each.paid:.2f}", f"{each.withdrawn:.2f}",
             f"{each.outstanding:.2f} {each.currency}")
            for each in claim.owed
        ]  # fmt: skip
        output.table("What is owed", columns, sums, right=columns[2:])
        entries = [
            (minute(each.at, zone), each.number.removeprefix(f"{claim.number}/"), each.movement, f"{each.amount:.2f}",
             each.reference or each.reason.replace("_", " "))
            for each in claim.entries
        ]  # fmt: skip
        output.table("", ("when", "entry", "", "amount", "payment or reason"), entries, right=("amount",))
    if claim.questions:
        asked = [
            (
                each["payment_id"],
                f"{each['amount']} {each['currency']}",
                f"{each['reason'].replace('_', ' ')}: {each['message']}",
                each.get("settled", "open").replace("_", " "),
            )
            for each in claim.questions
        ]
        output.table("Payments that fit nothing owed", ("payment", "amount", "why", "settled"), asked)
    if claim.instructions:
        output.table(
            "Instructions to finance",
            ("what", "of", "amount", "until"),
            [_told(each, zone) for each in claim.instructions],
        )
    if claim.refused:
        rows = [(minute(at, zone), reason.replace("_", " "), words) for at, reason, words in claim.refused]
        output.table("Reports that were refused", ("when", "why", ""), rows)


def _claim(found: ClaimExplanation, zone: tzinfo) -> Iterator[Row]:
    claim, pack = found.claim, found.pack
    by = f" by {claim.opened_by}" if claim.opened_by else ""
    section = f" ({claim.section})" if claim.section else ""
    if claim.opened_at is not None:
        yield "opened", f"{minute(claim.opened_at, zone)}{by}, for {claim.cause.replace('_', ' ')}{section}"
    if claim.instead_of:
        yield "", f"instead of claim {claim.instead_of}: not delivered by the complete-delay limit, a delay is a loss"
    closed = f" on {minute(claim.closed_at, zone)}" if claim.closed_at is not None else ""
    yield "stands", stands_words(claim) + closed
    if claim.became:
        yield "", f"went on as claim {claim.became}"
    yield "claimant", _claimant(found)
    if claim.claimed_amount:
        yield "claimed", f"{claim.claimed_amount} {claim.currency}"
    if found.missing.held:
        back = f"; sent back {'once' if claim.returns == 1 else f'{claim.returns} times'}" if claim.returns else ""
        yield "file", "; ".join(map(_item, found.missing.held)) + back
    if claim.departments:
        yield "departments", ", ".join(department_name(name, pack) for name in claim.departments)
    yield "policy", f"pack {pack.id} {pack.version}, source {pack.source}"


def _claimant(found: ClaimExplanation) -> str:
    who = found.claim.claimant
    if not who:
        return f"nobody has filed yet; by the rule it is the {found.claim.asked}"
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
    assumed = [f"{each.name.replace('_', ' ')} {each.value}" for each in amount.inputs if each.use == "assumed"]
    if assumed:
        yield "assumed", f"by the pack, until somebody finds otherwise: {', '.join(assumed)}", ""
    for each in amount.unproven:
        lacks = listed(each["evidence_missing"])
        words = f"{each['exemption'].replace('_', ' ')} was claimed and does not count: no {lacks}"
        yield "unproven", words, each["section"]


def _input(each: AmountInput, zone: tzinfo) -> tuple[str, str, str, str]:
    when = f"{minute(each.at, zone)} {each.by}" if each.at is not None else each.by
    return each.name.replace("_", " "), each.value, when, USES[each.use]


def _missing(found: ClaimExplanation) -> Iterator[tuple[str, str, str]]:
    missing = found.missing
    for each in missing.evidence:
        yield _item(each), each.given_by, each.section
    for name in missing.facts:
        yield fact_words(name), "company", found.amount.section
    for each in missing.proofs:
        yield f"{_item(each)}, or {each.proves.replace('_', ' ')} does not count", each.given_by, each.section


def _item(item: Item) -> str:
    return f"{item.en} {item.zh}".strip()


def _next(found: ClaimExplanation, zone: tzinfo) -> Iterator[tuple[str, str, str]]:
    for each in found.steps:
        by = minute(each.by, zone) if each.by is not None else ""
        section = f" ({each.section})" if each.section else ""
        yield each.who, each.words + section, by + (", overdue" if each.overdue else "")
    right = found.right
    if right is not None and found.claim.is_open:
        by = minute(right.lapses_at, zone) if right.lapses_at is not None else ""
        yield "", f"the right to claim lapses {right.words} ({right.section})", by


_BETWEEN: Final = ("outlet_notified", "outlets_settled", "arbitration_requested", "arbitrated", "billed")


def _between(each: Happened) -> Row:
    said = each.said
    money = f"{said['amount']} {said['currency']}" if "amount" in said else ""
    match each.what:
        case "outlet_notified":
            other = f"; {said['compensated_outlet']} is compensated" if "compensated_outlet" in said else ""
            return "notice", f"{said['outlet']} is told that it answers for it{other}"
        case "outlets_settled":
            return "settled", f"{said['outlet']} pays {money}"
        case "arbitration_requested":
            return "arbitration", f"asked for by {said['outlet']}"
        case "arbitrated" if said["report_true"]:
            return "ruling", f"the report is true; {said.get('responsible_outlet', '')} answers for {money}"
        case "arbitrated":
            return "ruling", f"the report was false, by {said.get('reporting_outlet', 'the reporting outlet')}"
        case _:
            fee = f", {said['percent']} %" if "percent" in said else ""
            return said["kind"].replace("_", " "), f"{said['debtor']} to {said['creditor']}: {money}{fee}"


def _told(said: Mapping[str, Any], zone: tzinfo) -> tuple[str, str, str, str]:
    who = said.get("payee", {}).get("role") or said.get("party", {}).get("id", "")
    amount = f"{said['amount']} {said['currency']}" if "amount" in said else ""
    cancels = f" (takes back {said['cancels'].rpartition('/')[2]})" if "cancels" in said else ""
    until = minute(datetime.fromisoformat(said["due_at"]), zone) if "due_at" in said else ""
    return (
        f"{said['what'].replace('_', ' ')} {who}{cancels}",
        said["of"].rpartition("/")[2].replace("_", " "),
        amount,
        until,
    )
