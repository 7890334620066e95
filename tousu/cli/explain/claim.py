"""`tousu explain CLAIM`: reads what is known of a claim, from its story or else from the databases, and explains it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from tousu.explain.account import Account
    from tousu.explain.claim import ClaimExplanation
    from tousu.explain.story import CaseHistory
    from tousu.failure import Failure


def explain_claim_number(
    number: str, clock: str, picture: Path | None, pack: str, data: Path | None, broker: str, database: str,
    until: datetime | None, *, as_json: bool,
) -> None:  # fmt: skip
    """Explain a claim. Raises Stop `no_claim` with the claims there are, `no_case`, and `no_clock`."""
    if picture is not None:
        raise typer.BadParameter("a picture shows a case; give the number before the slash", param_hint="--picture")
    from tousu.cli import output
    from tousu.cli.explain.case_tables import show_account
    from tousu.cli.explain.claim_tables import show_claim
    from tousu.explain.claim_document import claim_document
    from tousu.failure import Failure

    try:
        explanation = _from_story(number, pack, data, broker, until)
    except Failure as error:
        if error.reason in ("no_such_pack", "invalid_pack", "no_claim"):
            raise
        explanation = _from_databases(number, pack, data, database, error)
        output.note(f"no story, so only what the databases know: {error.message}")
    accounts = _asked_for(explanation, clock)
    if as_json:
        document = claim_document(explanation)
        names = {limit.clock for limit in accounts}
        document["limits"] = [limit for limit in document["limits"] if limit["name"] in names]
        output.json_document(document)
    elif clock:
        for account in accounts:
            show_account(explanation.pack, account)
    else:
        show_claim(explanation)


def _asked_for(explanation: ClaimExplanation, clock: str) -> list[Account]:
    from tousu.failure import Stop

    accounts = [account for account in explanation.accounts if clock in ("", account.clock)]
    if clock and not accounts:
        known = ", ".join(dict.fromkeys(account.clock for account in explanation.accounts)) or "none yet"
        raise Stop("no_clock", f"claim {explanation.claim.number} has no limit {clock}; it has: {known}")
    return accounts


def _from_story(number: str, asked: str, data: Path | None, broker: str, until: datetime | None) -> ClaimExplanation:
    from tousu.cli.published import OF_A_CLAIM
    from tousu.cli.story_and_pack import MARK, no_case, no_claim, pack_of, read_story_of
    from tousu.explain.claim import explain_claim, pack_of_claims
    from tousu.explain.claim_order import claim_numbers
    from tousu.failure import Stop

    case_number = number.partition(MARK)[0]
    story: CaseHistory = read_story_of(case_number, OF_A_CLAIM, data, broker)
    if not story.is_there:
        raise Stop("no_case", no_case(case_number))
    known = claim_numbers(story)
    if number not in known:
        causes = {event.claim_number: event.data["cause"] for event in story.events if event.name == "claim.opened"}
        raise Stop("no_claim", no_claim(number, (f"{claim_number} ({causes[claim_number]})" for claim_number in known)))
    reference, organisation = pack_of_claims(story), story.routed[-1].organisation
    return explain_claim(story, number, pack_of(reference, organisation, asked), until)


def _from_databases(number: str, asked: str, data: Path | None, database: str, error: Failure) -> ClaimExplanation:
    """Explain what the databases know. A case that is not in the story is told as that where there are none."""
    from tousu.cli.explain.claim_from_databases import claim_reasons
    from tousu.failure import Stop

    try:
        return claim_reasons(number, asked, data, database)
    except Stop as other:
        raise (error if (error.reason, other.reason) == ("no_case", "no_database") else other) from None
