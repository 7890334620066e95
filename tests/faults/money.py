"""I7: the money is right, judged from the claims database and the topics. It shares no code with the services.

awarded = paid + outstanding + withdrawn for each obligation, each case, each currency and in all; entries are only ever
added, with numbers without holes; what finance must do is told once. A database is read in one transaction, so what
it shows was committed together: every such state must balance, whoever dies meanwhile.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa

from tests.claimwork import Books, ClaimStory, cents
from tests.faults.oracle import R, head, need
from tousu.runtime.archive import whole_of

REPEATABLE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
MOVEMENTS = ("awarded", "paid", "withdrawn")
Docs = dict[str, dict[str, Any]]


class Snapshot(NamedTuple):
    """The rows of claims at one moment, by key."""

    cases: Docs
    claims: Docs
    entries: Docs
    questions: Docs


def read_snapshot(connection: sa.Connection) -> Snapshot:
    """All rows, in the transaction of this connection."""
    return Snapshot(*(rows(connection, "claims", kind) for kind in ("case", "claim", "entry", "question")))


def rows(connection: sa.Connection, processor: str, kind: str) -> Docs:
    """The rows of a kind, by key."""
    place = whole_of(f"{processor}_{kind}") if kind in {"case", "claim"} else f"{processor}_{kind}"
    found = connection.execute(sa.text(f"SELECT key, doc FROM {place}"))
    return {key: json.loads(doc) for key, doc in found}


def check_snapshot(now: Snapshot, before: Snapshot | None = None) -> dict[str, Books]:
    """The books of every obligation, after checking that they balance and that nothing written before has changed."""
    if before is not None:
        for written, kept in ((before.entries, now.entries), (_asked(before), _asked(now))):
            lost = [number for number, row in written.items() if kept.get(number) != row]
            need(not lost, "I7", f"what was booked is gone or changed: {lost[:3]}")
    books = added_up(now.entries)
    told = {one["number"]: one for claim in now.claims.values() for one in claim.get("owed", ())}
    of_cases = {claim["number"]: _row_of(claim) for case in now.cases.values() for claim in case.get("claims", ())}
    need(of_cases == now.claims, "I7", "the rows of claims say other things than their cases")
    need(
        books.keys() == told.keys(), "I7", f"booked for {sorted(books.keys() ^ told.keys())[:3]}, or owed, but not both"
    )
    in_all: dict[tuple[str, str], int] = defaultdict(int)
    for number, one in books.items():
        owed = Books(*(cents(told[number].get(name, "0")) for name in MOVEMENTS))
        need(one == owed, "I7", f"{number}: entries say {one}, the claim says {owed}")
        left = one.awarded - one.paid - one.withdrawn
        need(left >= 0, "I7", f"{number}: more is paid or withdrawn than was awarded: {one}")
        for name, amount in (*zip(MOVEMENTS, one, strict=True), ("outstanding", left)):
            for account in (told[number]["case_number"], told[number]["currency"], "in all"):
                in_all[account, name] += amount
    for account in {account for account, _ in in_all}:
        awarded, paid, withdrawn, left = (in_all[account, name] for name in (*MOVEMENTS, "outstanding"))
        need(awarded == paid + withdrawn + left, "I7", f"{account}: {awarded} awarded do not balance")
    return books


def _row_of(claim: dict[str, Any]) -> dict[str, Any]:
    """A claim without what was reported of it and what it was before, which its case alone keeps."""
    return {name: value for name, value in claim.items() if name not in ("told", "before")}


def _asked(snapshot: Snapshot) -> Docs:
    """The questions without how somebody settled them, which is all that may change."""
    settled = ("settled", "settled_at")
    return {
        key: {name: value for name, value in row.items() if name not in settled}
        for key, row in snapshot.questions.items()
    }


def added_up(entries: Docs) -> dict[str, Books]:
    """What the entries of each obligation come to; their numbers are 1, 2, 3 ..."""
    found: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for number, entry in entries.items():
        need(entry["number"] == number, "I7", f"entry {entry['number']} is kept as {number}")
        obligation, _, place = number.rpartition("/")
        need(obligation == entry["obligation"], "I7", f"{number} is of {entry['obligation']}")
        need(cents(entry["amount"]) > 0, "I7", f"{number}: {entry['amount']} is no amount of money")
        found[obligation][int(place)] = entry
    books: dict[str, Books] = {}
    for obligation, ours in found.items():
        need(sorted(ours) == list(range(1, len(ours) + 1)), "I7", f"{obligation} has the entries {sorted(ours)}")
        sums = dict.fromkeys(MOVEMENTS, 0)
        for _, entry in sorted(ours.items()):
            sums[entry["movement"]] += cents(entry["amount"])
            need(sums["awarded"] >= sums["paid"] + sums["withdrawn"], "I7", f"{entry['number']}: paid before owed")
        books[obligation] = Books(*(sums[name] for name in MOVEMENTS))
    return books


def check_told(stories: Mapping[str, ClaimStory], claims: list[R], instructions: list[R]) -> None:
    """I7 in the topics: each claim paid what it must and asked what it must, and finance was told each thing once.

    Other processors may write instructions, too; their numbers are never ours.
    """
    numbers = [_data(one)["instruction_number"] for one in instructions]
    need(len(numbers) == len(set(numbers)), "I7", "an instruction number was used twice")
    ours = [one for one in instructions if head(one, "tousu-origin").startswith("claims/")]
    told, paid, asked = _by_case(ours), defaultdict(list), defaultdict(list)
    for one in claims:
        if head(one, "ce_type") == "tousu.claim.paid.v1":
            paid[head(one, "ce_subject")].append((_data(one)["obligation"], cents(_data(one)["amount"])))
        elif head(one, "ce_type") == "tousu.claim.payment_questioned.v1":
            asked[head(one, "ce_subject")].append(_data(one)["reason"])
    need(told.keys() <= stories.keys(), "I7", f"finance was told of {sorted(told.keys() - stories.keys())[:3]}")
    for number, story in stories.items():
        owed = story.owed()
        said = [(one["what"], one["of"], cents(one.get("amount", "0"))) for one in told[number]]
        need(said == owed.told, "I7", f"{number} ({story.fate}): finance was told {said}, ought to be {owed.told}")
        sums = {name: sum(amount for each, amount in paid[number] if each == name) for name in owed.books}
        ought = {name: one.paid for name, one in owed.books.items()}
        need(sums == ought, "I7", f"{number} ({story.fate}): {paid[number]} was paid, ought to be {ought}")
        need(asked[number] == owed.questions, "I7", f"{number} ({story.fate}): questions {asked[number]}")


def check_end(stories: Mapping[str, ClaimStory], now: Snapshot) -> None:
    """I7 at the end: the books are those of the stories, and every confirmation that fitted nothing is kept."""
    ought = {name: books for story in stories.values() for name, books in story.owed().books.items()}
    books = check_snapshot(now)
    differing = [name for name in {*books, *ought} if books.get(name) != ought.get(name)]
    need(not differing, "I7", f"{[(name, books.get(name), ought.get(name)) for name in differing[:3]]}")
    kept = sum(len(story.owed().questions) for story in stories.values())
    need(len(now.questions) == kept, "I7", f"{len(now.questions)} questions are kept of {kept}")


def _by_case(records: list[R]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in records:
        found[head(one, "ce_subject")].append(_data(one))
    return found


def _data(record: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(record.value or b"{}")
    return data


class Watch:
    """Reads the claims database again and again while processors work and die; the first fault is kept."""

    def __init__(self, url: str, pause_s: float) -> None:
        self.taken = 0
        self.with_money = 0
        self.fault: BaseException | None = None
        self._url, self._pause_s = url, pause_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        engine = sa.create_engine(self._url, pool_pre_ping=True)
        before: Snapshot | None = None
        while not self._over.wait(self._pause_s) and self.fault is None:
            try:
                with engine.connect() as connection:
                    begin = "BEGIN" if engine.dialect.name == "sqlite" else REPEATABLE
                    connection.exec_driver_sql(begin)
                    now = read_snapshot(connection)
            except sa.exc.DBAPIError:
                continue  # the database is not made yet, or away: that is the fault of the day
            try:
                check_snapshot(now, before)
            except BaseException as error:  # noqa: BLE001 - told to the test when the run is over
                self.fault = error
            before = now
            self.taken += 1
            self.with_money += bool(now.entries)
        engine.dispose()


@contextmanager
def watching(url: str, pause_s: float = 0.2) -> Iterator[Watch]:
    """Every committed state of claims that can be seen meanwhile balances."""
    watch = Watch(url, pause_s)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()
    if watch.fault is not None:
        raise watch.fault
    assert watch.with_money, f"{watch.taken} snapshots were taken, none with money in it"
