"""What is reported about a claim or a penalty: of each event of the contract the least that its schema asks for."""

from __future__ import annotations

from typing import Any

from tests.rules.casework import NUMBER

CLAIM_NUMBER = f"{NUMBER}/1"
CLAIM_SAID: dict[str, dict[str, Any]] = {
    "claim_filed": {"cause": "loss", "claimant": {"role": "sender"}},
    "claim_evidence_given": {"claim_number": CLAIM_NUMBER, "evidence": [{"item": "waybill_image"}]},
    "claim_facts_found": {"claim_number": CLAIM_NUMBER, "facts": {"insured": True, "insured_amount": "500.00"}},
    "claim_form_answered": {"claim_number": CLAIM_NUMBER},
    "claim_decided": {"claim_number": CLAIM_NUMBER, "outcome": "offer"},
    "claim_agreed": {"claim_number": CLAIM_NUMBER},
    "claim_disputed": {"claim_number": CLAIM_NUMBER, "way": "court"},
    "claim_ruled": {"claim_number": CLAIM_NUMBER, "by": "court", "amount": "500.00"},
    "amount_confirmed": {"claim_number": CLAIM_NUMBER, "by": "M00001", "amount": "500.00"},
    "claim_withdrawn": {"claim_number": CLAIM_NUMBER},
    "claim_paused": {"claim_number": CLAIM_NUMBER, "reason": "waiting_for_evidence"},
    "claim_resumed": {"claim_number": CLAIM_NUMBER},
    "claim_extended": {
        "claim_number": CLAIM_NUMBER,
        "clock": "payment",
        "until": "2026-05-01T00:00:00Z",
        "reason": "bank closed",
    },
    "claim_followed_up": {"claim_number": CLAIM_NUMBER, "score": 4},
    "payment_confirmed": {"claim_number": CLAIM_NUMBER, "payment_id": "P-1", "amount": "500.00"},
    "compensation_given": {"claim_number": CLAIM_NUMBER, "receipt": "R-1"},
    "payment_question_settled": {"payment_id": "P-1", "how": "returned"},
    "outlet_notified": {"claim_number": CLAIM_NUMBER, "outlet": "HZ-017"},
    "outlet_contacted": {"claim_number": CLAIM_NUMBER, "outlet": "HZ-017"},
    "outlet_negotiation_settled": {"claim_number": CLAIM_NUMBER, "outlet": "HZ-017"},
    "outlet_arbitration_requested": {"claim_number": CLAIM_NUMBER, "outlet": "HZ-017"},
    "outlet_ruled": {"claim_number": CLAIM_NUMBER, "report_true": True},
}
CLAIM = {"cause": "loss", "claimant": {"role": "sender"}, "claimed_amount": "1200.00"}
PENALTY_SAID: dict[str, dict[str, Any]] = {
    "deduction_confirmed": {
        "party": {"kind": "person", "id": "E10023"}, "penalty_number": "TS-1/person/E10023", "payment_id": "P-1",
        "amount": "100.00",
    },
}  # fmt: skip
BESIDE_SAID = CLAIM_SAID | PENALTY_SAID
"""Everything that is reported about a case and moves it in no way."""
