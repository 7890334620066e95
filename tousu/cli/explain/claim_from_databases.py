"""What the databases alone can explain of a claim: all but the story of its limits and what finance was told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tousu.cli import options

if TYPE_CHECKING:
    from tousu.explain.account import Account
    from tousu.explain.claim import ClaimExplanation
    from tousu.explain.claim_standing import ClaimStanding, Decided
    from tousu.policy.pack import Pack


def claim_reasons(number: str, asked: str, data: Path | None, database: str) -> ClaimExplanation:
    """The explanation of a claim by its rows. Raises Stop `no_case`, `no_claim`, `no_database`."""
    from tousu.cli.story_and_pack import no_case, no_claim, pack_of
    from tousu.explain.claim import explanation_of
    from tousu.failure import Stop

    case_number = number.partition("/")[0]
    claims = options.inspection("claims", data, database)
    case = claims.state("case", case_number)
    if case is None:
        raise Stop("no_case", no_case(case_number))
    rows = case.get("claims", [])
    row = next((candidate for candidate in rows if candidate["number"] == number), None)
    if row is None:
        raise Stop(
            "no_claim",
            no_claim(
                number, (f"{candidate['number']} ({candidate['asked']['ground']['cause']})" for candidate in rows)
            ),
        )
    routed = options.inspection("router", data, database).state("case", case_number)
    reference = dict((routed or {"told": {}})["told"].get("pack", {"id": "", "version": ""}))
    reference["version"] = case.get("pack_version") or reference["version"]
    pack = pack_of(reference, case.get("organisation", ""), asked)
    claim = _standing(case_number, case, row)
    claim.entries = tuple(_entries(claims, number))
    claim.questions = tuple(_questions(claims, number))
    claim.decided = _with_trace(claim, row, pack)
    at = _latest(row, claim)
    # One that is undecided counts in silence: nobody has been told of it.
    accounts = tuple(_account(clock, pack, at) for clock in row.get("clocks", []) if not clock.get("undecided"))
    return explanation_of(claim, pack, at, accounts, source="databases")


def _standing(case_number: str, case: Mapping[str, Any], row: Mapping[str, Any]) -> ClaimStanding:
    from tousu.explain.claim_standing import ClaimStanding, Happened, KnownFact

    asked, ground = row["asked"], row["asked"]["ground"]
    facts = {
        name: KnownFact(value=fact["value"], at=_time(fact["at"]), by="company")
        for name, fact in row.get("facts", {}).items()
    }
    if case.get("route") and "route" not in facts:
        facts["route"] = KnownFact(value=case["route"], at=_time(row["opened_at"]), by="case")
    side = row.get("outlets")
    happened = () if side is None else (
        Happened(event="outlet_notified", at=_time(row["opened_at"]), event_id="", data={
            "outlet": side["notified"],
            **({"compensated_outlet": side["compensated"]} if side.get("compensated") else {}),
        }),
    )  # fmt: skip
    return ClaimStanding(
        number=row["number"], case_number=case_number, cause=ground["cause"],
        waybill_number=ground.get("waybill_number") or "", section=asked.get("section", ""), asked=asked["payee_role"],
        departments=tuple(asked.get("departments", ())), opened_at=_time(row["opened_at"]),
        stage=row.get("stage", "opened"), reason=row.get("reason", ""),
        closed_at=_time(row["closed_at"]) if row.get("closed_at") else None, claimant=row.get("claimant") or {},
        claimed_amount=str(row.get("claimed_amount") or ""), currency=row.get("currency", ""),
        file=tuple(row.get("file", ())), returns=row.get("returns", 0), facts=facts, way=row.get("way", ""),
        happened=happened, obligations=tuple(map(_obligation, row.get("owed", ()))),
        posted_at=_time(case["posted_at"]) if case.get("posted_at") else None,
    )  # fmt: skip


def _with_trace(claim: ClaimStanding, row: Mapping[str, Any], pack: Pack) -> tuple[Decided, ...]:
    """The offer of the row. Its calculation is done again, by what was known then, where it gives the same amount."""
    from msgspec.structs import replace

    from tousu.explain.arithmetic import plain_trace
    from tousu.explain.claim_amount import award_now
    from tousu.explain.claim_standing import Decided
    from tousu.policy.owed import Awarded

    offer = row.get("offer")
    if offer is None:
        return ()
    at, event_name = _time(offer["at"]), "ruled" if offer["decided"] == "by_ruling" else "offered"
    terms = {name: offer[name] for name in ("amount", "currency", "kind", "decided", "rule") if name in offer}
    facts = {name: fact for name, fact in claim.facts.items() if fact.at <= at}
    award = award_now(replace(claim, facts=facts), pack, at)
    if isinstance(award, Awarded) and award.amount == Decimal(offer["amount"]):
        terms["trace"] = plain_trace(award)
    return (
        Decided(
            event=event_name, at=at, section=offer["section"], event_id="", data=terms, facts=facts, file=claim.file
        ),
    )


def _account(clock: Mapping[str, Any], pack: Pack, at: datetime) -> Account:
    """A limit as its row has it, without the intervals that only the story knows."""
    import msgspec

    from tousu.explain.account import Account
    from tousu.explain.accounts import rule_of
    from tousu.policy.clock_rule import Limit

    rule = rule_of(pack, clock["name"])
    status: Any = "met_late" if clock["status"] == "late" else clock["status"]
    return Account(
        clock=clock["name"], label=rule.label if rule is not None else None, generation=clock["generation"],
        status=status, breached=clock.get("breached", False), limit=msgspec.convert(clock["limit"], Limit), grade="",
        pack=f"{pack.id} {pack.version}", calendar=clock["calendar"], started_at=_time(clock["started_at"]), until=at,
        due_at=_time(clock["due_at"]) if clock.get("due_at") else None, intervals=(), marks=(),
        starts_at=rule.starts_at if rule is not None else "", note=clock.get("missing", ""),
    )  # fmt: skip


def _obligation(row: Mapping[str, Any]) -> Any:
    import msgspec

    from tousu.ledger.obligation import Obligation

    return msgspec.convert(row, Obligation, strict=False)


def _entries(claims: Any, number: str) -> list[Any]:
    import msgspec

    from tousu.ledger.obligation import Entry

    statement = "SELECT doc FROM claims_entry WHERE case_number = :case_number"
    decoder = msgspec.json.Decoder(Entry)
    entries = [decoder.decode(row["doc"]) for row in claims.rows(statement, {"case_number": number.partition("/")[0]})]
    mine = [entry for entry in entries if entry.obligation.startswith(f"{number}/")]
    return sorted(mine, key=lambda entry: (entry.at, entry.obligation, int(entry.number.rpartition("/")[2])))


def _questions(claims: Any, number: str) -> list[dict[str, Any]]:
    import orjson

    rows = claims.rows("SELECT doc FROM claims_question WHERE claim = :claim ORDER BY key", {"claim": number})
    return [orjson.loads(row["doc"]) for row in rows]


def _latest(row: Mapping[str, Any], claim: ClaimStanding) -> datetime:
    """The latest moment of which the rows know anything."""
    clocks = [time for clock in row.get("clocks", ()) for time in (clock["started_at"], clock.get("ended_at")) if time]
    entries = [entry.at for entry in claim.entries]
    facts = [fact.at for fact in claim.facts.values()]
    return max([_time(row["opened_at"]), *map(_time, clocks), *entries, *facts])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
