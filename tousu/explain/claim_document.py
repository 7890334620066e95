"""The explanation of a claim as JSON values. Times are UTC, lengths seconds, amounts decimal strings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tousu.event import text_of_time
from tousu.explain.arithmetic import OUTCOMES, inputs_of, limit_words, step_words
from tousu.explain.claim import ClaimExplanation, standing_words
from tousu.explain.claim_amount import Amount
from tousu.explain.claim_missing import Item, Missing
from tousu.explain.claim_standing import ClaimStanding, Decided
from tousu.explain.explanation import account_document, attachment_document
from tousu.explain.fact_words import fact_words
from tousu.ledger.obligation import Entry


def claim_document(explanation: ClaimExplanation) -> dict[str, Any]:
    """Everything, machine-readable; what the text says in words stands beside the codes."""
    claim = explanation.claim
    return {
        "claim_number": claim.number,
        "case_number": claim.case_number,
        "source": explanation.source,
        "pack": explanation.pack.reference(),
        "rests_on": _rests_on(claim),
        "stands": _standing(claim),
        "amount": _amount(explanation.amount),
        "decisions": [_decision(decision) for decision in claim.decided],
        "missing": _missing(explanation.missing),
        "limits": [account_document(account, ()) for account in explanation.accounts],
        "attachments": [attachment_document(attachment) for attachment in explanation.attachments],
        "next": [
            {"who": step.who, "what": step.step, "words": step.words, "by": _time(step.by), "overdue": step.overdue,
             "section": step.section}
            for step in explanation.steps
        ],
        "right": None if explanation.right is None else {
            "words": explanation.right.words, "section": explanation.right.section,
            "lapses_at": _time(explanation.right.lapses_at),
        },
        "happened": [
            {"what": happening.event, "at": _time(happening.at), "id": happening.event_id, "said": dict(happening.data)}
            for happening in claim.happened
        ],
        "owed": _obligations(claim),
        "questions": [dict(question) for question in claim.questions],
        "instructions": [dict(instruction) for instruction in claim.instructions],
        "refused": [{"at": _time(at), "reason": reason, "message": words} for at, reason, words in claim.refused],
    }  # fmt: skip


def _rests_on(claim: ClaimStanding) -> dict[str, Any]:
    return {
        "cause": claim.cause,
        "waybill_number": claim.waybill_number or None,
        "section": claim.section,
        "opened_at": _time(claim.opened_at),
        "opened_by": {"id": claim.opened_event, "name": claim.opened_by},
        "instead_of": claim.instead_of or None,
        "became": claim.became or None,
        "departments": list(claim.departments),
    }


def _standing(claim: ClaimStanding) -> dict[str, Any]:
    return {
        "state": "open" if claim.is_open else "closed",
        "stage": claim.stage,
        "words": standing_words(claim),
        "reason": claim.reason or None,
        "closed_at": _time(claim.closed_at),
        "claimant": dict(claim.claimant) or None,
        "claimed_amount": claim.claimed_amount or None,
        "currency": claim.currency or None,
        "filed_at": _time(claim.filed_at),
        "way": claim.way or None,
    }


def _amount(amount: Amount) -> dict[str, Any]:
    trace = amount.trace
    return {
        "decided": amount.at is not None,
        "at": _time(amount.at),
        "outcome": amount.outcome,
        "words": amount.words,
        "amount": amount.amount or None,
        "currency": amount.currency or None,
        "by": amount.decided or None,
        "rule": amount.rule or None,
        "rule_words": amount.rule_words or None,
        "section": amount.section,
        "exemption": amount.exemption or None,
        "goes_as": trace.get("goes_as"),
        "parts": [dict(part) for part in trace.get("parts", ())],
        "steps": [
            {"operation": step["operation"], "words": step_words(step), "inputs": inputs_of(step["inputs"]),
             "result": step["result"], "section": step["section"]}
            for step in amount.steps
        ],
        "limits": [
            {"words": limit_words(limit), "of": inputs_of(limit["of"]), "amount": limit["amount"] or None,
             "outcome": limit["outcome"], "means": OUTCOMES.get(limit["outcome"], ""), "section": limit["section"]}
            for limit in amount.limits
        ],
        "inputs": [
            {"name": amount_input.name, "value": amount_input.value, "use": amount_input.use,
             "found_at": _time(amount_input.at), "by": amount_input.by, "id": amount_input.event_id or None}
            for amount_input in amount.inputs
        ],
        "unproven": [dict(exemption) for exemption in amount.unproven],
        "lacking": list(amount.lacking),
        "wrong": amount.wrong or None,
    }  # fmt: skip


def _decision(decision: Decided) -> dict[str, Any]:
    data = {
        name: value
        for name, value in decision.data.items()
        if name not in ("trace", "pack", "claim_number", "case_number", "section")
    }
    return {
        "what": decision.event,
        "at": _time(decision.at),
        "id": decision.event_id,
        "section": decision.section,
        "said": data,
    }


def _missing(missing: Missing) -> dict[str, Any]:
    return {
        "evidence": [_item(evidence) for evidence in missing.evidence],
        "held": [_item(evidence) for evidence in missing.held],
        "proofs": [_item(proof) | {"exemption": proof.proves} for proof in missing.proofs],
        "facts": [{"fact": fact, "words": fact_words(fact), "given_by": "company"} for fact in missing.facts],
        "returns": missing.returns,
        "returns_left": missing.returns_left,
    }


def _item(item: Item) -> dict[str, Any]:
    return {"item": item.name, "en": item.en, "zh": item.zh, "section": item.section, "given_by": item.given_by}


def _obligations(claim: ClaimStanding) -> list[dict[str, Any]]:
    return [
        {
            "obligation": obligation.number, "kind": obligation.kind, "debtor": obligation.debtor,
            "creditor": obligation.creditor, "currency": obligation.currency, "awarded": f"{obligation.awarded:.2f}",
            "paid": f"{obligation.paid:.2f}", "withdrawn": f"{obligation.withdrawn:.2f}",
            "outstanding": f"{obligation.outstanding:.2f}",
            "entries": [_entry(entry) for entry in claim.entries if entry.obligation == obligation.number],
        }
        for obligation in claim.obligations
    ]  # fmt: skip


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number, "movement": entry.movement, "amount": f"{entry.amount:.2f}", "at": _time(entry.at),
        "reason": entry.reason or None, "payment": entry.reference or None, "cause": entry.cause,
    }  # fmt: skip


def _time(at: datetime | None) -> str | None:
    return None if at is None else text_of_time(at)
