"""The explanation of a claim as JSON values. Times are UTC, lengths seconds, amounts decimal strings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tousu.event import text_of_time
from tousu.explain.arithmetic import OUTCOMES, inputs_of, limit_words, step_words
from tousu.explain.claim import ClaimExplanation, stands_words
from tousu.explain.claim_amount import Amount
from tousu.explain.claim_missing import Item, Missing
from tousu.explain.claim_standing import ClaimStanding, Decided
from tousu.explain.explanation import account_document, attachment_document
from tousu.explain.fact_words import fact_words
from tousu.ledger.obligation import Entry


def claim_document(found: ClaimExplanation) -> dict[str, Any]:
    """Everything, machine-readable; what the text says in words stands beside the codes."""
    claim = found.claim
    return {
        "claim_number": claim.number,
        "case_number": claim.case_number,
        "source": found.source,
        "pack": found.pack.reference(),
        "rests_on": _rests_on(claim),
        "stands": _stands(claim),
        "amount": _amount(found.amount),
        "decisions": [_decision(each) for each in claim.decided],
        "missing": _missing(found.missing),
        "limits": [account_document(each, ()) for each in found.accounts],
        "attachments": [attachment_document(each) for each in found.attachments],
        "next": [
            {"who": each.who, "what": each.what, "words": each.words, "by": _time(each.by), "overdue": each.overdue,
             "section": each.section}
            for each in found.steps
        ],
        "right": None if found.right is None else {
            "words": found.right.words, "section": found.right.section, "lapses_at": _time(found.right.lapses_at),
        },
        "happened": [
            {"what": each.what, "at": _time(each.at), "id": each.event_id, "said": dict(each.said)}
            for each in claim.happened
        ],
        "owed": _owed(claim),
        "questions": [dict(each) for each in claim.questions],
        "instructions": [dict(each) for each in claim.instructions],
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


def _stands(claim: ClaimStanding) -> dict[str, Any]:
    return {
        "state": "open" if claim.is_open else "closed",
        "stage": claim.stage,
        "words": stands_words(claim),
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
            {"name": each.name, "value": each.value, "use": each.use, "found_at": _time(each.at), "by": each.by,
             "id": each.event_id or None}
            for each in amount.inputs
        ],
        "unproven": [dict(each) for each in amount.unproven],
        "lacking": list(amount.lacking),
        "wrong": amount.wrong or None,
    }  # fmt: skip


def _decision(one: Decided) -> dict[str, Any]:
    said = {
        name: value
        for name, value in one.said.items()
        if name not in ("trace", "pack", "claim_number", "case_number", "section")
    }
    return {"what": one.what, "at": _time(one.at), "id": one.event_id, "section": one.section, "said": said}


def _missing(missing: Missing) -> dict[str, Any]:
    return {
        "evidence": [_item(each) for each in missing.evidence],
        "held": [_item(each) for each in missing.held],
        "proofs": [_item(each) | {"exemption": each.proves} for each in missing.proofs],
        "facts": [{"fact": each, "words": fact_words(each), "given_by": "company"} for each in missing.facts],
        "returns": missing.returns,
        "returns_left": missing.returns_left,
    }


def _item(item: Item) -> dict[str, Any]:
    return {"item": item.name, "en": item.en, "zh": item.zh, "section": item.section, "given_by": item.given_by}


def _owed(claim: ClaimStanding) -> list[dict[str, Any]]:
    return [
        {
            "obligation": each.number, "kind": each.kind, "debtor": each.debtor, "creditor": each.creditor,
            "currency": each.currency, "awarded": f"{each.awarded:.2f}", "paid": f"{each.paid:.2f}",
            "withdrawn": f"{each.withdrawn:.2f}", "outstanding": f"{each.outstanding:.2f}",
            "entries": [_entry(entry) for entry in claim.entries if entry.obligation == each.number],
        }
        for each in claim.owed
    ]  # fmt: skip


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number, "movement": entry.movement, "amount": f"{entry.amount:.2f}", "at": _time(entry.at),
        "reason": entry.reason or None, "payment": entry.reference or None, "cause": entry.cause,
    }  # fmt: skip


def _time(at: datetime | None) -> str | None:
    return None if at is None else text_of_time(at)
