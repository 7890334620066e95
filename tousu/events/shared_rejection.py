"""What events share: Why an event can be refused. Made by `python -m tousu.contract.structs` from schemas/: do not
edit by hand.
"""

# fmt: off
from __future__ import annotations

from typing import Literal, TypeAlias


RejectionReason: TypeAlias = Literal[
    "broken_json", "wrong_encoding", "duplicate_key", "too_deep", "too_large", "nul_character",
    "number_out_of_range", "malformed_attribute", "missing_attribute", "unknown_specversion", "malformed_time",
    "malformed_data", "unknown_type", "wrong_schema", "unknown_channel", "unknown_case", "unknown_department",
    "unknown_class", "wrong_key", "not_allowed", "exists_with_different_content", "illegal_transition",
    "not_pausable", "not_extendable", "unknown_organisation", "unknown_telling", "unknown_cause",
    "kind_not_taken", "confirmation_missing", "impossible_promise", "too_many_tellings", "too_many_actions",
    "too_many_waiting", "unknown_pack_version", "pack_does_not_fit", "unknown_currency", "amount_not_positive",
    "amount_above_limit", "amount_missing", "other_amount", "other_currency", "piece_not_of_this_case",
    "piece_of_another_customer", "payee_not_entitled", "evidence_of_another_piece", "unknown_evidence",
    "other_cause", "unknown_claim", "unknown_payment", "no_claims_in_pack", "right_has_lapsed",
    "class_without_claim", "file_incomplete", "facts_missing", "bad_fact", "nothing_due", "no_ground_to_refuse",
    "other_exemption", "unknown_kind", "no_rule", "same_outlet", "other_outlet", "way_not_open",
    "negotiation_goes_on", "materials_missing", "outlet_missing", "internal_error", "no_provenance",
    "foreign_origin", "unreadable_headers", "unpublishable_output", "unstorable", "skipped_by_operator",
    "records_lost",
]
"""The reason code: the same in the event, the metric label, the log and the list of the command line."""
