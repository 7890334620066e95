"""Stories of a case with claims, drawn: mostly what comes next where a claim stands, often something else or late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st
from msgspec.structs import replace

from tests.rules.casework import NUMBER, START, event
from tests.rules.claims.filed import SENDER
from tests.rules.claims.slow_books import outstanding
from tests.rules.claims.slow_claims import CLAIMANTS_ITEMS, SlowClaims
from tests.rules.claims.slow_limits import Claim
from tests.rules.claims.told import routed_pieces
from tousu.event import Event, text_of_time, time_of_text

PIECES = {"loss": "TS77001", "delay": "TS77002", "damage": "TS77003"}
ITEMS = ("waybill_image", "complete_form", "claim_letter", "damage_photos", "price_evidence")
PROOFS = ("investigation_record", "force_majeure_notice")
WAY = (
    "claim_filed", "outlet_notified", "claim_facts_found", "claim_form_answered", "claim_decided", "claim_agreed",
    "payment_confirmed", "claim_followed_up",
)  # fmt: skip
NEXT = {
    "opened": ("claim_filed",),
    "filed": ("claim_form_answered", "claim_facts_found", "outlet_notified", "claim_decided", "claim_evidence_given"),
    "answered": ("claim_decided", "claim_facts_found", "outlet_notified", "claim_evidence_given"),
    "offered": ("claim_agreed", "claim_agreed", "claim_disputed"),
    "refused": ("claim_disputed", "claim_decided"),
    "disputed": ("claim_ruled", "claim_agreed", "claim_decided"),
    "agreed": (
        "payment_confirmed",
        "payment_confirmed",
        "claim_ruled",
        "outlet_negotiation_settled",
        "claim_withdrawn",
    ),
    "paid": ("claim_ruled", "payment_confirmed", "outlet_negotiation_settled", "claim_followed_up"),
}
REPORTS = (
    *sorted({name for names in NEXT.values() for name in names}),
    "claim_withdrawn", "outlet_arbitration_requested", "outlet_arbitration_requested", "outlet_ruled",
    "outlet_notified", "outlet_contacted",
)  # fmt: skip
CASE = ("judged", "judged", "customer_answered", "withdrawn", "reopened", "reopened", "routed")
ELEMENTS = ["apology", "liability", "suggestions"]
"""Of a final answer, by source C."""
GRADES = ("major", "major", "complex", "simple")
GAPS_HOURS = (0, 0.5, 3, 23.5, 24 * 4, 24 * 11, 24 * 31)
MONEY = st.sampled_from(("0.00", "0.01", "0.09", "333.33", "500.00", "812.00", "1000.00", "5000.00", "999999999.99"))


class Step(NamedTuple):
    """An event, and when it is read."""

    event: Event
    now: datetime

    def __repr__(self) -> str:
        """Short enough to be read in the report of a story that fails."""
        beside = ("case_number", "pieces", "pack", "evidence", "claimant")
        said = {name: value for name, value in self.event.data.items() if name not in beside}
        if "classes" in said:
            said = {"classes": [trouble["class"] for trouble in said["classes"]]}
        name = self.event.type.removeprefix("tousu.").removesuffix(".v1")
        return f"\n{self.now:%m-%d %H:%M} (of {self.event.time:%m-%d %H:%M}) {name} {said}"


def story_steps(draw: st.DrawFn, count: int) -> list[Step]:
    """The steps of one story: its claims come some way at once, then anything happens."""
    told = SlowClaims(NUMBER, START)
    late = draw(st.sampled_from((None, None, START - timedelta(days=60), START - timedelta(days=1))))
    steps = [_routed(draw, 0, START, late)]
    tell(told, steps[0])
    for claim in list(told.claims):
        for what in WAY[: draw(st.sampled_from((0, 3, 5, 6, 7, 8)))]:
            _add(steps, told, _of_claim(draw, told, claim, what, len(steps), START + timedelta(hours=1), fits=True))
    now = START + timedelta(hours=1)
    for _ in range(count):
        now = draw(st.sampled_from(_moments(told, now, now + timedelta(days=90)))) if not draw(st.integers(0, 3)) else (
            now + timedelta(hours=draw(st.sampled_from(GAPS_HOURS)))
        )  # fmt: skip
        told.pass_time(now)
        happened = draw(st.sampled_from((now, now, now, now - timedelta(hours=2), now - timedelta(hours=30))))
        if not draw(st.integers(0, 4)):
            happened = draw(st.sampled_from(_moments(told, START, now)))
        if not told.claims or draw(st.integers(0, 14)) == 0:
            _add(steps, told, _of_case(draw, len(steps), happened, now, late))
            continue
        claim = draw(st.sampled_from(told.claims))
        what = draw(st.sampled_from(_next(claim) if draw(st.integers(0, 3)) else REPORTS))
        fits = draw(st.integers(0, 1 if what in ("claim_agreed", "payment_confirmed") else 2)) > 0
        step = _of_claim(draw, told, claim, what, len(steps), happened, fits=fits)
        _add(steps, told, step._replace(now=now))
    return steps


def _moments(told: SlowClaims, since: datetime, until: datetime) -> list[datetime]:
    """The moments about which it matters when something happens: when a limit is due, and just after."""
    dues = {limit["due"] for claim in told.claims for limit in claim["limits"].values()}
    near = sorted(moment for due in dues if due is not None for moment in (due, due + timedelta(microseconds=1)))
    return [moment for moment in near if since <= moment <= until] or [since]


def _next(claim: Claim) -> tuple[str, ...]:
    side = claim["side"]
    if side is None or side["ended"]:
        return NEXT[claim["stage"]]
    if side["asked"]:
        return (*NEXT[claim["stage"]], "outlet_ruled")
    return (*NEXT[claim["stage"]], "outlet_arbitration_requested", "outlet_contacted")


def _add(steps: list[Step], told: SlowClaims, step: Step) -> None:
    steps.append(step)
    tell(told, step)


def _of_claim(
    draw: st.DrawFn, told: SlowClaims, claim: Claim, what: str, place: int, at: datetime, *, fits: bool
) -> Step:
    said = {"case_number": NUMBER, "claim_number": claim["number"]} | said_of(draw, told, claim, what, place, fits)
    return Step(event(f"handling.{what}", said, NUMBER, at, f"e-{place}"), at)


@st.composite
def stories(draw: st.DrawFn, most: int = 15) -> list[Step]:
    """One story."""
    return story_steps(draw, draw(st.integers(0, most)))


@st.composite
def stories_side_by_side(draw: st.DrawFn) -> tuple[list[Step], list[Step]]:
    """What is reported of three claims of a case, all read at one moment, in two orders; each claim's own is kept."""
    now = START + timedelta(days=80)
    own: list[list[Step]] = []
    for place in range(3):
        told = SlowClaims(NUMBER, START)
        told.routed(sorted(PIECES.items()), None, START)
        claim = told.claims[place]
        steps: list[Step] = []
        for what in WAY[: draw(st.sampled_from((3, 6, 7, 8)))]:
            _add(steps, told, _of_claim(draw, told, claim, what, 100 * place + len(steps), START, fits=True))
        for _ in range(draw(st.integers(0, 4))):
            happened = START + timedelta(hours=draw(st.integers(1, 24 * 80)))
            what = draw(st.sampled_from((*_next(claim), "claim_withdrawn")))
            fits = draw(st.integers(0, 3)) > 0
            _add(steps, told, _of_claim(draw, told, claim, what, 100 * place + len(steps), happened, fits=fits))
        own.append([step._replace(now=now) for step in steps])
    whole = routed_pieces(
        [{"class": cause, "waybill_number": piece} for cause, piece in sorted(PIECES.items())], START, demand="赔偿",
        route="domestic", pieces=[{"waybill_number": each} for each in PIECES.values()],
    )  # fmt: skip
    turns = [place for place, steps in enumerate(own) for _ in steps]
    orders = [draw(st.permutations(turns)) for _ in range(2)]
    first, second = ([Step(whole, START), *_in_turns(own, order)] for order in orders)
    return first, second


def _in_turns(own: list[list[Step]], order: list[int]) -> list[Step]:
    queues = [iter(steps) for steps in own]
    return [next(queues[place]) for place in order]


def tell(told: SlowClaims, step: Step) -> str:
    """Tell the reference a step; the reason for which it ought to be refused, empty where it ought to be taken."""
    one, now = step
    what = one.type.split(".")[2]
    told.pass_time(now)
    if one.type == "tousu.complaint.routed.v1":
        promised = time_of_text(one.data["promised_at"], "promised_at") if "promised_at" in one.data else None
        told.routed(asked_in(one), promised, min(max(one.time, START), now))
    elif what in ("judged", "customer_answered", "withdrawn", "reopened"):
        told.case(what, one.data, one.time, now)
    else:
        return told.report(what, one.data, one.time, now)
    return ""


def asked_in(one: Event) -> list[tuple[str, str]]:
    return [(trouble["class"], trouble["waybill_number"]) for trouble in one.data.get("classes", ())]


def _routed(draw: st.DrawFn, place: int, at: datetime, promised: datetime | None) -> Step:
    causes = draw(st.lists(st.sampled_from(sorted(PIECES)), min_size=place == 0, max_size=3, unique=True))
    troubles = [{"class": cause, "waybill_number": PIECES[cause]} for cause in causes]
    pieces = [{"waybill_number": each} for each in PIECES.values()]
    grade = draw(st.sampled_from(GRADES))
    more = {} if promised is None else {"promised_at": text_of_time(promised)}
    one = routed_pieces(
        troubles, at, demand="赔偿", route="domestic", pieces=pieces, revision=place + 1, grade=grade, **more
    )
    return Step(replace(one, id=f"e-{place}"), at)


def _of_case(
    draw: st.DrawFn, place: int, happened: datetime, now: datetime, promised: datetime | None
) -> Step:  # fmt: skip
    what = draw(st.sampled_from(CASE))
    if what == "routed":
        return _routed(draw, place, now, promised)
    said: dict[str, Any] = {"case_number": NUMBER, "reason": "x"}
    if what == "judged":
        said = {"case_number": NUMBER, "stands": draw(st.booleans())}
    if what == "customer_answered":
        said = {"case_number": NUMBER, "settled": draw(st.booleans()), "text": "x", "elements": ELEMENTS}
    return Step(event(f"handling.{what}", said, NUMBER, happened, f"e-{place}"), now)


def said_of(draw: st.DrawFn, told: SlowClaims, claim: Claim, what: str, place: int, fits: bool) -> dict[str, Any]:
    """What a report says beside its claim: something that `fits`, or something else."""
    if what == "payment_confirmed":
        return payment(draw, claim, place, fits)
    if what == "claim_decided":
        return _decision(draw, told, claim, fits)
    if what in SAID:
        return SAID[what](draw, claim, fits)
    return dict(SAID_ALWAYS.get(what, {}))


SAID_ALWAYS: dict[str, dict[str, Any]] = {
    "claim_disputed": {"way": "court"},
    "claim_followed_up": {"score": 4},
    "outlet_arbitration_requested": {"outlet": "GZ-036"},
}


def _evidence(draw: st.DrawFn, claim: Claim, fits: bool) -> dict[str, Any]:
    items = ITEMS if fits else draw(some_of((*PROOFS, "waybill_image"), 1))
    return {"evidence": [{"item": name} for name in items]} | ({"handed_in": True} if draw(st.booleans()) else {})


def _facts(draw: st.DrawFn, claim: Claim, fits: bool) -> dict[str, Any]:
    return {"facts": draw(facts_of(claim["cause"]))}


def _agreement(draw: st.DrawFn, claim: Claim, fits: bool) -> dict[str, Any]:
    offered = claim["offer"]["amount"] if claim["offer"] else 100
    near = st.sampled_from((0, offered // 2, offered - 1, offered, offered + 1))
    return {} if fits else {"amount": yuan(draw(near))}


def _ruling(draw: st.DrawFn, claim: Claim, fits: bool) -> dict[str, Any]:
    return {"by": "court", "amount": draw(MONEY)}


def _notice(draw: st.DrawFn, claim: Claim, fits: bool) -> dict[str, Any]:
    outlet = "HZ-017" if fits else draw(st.sampled_from(("HZ-017", "NB-002")))
    return {"outlet": outlet} | ({"compensated_outlet": "GZ-036"} if fits else {})


def _contact(draw: st.DrawFn, claim: Claim, fits: bool) -> dict[str, Any]:
    notified = claim["side"]["outlet"] if claim["side"] else "HZ-017"
    return {"outlet": notified if fits else draw(st.sampled_from(("HZ-017", "NB-002")))}


def _settlement(draw: st.DrawFn, claim: Claim, fits: bool) -> dict[str, Any]:
    return {"outlet": "HZ-017"} | ({} if fits else {"amount": draw(MONEY)})


def _ruling_of_headquarters(draw: st.DrawFn, claim: Claim, fits: bool) -> dict[str, Any]:
    reporting = {"reporting_outlet": "GZ-036"} if draw(st.booleans()) else {}
    return {"report_true": fits} | reporting | ({"amount": draw(MONEY)} if draw(st.booleans()) else {})


def _form(draw: st.DrawFn, claim: Claim, fits: bool) -> dict[str, Any]:
    items = sorted(CLAIMANTS_ITEMS[claim["cause"]]) if fits else draw(some_of(ITEMS, 1))
    said = {"cause": claim["cause"], "waybill_number": claim["piece"], "claimant": SENDER}
    return said | {"evidence": [{"item": name} for name in items]}


SAID = {
    "claim_filed": _form,
    "claim_evidence_given": _evidence,
    "claim_facts_found": _facts,
    "claim_agreed": _agreement,
    "claim_ruled": _ruling,
    "outlet_notified": _notice,
    "outlet_contacted": _contact,
    "outlet_negotiation_settled": _settlement,
    "outlet_ruled": _ruling_of_headquarters,
}


def _decision(draw: st.DrawFn, told: SlowClaims, claim: Claim, fits: bool) -> dict[str, Any]:
    due = told.due_for(claim)
    if not fits:
        return {"outcome": draw(st.sampled_from(("offer", "refuse")))} | (
            {"amount": draw(MONEY)} if draw(st.booleans()) else {}
        )
    if due == "nothing_due":
        return {"outcome": "refuse"}
    return {"outcome": "offer"} | ({"amount": draw(MONEY)} if due == "by hand" else {})


def payment(draw: st.DrawFn, claim: Claim, place: int, fits: bool) -> dict[str, Any]:
    """A confirmation: of what is outstanding, or with something wrong."""
    names = [name for name, books in claim["books"].items() if outstanding(books)] or ["compensation"]
    name = draw(st.sampled_from(names))
    owed = outstanding(claim["books"].get(name, {"awarded": 0, "paid": 0, "withdrawn": 0}))
    said: dict[str, Any] = {"payment_id": f"P-{place}", "amount": yuan(owed)}
    if name != "compensation" or draw(st.booleans()):
        said["obligation"] = f"{claim['number']}/{name}"
    if fits:
        parts = owed > 1 and not draw(st.integers(0, 2))
        return said | ({"part": True, "amount": yuan(draw(st.integers(1, owed - 1)))} if parts else {})
    wrong: list[dict[str, Any]] = [
        {"amount": draw(MONEY)},
        {"amount": yuan(max(0, owed - 1))},
        {"amount": yuan(owed + 1)},
    ]
    wrong += [{"part": True, "amount": yuan(draw(st.sampled_from((0, 1, owed // 2, owed + 1))))}] * 3
    wrong += [{"currency": "USD"}, {"payee": {"role": "recipient"}}, {"payee": SENDER}]
    wrong += [{"claim_number": f"{NUMBER}/9"}, {"obligation": f"{claim['number']}/bills"}]
    wrong += [{"payment_id": draw(st.sampled_from(sorted(claim["payments"])))}] if claim["payments"] else []
    chosen: dict[str, Any] = draw(st.sampled_from(wrong))
    return said | chosen


def yuan(amount: int) -> str:
    """Cents as events carry them."""
    return f"{amount // 100}.{amount % 100:02}"


def some_of(names: tuple[str, ...], least: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=least, unique=True)


YUAN = st.integers(1, 400_000).map(yuan)
VALUES = st.one_of(YUAN, st.sampled_from(("999.99", "1000.00", "1999.99", "2000.00", "2999.99", "3000.00", "0.01")))
SHARES = st.sampled_from(("0", "0.005", "0.5", "0.333333", "1"))


def facts_of(cause: str) -> st.SearchStrategy[dict[str, Any]]:
    """What is found out: everything that the table asks, or a part, or a correction of one thing."""
    bool_: st.SearchStrategy[Any] = st.booleans()
    every: dict[str, st.SearchStrategy[Any]] = {
        "service_fee": st.sampled_from(("0.00", "12.00", "8.15")), "real_value": VALUES, "agency_period": bool_,
        "bulk": bool_, "pieces": st.integers(1, 12),
    }  # fmt: skip
    if cause == "delay":
        every |= {"days_late": st.integers(0, 15), "weight_kg": st.sampled_from(("0.999", "1", "1.001", "20"))}
        every["delivered"] = bool_
    else:
        every |= {"insured": bool_, "insured_amount": VALUES}
    if cause == "damage":
        every |= {
            "share_lost": SHARES, "damage_degree": st.sampled_from(("damaged", "destroyed", "partly_lost")),
            "proof": st.sampled_from(("invoice", "screenshot", "none")), "real_loss": VALUES,
            "goods_kind": st.sampled_from(("practical", "other")),
        }  # fmt: skip
        return st.fixed_dictionaries(every, optional=_beside())
    required = {
        name: each for name, each in every.items() if name not in ("agency_period", "bulk", "pieces", "delivered")
    }
    usual = st.fixed_dictionaries(required, optional={k: v for k, v in every.items() if k not in required} | _beside())
    some = st.fixed_dictionaries({}, optional=every | _beside()).filter(bool)
    return st.one_of(usual, usual, usual, some)


def _beside() -> dict[str, st.SearchStrategy[Any]]:
    seldom = st.sampled_from((False, False, True))
    return {"customers_fault": seldom, "force_majeure": seldom, "ecommerce_goods": seldom}


def amounts_of(claim: Claim) -> dict[str, tuple[int, int, int]]:
    """The books of a claim: awarded, paid, withdrawn in cents."""
    return {name: (each["awarded"], each["paid"], each["withdrawn"]) for name, each in claim["books"].items()}
