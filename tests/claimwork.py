"""The claims of a casework: each is filed, decided and agreed, and then has a fate of its own, told a step at a time.

What must come of a fate stands beside it, in whole cents: the arithmetic is of docs/sources.md, section 7, and shares
no code with the services. Loss: the real value (below 1,000) and the fee; damage by half: half of both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

FATES = (
    "paid",
    "paid_twice",
    "wrong_then_right",
    "wrong",
    "withdrawn",
    "ruled",
    "ruled_before",
    "billed",
    "not_agreed",
)
OUTLET, OTHER = "HZ-017", "GZ-036"
RULED = 500_000
FEE = 1_200
Report = tuple[str, dict[str, Any]]


class Books(NamedTuple):
    """Awarded, paid and withdrawn, in cents."""

    awarded: int = 0
    paid: int = 0
    withdrawn: int = 0


class Owed(NamedTuple):
    """What must come of a claim. told: instructions in order (what, of, amount). questions: reasons in order."""

    books: dict[str, Books]
    told: list[tuple[str, str, int]]
    questions: list[str]


class ClaimStory(NamedTuple):
    """One claim: the first of its case."""

    case_number: str
    cause: str
    waybill_number: str
    running: int

    @property
    def number(self) -> str:
        return f"{self.case_number}/1"

    @property
    def fate(self) -> str:
        return FATES[self.running % len(FATES)]

    @property
    def value(self) -> int:
        return 50_000 + 202 * (self.running % 100)

    @property
    def amount(self) -> int:
        """What the table gives."""
        return self.value + FEE if self.cause == "loss" else (self.value + FEE) // 2

    def reports(self) -> Iterator[Report]:
        """What is reported of it, in order."""
        for what, said in (*self._agreed(), *getattr(self, f"_{self.fate}")()):
            number = {} if what == "claim_filed" else {"claim_number": self.number}
            yield what, {"case_number": self.case_number} | number | said

    def owed(self) -> Owed:
        """What must come of it at the end of the story."""
        name, amount = f"{self.number}/compensation", self.amount
        pay = ("pay_claimant", name, amount)
        match self.fate:
            case "paid":
                return Owed({name: Books(amount, amount)}, [pay], [])
            case "paid_twice":
                return Owed({name: Books(amount, amount)}, [pay], ["already_booked", "already_paid"])
            case "wrong_then_right":
                return Owed({name: Books(amount, amount)}, [pay], ["other_amount"])
            case "wrong":
                return Owed({name: Books(amount)}, [pay], ["other_amount", "other_currency"])
            case "withdrawn":
                return Owed({name: Books(amount, 0, amount)}, [pay, ("cancel", name, 0)], ["not_owed"])
            case "ruled":
                rest = ("pay_claimant", name, RULED - amount)
                return Owed({name: Books(RULED, RULED)}, [pay, rest], [])
            case "ruled_before":
                told = [pay, ("cancel", name, 0), ("pay_claimant", name, RULED)]
                return Owed({name: Books(RULED, RULED)}, told, [])
            case "billed":
                bill = f"{self.number}/bill"
                books = {name: Books(amount, amount), bill: Books(amount, amount)}
                return Owed(books, [pay, ("bill_outlet", bill, amount)], [])
            case _:
                return Owed({}, [], ["not_owed"])

    def _agreed(self) -> list[Report]:
        items = ["waybill_image", "complete_form", "claim_letter", "damage_photos"]
        facts: dict[str, Any] = {"insured": False, "real_value": yuan(self.value), "service_fee": yuan(FEE)}
        if self.cause == "damage":
            facts |= {"proof": "invoice", "share_lost": "0.5", "damage_degree": "damaged"}
        form = {"cause": self.cause, "waybill_number": self.waybill_number, "claimant": {"role": "sender"}}
        steps: list[Report] = [
            ("claim_filed", form | {"evidence": [{"item": name} for name in items]}),
            ("outlet_notified", {"outlet": OUTLET, "compensated_outlet": OTHER}),
            ("claim_facts_found", {"facts": facts}),
            ("claim_form_answered", {}),
            ("claim_decided", {"outcome": "offer"}),
            ("claim_agreed", {}),
        ]
        return steps if self.fate != "not_agreed" else steps[:-1]

    def _pay(self, which: int, amount: int, **more: Any) -> Report:
        return "payment_confirmed", {"payment_id": f"P-{self.case_number}-{which}", "amount": yuan(amount)} | more

    def _paid(self) -> list[Report]:
        return [self._pay(1, self.amount), ("claim_followed_up", {"score": 4})]

    def _paid_twice(self) -> list[Report]:
        return [self._pay(1, self.amount), self._pay(1, self.amount), self._pay(2, self.amount)]

    def _wrong_then_right(self) -> list[Report]:
        return [self._pay(1, self.amount + 1), self._pay(2, self.amount)]

    def _wrong(self) -> list[Report]:
        return [self._pay(1, self.amount - 1), self._pay(2, self.amount, currency="USD")]

    def _withdrawn(self) -> list[Report]:
        return [("claim_withdrawn", {"reason": "找到了"}), self._pay(1, self.amount)]

    def _ruled(self) -> list[Report]:
        ruling = {"by": "court", "amount": yuan(RULED)}
        return [self._pay(1, self.amount), ("claim_ruled", ruling), self._pay(2, RULED - self.amount)]

    def _ruled_before(self) -> list[Report]:
        return [("claim_ruled", {"by": "court", "amount": yuan(RULED)}), self._pay(1, RULED)]

    def _billed(self) -> list[Report]:
        bill = {"obligation": f"{self.number}/bill"}
        settled = ("outlet_negotiation_settled", {"outlet": OUTLET})
        return [settled, self._pay(1, self.amount, **bill), self._pay(2, self.amount)]

    def _not_agreed(self) -> list[Report]:
        return [self._pay(1, self.amount)]


class Claimwork:
    """The claims of a run and how far each has been told."""

    def __init__(self) -> None:
        self.stories: dict[str, ClaimStory] = {}
        self._left: dict[str, list[Report]] = {}

    def begin(self, case_number: str, cause: str, waybill_number: str) -> None:
        """A claim of a case that is known by now."""
        if case_number not in self.stories:
            story = ClaimStory(case_number, cause, waybill_number, len(self.stories))
            self.stories[case_number], self._left[case_number] = story, list(story.reports())

    def next_reports(self, steps: int) -> Iterator[tuple[str, Report]]:
        """The next so many steps of every claim that has some left, each with its case."""
        for number, left in self._left.items():
            for _ in range(min(steps, len(left))):
                yield number, left.pop(0)

    @property
    def is_told(self) -> bool:
        return not any(self._left.values())

    def fates(self) -> Counter[str]:
        return Counter(story.fate for story in self.stories.values())


def yuan(amount: int) -> str:
    """Cents as events carry them."""
    return f"{amount // 100}.{amount % 100:02}"


def cents(amount: str) -> int:
    """What events carry, as whole cents; anything finer is no money."""
    whole, _, part = amount.partition(".")
    assert len(part) <= 2, amount
    return int(whole) * 100 + int((part + "00")[:2])
