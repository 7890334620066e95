"""`tousu case`: where a case stands, its clocks, its claims, its story."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from tousu.cli import options

WANTED = (
    "clock", "share", "claim_number", "cause", "obligation", "payment_id", "amount", "currency", "outlet", "debtor",
    "evidence_missing", "way", "what", "class", "grade", "departments", "to_departments", "to_department",
    "priority", "stands", "plan", "settled", "outcome", "result", "score", "rating", "responsible", "measure",
    "loss_yuan", "severity", "action_id", "reason", "text", "due_at", "action", "to", "by", "channel",
)  # fmt: skip
"""Fields of an event that a reader of the story wants, the first five there are."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
"""A time as events write it."""


def case(
    number: Annotated[str, typer.Argument(help="The case number.", metavar="NUMBER")],
    data: options.Data = None,
    broker: options.Broker = "",
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Show where a case stands: state, departments, clocks, claims and everything that happened to it.

    State, clocks and claims come from the databases; the story from the topics, or from what an ended demo kept of
    them.

    Example: tousu case 20260922-03-0020-22 --data data/demo
    """
    from tousu.cli import output
    from tousu.cli.published import story
    from tousu.cli.story_and_pack import show_times_of_case

    show_times_of_case(number, data, database)
    document = standing(number, data, database)
    lines, why_no_story = _story_or_reason(story, number, data, broker)
    if as_json:
        output.json_document({**document, "story": lines})
        return
    _show(document)
    if why_no_story:
        output.note(f"no story: {why_no_story}")
    else:
        rows = [
            (output.local(line["event"]["time"]), name_of(line["event"]["type"]), gist(line["event"])) for line in lines
        ]
        output.table(f"Story ({output.zone()})", ("when", "what", "in short"), rows)


_OF_SLA = ("result", "closed_at", "satisfaction", "confirmation", "reopened", "disputed", "responsibility")
"""What sla keeps of a case and a reader wants, beside its clocks."""
_OF_CLAIM = frozenset({"cause", "claimed_amount", "currency"})
"""What a reader wants of a claim that was filed without a complaint."""


def standing(number: str, data: Path | None, database: str) -> dict[str, Any]:
    """What the databases say of a case. Raises Stop `no_case` for a number that sla does not know."""
    from tousu.failure import Stop

    sla = options.inspection("sla", data, database).state("case", number)
    routed = options.inspection("router", data, database).state("case", number)
    if sla is None and routed is None:
        raise Stop("no_case", f"there is no case {number}; `tousu tail complaints.cases` shows the numbers there are")
    claimed = options.inspection("claims", data, database).state("case", number) or {}
    claims, waiting = (claimed.get(name, []) for name in ("claims", "waiting"))
    clocks = [_clock(clock) for clock in [*(sla or {}).get("past", []), *(sla or {}).get("clocks", [])]]
    event_data = (routed or {}).get("told", {})
    kept = (
        "kind", "channel", "class", "category", "grade", "stars", "priority", "lane", "departments", "received_at",
        "waybill_number", "first_asked", "inquiry_number", "triage",
    )  # fmt: skip
    return {
        "case_number": number,
        "state": (sla or {}).get("life", "routed"),
        **{name: event_data[name] for name in kept if name in event_data},
        **{name: value for name, value in event_data.get("claim", {}).items() if name in _OF_CLAIM},
        **{name: sla[name] for name in _OF_SLA if sla and sla.get(name)},
        "clocks": clocks,
        "corrective_actions": (sla or {}).get("corrective_actions", []),
        "waiting": [
            *(_waiting(fact) for fact in (routed or {}).get("file", {}).get("parked", [])),
            *(dict(zip(("happened_at", "report", "needs", "until"), row, strict=False)) for row in waiting),
        ],
        "claims": [_claim(claim) for claim in claims],
    }  # fmt: skip


def _claim(row: Mapping[str, Any]) -> dict[str, Any]:
    """A claim in short; `tousu explain CLAIM` tells the whole of it."""
    offer = row.get("offer")
    return {
        "claim_number": row["number"],
        "cause": row["asked"]["ground"]["cause"],
        "waybill_number": row["asked"]["ground"].get("waybill_number"),
        "state": row.get("state", "open"),
        "stage": row.get("stage", "opened"),
        "opened_at": row["opened_at"],
        "evidence_needed": row["asked"]["evidence_needed"],
        "evidence_held": row.get("file", []),
        "reason": row.get("reason", ""),
        "offer": None if offer is None else {name: offer[name] for name in ("amount", "currency", "kind")},
        "owed": [_sums(obligation) for obligation in row.get("owed", [])],
        "awaits_confirmation": _awaiting(row.get("awaiting")),
        "next_limit": _next_limit(row),
    }


def _awaiting(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What a second person must confirm before it is owed, and how many must."""
    if row is None:
        return None
    missing = (1 if row.get("acted") else 2) - len(row.get("confirmed_by", ()))
    offer = row["offer"]
    return {
        "amount": offer["amount"], "currency": offer["currency"], "what": row["what"], "confirmations_missing": missing,
    }  # fmt: skip


def _sums(row: Mapping[str, Any]) -> dict[str, Any]:
    sums = {name: Decimal(row.get(name, "0")) for name in ("awarded", "paid", "withdrawn")}
    sums["outstanding"] = sums["awarded"] - sums["paid"] - sums["withdrawn"]
    return {
        "obligation": row["number"],
        **{name: row[name] for name in ("kind", "debtor", "creditor", "currency")},
        **{name: f"{amount:.2f}" for name, amount in sums.items()},
    }


def _next_limit(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The limit of an open claim that is due first; one that stands still only where none runs."""
    waiting = [clock for clock in row.get("clocks", []) if clock["status"] in ("running", "paused")]
    if row.get("state", "open") != "open" or not waiting:
        return None
    first = min(waiting, key=lambda clock: (clock["status"] != "running", clock.get("due_at", "")))
    return {
        "clock": first["name"], "due_at": first.get("due_at"), "status": first["status"],
        "breached": first.get("breached", False),
    }  # fmt: skip


def _clock(clock: Mapping[str, Any]) -> dict[str, Any]:
    names = ("name", "generation", "status", "limit", "started_at", "due_at", "extensions", "missing", "unconfirmed")
    return {name: clock[name] for name in names if clock.get(name)} | {"breached": clock.get("breached", False)}


def _story_or_reason(story: Any, number: str, data: Path | None, broker: str) -> tuple[list[dict[str, Any]], str]:
    """The story where it can be had; a broker that is away does not hide what the databases know."""
    from tousu.failure import Failure

    try:
        return story(number, data, broker), ""
    except Failure as error:
        return [], error.message


def _show(document: Mapping[str, Any]) -> None:
    from tousu.cli import output
    from tousu.explain.wording import LIMIT, amount_words

    facts = [
        (name.replace("_", " "), _plain(value))
        for name, value in document.items()
        if name not in ("clocks", "claims", "corrective_actions", "waiting")
    ]
    output.table("", ("", ""), facts)
    output.table(
        f"Clocks ({output.zone()})", ("clock", "round", "limit", "started", "due", "status", "breached"),
        [
            (c["name"], c["generation"], amount_words(*LIMIT(c["limit"])),
             output.local(c.get("started_at")), output.local(c.get("due_at")), c["status"], _breach_words(c))
            for c in document["clocks"]
        ],
    )  # fmt: skip
    if document["corrective_actions"]:
        output.table(
            f"Corrective actions ({output.zone()})", ("action", "what", "due", "stands"),
            [
                (a["action_id"], a["action"], output.local(a.get("due_at")), action_words(a))
                for a in document["corrective_actions"]
            ],
        )  # fmt: skip
    if document["waiting"]:
        output.table(
            f"Reports that wait for another one ({output.zone()})", ("report", "happened", "needs", "waits until"),
            [
                (w["report"], output.local(w["happened_at"]), w["needs"], output.local(w["until"]))
                for w in document["waiting"]
            ],
        )  # fmt: skip
    if document["claims"]:
        columns = ("claim", "cause", "piece", "stands", "offer", "outstanding", "next limit")
        output.table("Claims (`tousu explain CLAIM` says why)", columns, [_claim_row(c) for c in document["claims"]])


def _waiting(parked: Mapping[str, Any]) -> dict[str, Any]:
    """A report that waits: the fact (when, name) and the verdict (… needs …) are arrays in the row."""
    happened_at, name = parked["fact"][:2]
    return {"report": name, "happened_at": happened_at, "needs": parked["verdict"][2], "until": parked["until"]}


def _breach_words(clock: Mapping[str, Any]) -> str:
    return ("yes, unconfirmed" if clock.get("unconfirmed") else "yes") if clock["breached"] else ""


def _claim_row(claim: Mapping[str, Any]) -> tuple[Any, ...]:
    from tousu.cli import output

    offer, limit = claim["offer"], claim["next_limit"]
    # What outlets owe each other is no matter of the claimant's: `tousu explain CLAIM` shows it.
    mine = [
        obligation
        for obligation in claim["owed"]
        if obligation["kind"] == "compensation" and Decimal(obligation["outstanding"])
    ]
    amounts = [f"{obligation['outstanding']} {obligation['currency']}" for obligation in mine]
    how = "" if limit is None else "breached" if limit["breached"] else "" if limit["status"] == "running" else "paused"
    return (
        claim["claim_number"], claim["cause"], claim["waybill_number"], _standing(claim),
        None if offer is None else f"{offer['amount']} {offer['currency']}", " and ".join(amounts),
        None if limit is None else f"{limit['clock']} {output.local(limit['due_at'])} {how}".rstrip(),
    )  # fmt: skip


def _standing(claim: Mapping[str, Any]) -> str:
    waits = claim["awaits_confirmation"]
    state = str(claim["reason"] or claim["stage"])
    if waits is None:
        return state
    return f"{state}; {waits['amount']} {waits['currency']} {waits['what']}, waits for a second person"


def action_words(action: Mapping[str, Any]) -> str:
    """Whether a corrective action is done, overdue or open."""
    if action.get("done_at"):
        return "done"
    return "overdue" if action.get("overdue") else "open"


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(part)}" for name, part in value.items())
    if isinstance(value, str) and MOMENT.fullmatch(value):
        from tousu.cli import output

        return output.local(value)
    return str(value)


def name_of(event_type: str) -> str:
    return event_type.removeprefix("tousu.").rpartition(".v")[0]


def gist(event: Mapping[str, Any]) -> str:
    """The few words of an event's data that a reader of the story wants."""
    data = event.get("data", {})
    parts = [f"{name.replace('_', ' ')}: {_plain(data[name])}" for name in WANTED if name in data]
    return "; ".join(parts[:5])
