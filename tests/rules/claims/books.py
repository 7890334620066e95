"""The books of claims as a test keeps them: what the ledger comes to, and what finance was told to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from tests.rules.casework import NUMBER
from tests.rules.claims.told import ClaimsDesk
from tousu.decision import Output


class Books:
    """What the ledger rows come to, added up anew each time, and what finance was told and not told otherwise."""

    def __init__(self, desk: ClaimsDesk) -> None:
        self.desk = desk
        self.rows: dict[str, str] = {}
        self.live: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        self.numbers: set[str] = set()
        self.ways: dict[str, list[str]] = defaultdict(list)

    def told(self, outputs: list[Output]) -> None:
        """Instructions are followed in the order of their publication."""
        for one in outputs:
            if one.type == "tousu.claim.paid.v1" and "outstanding" not in one.data:
                self._spend(one.data["obligation"], one.data["amount"])
            if one.type.split(".")[2] in ("opened", "closed", "reopened"):
                self.ways[one.data["claim_number"]].append(one.type.split(".")[2])
            if one.type != "tousu.instruction.issued.v1":
                continue
            said = one.data
            assert said["instruction_number"] not in self.numbers, "an instruction has one meaning"
            self.numbers.add(said["instruction_number"])
            if said["what"] == "cancel":
                del self.live[said["of"]][said["cancels"]]
            else:
                self.live[said["of"]][said["instruction_number"]] = said["amount"], said["currency"]

    def _spend(self, obligation: str, amount: str) -> None:
        """A payment spends the instruction of its amount; a part spends none, since that is taken back by name."""
        live = self.live[obligation]
        spent = next((number for number, (told, _) in live.items() if told == amount), None)
        if spent is not None:
            del live[spent]

    def check(self) -> dict[str, dict[str, Decimal]]:
        """I7: by obligation, case and in all; entries are only added; one live instruction for what is owed."""
        now = {state_key.key: row for state_key, row in self.desk.rows.items() if state_key.kind == "entry"}
        assert {number: now.get(number) for number in self.rows} == self.rows, "an entry is written once"
        self.rows = now
        sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        in_all: dict[str, Decimal] = defaultdict(Decimal)
        count: dict[str, int] = defaultdict(int)
        for entry in self.desk.ledger():
            count[entry.obligation] += 1
            assert entry.number == f"{entry.obligation}/{count[entry.obligation]}", "numbers have no holes"
            assert entry.amount > 0 and entry.amount == entry.amount.quantize(Decimal("0.01"))
            assert (entry.case_number, entry.currency) == (NUMBER, "CNY")
            sums[entry.obligation][entry.movement] += entry.amount
            in_all[entry.movement] += entry.amount
        owed = dict(self._owed())
        assert owed.keys() == sums.keys()
        for number, one in sums.items():
            left = one["awarded"] - one["paid"] - one["withdrawn"]
            assert left >= 0
            assert owed[number] == (one["awarded"], one["paid"], one["withdrawn"], left)
            live = list(self.live[number].values())
            assert live == ([(f"{left:.2f}", "CNY")] if left else []), f"{number}: {left} outstanding, told {live}"
        assert not [number for number, live in self.live.items() if live and number not in sums]
        outstanding = sum((one[3] for one in owed.values()), Decimal(0))
        assert in_all["awarded"] == in_all["paid"] + in_all["withdrawn"] + outstanding
        return sums

    def _owed(self) -> Iterator[tuple[str, tuple[Decimal, Decimal, Decimal, Decimal]]]:
        for number in range(1, 9):
            key = f"{NUMBER}/{number}"
            if any(state_key.kind == "claim" and state_key.key == key for state_key in self.desk.rows):
                for one in self.desk.claim(number).owed:
                    yield one.number, (one.awarded, one.paid, one.withdrawn, one.outstanding)
