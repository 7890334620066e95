"""Whatever is laid, paid, withdrawn and raised again: at every step the ledger is that of a slow purse, and proven."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings

from tests.rules.penalties.charges import complaint
from tests.rules.penalties.paid_stories import PARTIES, Confirmed, Laid, Step, Teller, steps
from tests.rules.penalties.test_against_slow_ledger import standing


def left_by_ledger(teller: Teller) -> dict[str, int]:
    """What the ledger says is to be deducted of each penalty, below zero what is to be repaid; never both."""
    sums = teller.desk.sums()
    found: dict[str, int] = Counter()
    for obligation, one in sums.items():
        number = obligation.removesuffix("/repayment")
        assert not (one.outstanding and number in found), f"{number} is both to be deducted and repaid"
        if one.outstanding:
            found[number] = int(one.outstanding * 100) * (1 if number == obligation else -1)
    return found


def instructed(teller: Teller) -> dict[str, set[str]]:
    """The instructions about money that nobody took back, of obligations of which anything is outstanding."""
    sums = teller.desk.sums()
    return {
        of: {what for what in whats if what in ("deduct", "repay")}
        for of, whats in standing(teller.desk).items()
        if of in sums and sums[of].outstanding
    }


@settings(max_examples=60, deadline=None)
@given(steps)
def test_at_every_step_the_ledger_is_what_the_purse_says(story: list[Step]) -> None:
    teller = Teller()
    for step in story:
        before = list(teller.desk.entries)
        teller.tell(step)
        assert teller.desk.entries[: len(before)] == before
        assert left_by_ledger(teller) == teller.purse.every_left()
        wanted = {
            number if left > 0 else f"{number}/repayment": {"deduct" if left > 0 else "repay"}
            for number, left in teller.purse.every_left().items()
        }
        assert instructed(teller) == wanted


def test_the_stories_pay_and_repay() -> None:
    """One that is sure to do both: stories in which nothing is ever paid would prove nothing."""
    teller = Teller()
    person = PARTIES[0]
    for step in (
        Laid("TS-1", person, [complaint("b", "1200.00")]), Confirmed(0, 1), Laid("TS-1", person, []),
        Confirmed(0, 2), Laid("TS-1", person, [complaint("c")]), Confirmed(0, 3),
    ):  # fmt: skip
        teller.tell(step)
    assert teller.purse.booked == {"deducted": 2, "repaid": 1}
    assert left_by_ledger(teller) == {}
