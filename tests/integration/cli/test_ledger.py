"""`tousu ledger` on real databases: what is wrong is said first, then balance, entries, accounts and questions."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
from msgspec.structs import replace

from services.penalties.paying import question_key
from services.penalties.states import ChargedParty, PenaltyPaymentQuestion
from services.penalties.store import KINDS as PENALTIES
from tests.integration.feeds import START
from tests.integration.settled import AGREED, PAID, UNDECIDED, WITHDRAWN, settled
from tests.printed import document_of
from tousu.cli import main
from tousu.decision import StateKey
from tousu.ledger.obligation import Obligation, award, withdraw
from tousu.runtime.ledger import LEDGER
from tousu.runtime.store import Change, Store

NO_PENALTIES = "tousu: penalties has no database here, so nothing of it is counted\n"


class Done(NamedTuple):
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str) -> Done:
    """`tousu ledger` with these words, in this process: starting another one takes longer than all that it does."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    before, code = (sys.argv, signal.getsignal(signal.SIGTERM)), 0
    sys.argv = ["tousu", "ledger", *arguments]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = before[0]
        signal.signal(signal.SIGTERM, before[1])
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Done(code, *said)


def document(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = document_of(done)
    return found


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment of the tests says is not meant for the command."""
    for name in [name for name in os.environ if name.startswith("TOUSU_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def settled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once; every test works on a copy."""
    file = tmp_path_factory.mktemp("settled") / "claims.sqlite"
    settled(f"sqlite:///{file}").store.close()
    return file


@pytest.fixture
def data(settled_file: Path, tmp_path: Path) -> Path:
    with closing(sqlite3.connect(settled_file)) as made, closing(sqlite3.connect(tmp_path / "claims.sqlite")) as copy:
        made.backup(copy)
    return tmp_path


def tampered(data: Path, statement: str) -> str:
    with closing(sqlite3.connect(data / "claims.sqlite")) as database:
        assert database.execute(statement).rowcount == 1
        database.commit()
    return str(data)


@pytest.mark.parametrize("command", ["balance", "accounts", "questions", "entries"])
def test_without_a_database_it_says_so(tmp_path: Path, command: str) -> None:
    done = run(command, *(["TS-1"] if command == "entries" else []), "--data", str(tmp_path))
    assert (done.returncode, done.stdout) == (4, "")
    assert "claims.sqlite is not there: has claims ever run with this data folder?" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", ["TS-nope", f"{PAID}/9", f"{PAID}/1/compensatio", f"{PAID[:-1]}", "%", "", "'; --"])
def test_a_number_that_there_is_not_is_4(data: Path, number: str) -> None:
    done = run("entries", number, "--data", str(data))
    assert (done.returncode, done.stdout) == (4, "")
    assert f"there is no entry of {number}; give the number of a claim" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("balance", "--currency", "yuan"), "'yuan' is no currency; write its code, such as CNY"),
        (("questions", "--currency", "1"), "'1' is no currency"),
        (("balance", "--kind", "fine"), "'fine'"),
        (("entries",), "Missing argument"),
        (("--json", "balance"), "write the options behind the command: tousu ledger balance"),
        (("blance",), "No such command"),
    ],
)
def test_wrong_usage_is_2(data: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments) if arguments[0] == "--json" else run(*arguments, "--data", str(data))
    assert (done.returncode, done.stdout) == (2, "")
    assert words in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            f"DELETE FROM claims_entry WHERE key = '{PAID}/1/compensation/2'",
            f"{PAID}/1/compensation: {PAID}/1/compensation/3: 1000.00 paid and 0 withdrawn are more than 812.00",
        ),
        (
            f"DELETE FROM claims_entry WHERE key = '{PAID}/1/compensation/1'",
            "after entry 0 comes",
        ),
        (f"UPDATE claims_entry SET doc = '{{' WHERE key = '{PAID}/1/bill/1'", f"{PAID}/1/bill/1: cannot be read"),
        (f"UPDATE claims_entry SET amount = '1' WHERE key = '{PAID}/1/bill/1'", "column amount and document"),
        (
            f"UPDATE claims_entry SET doc = replace(doc, '812.00', '-812.00') WHERE key = '{PAID}/1/bill/1'",
            "-812.00 is no amount of money",
        ),
    ],
)  # fmt: skip
def test_a_row_that_was_tampered_with_is_found(data: Path, statement: str, words: str) -> None:
    folder = tampered(data, statement)
    done = run("--data", folder)
    assert done.returncode == 1
    assert "THE LEDGER DOES NOT BALANCE" in done.stdout and words in done.stdout
    found = run("entries", PAID, "--data", folder, "--json")
    assert found.returncode == 1
    assert document_of(found)["balances"] is False
    assert run("entries", WITHDRAWN, "--data", folder).returncode == 0


def test_the_balance_is_the_same_with_and_without_its_name(data: Path) -> None:
    first, second = run("--data", str(data)), run("balance", "--data", str(data))
    assert first.stdout == second.stdout
    assert first.stderr == NO_PENALTIES
    assert "the ledger balances: 7 entries of 4 obligations; in each currency debits equal credits" in first.stdout


def test_without_a_command_open_questions_are_something_found(data: Path) -> None:
    """It balances, and still somebody must look: exit code 1 until the question is settled (issue 12, number 12)."""
    done = run("--data", str(data))
    assert done.returncode == 1
    assert "payments in question: 1 (`tousu ledger questions`)" in done.stdout
    assert run("--data", str(data), "--json").returncode == 1
    settled = tampered(data, "UPDATE claims_question SET doc = json_set(doc, '$.settled', 'returned')")
    assert run("--data", settled).returncode == 0


def test_the_balance_adds_up(data: Path) -> None:
    found = document("balance", "--data", str(data))
    assert (found["balances"], found["entries"], found["obligations"], found["faults"]) == (True, 7, 4, [])
    assert sum(Decimal(each["debit"]) for each in found["accounts"]) == Decimal("5248.00")
    assert sum(Decimal(each["balance"]) for each in found["accounts"]) == 0
    sums = {each["kind"]: [each[name] for name in ("awarded", "paid", "outstanding", "withdrawn")]
            for each in found["sums"]}  # fmt: skip
    assert sums == {
        "bill": ["812.00", "0.00", "812.00", "0.00"],
        "compensation": ["2624.00", "1000.00", "812.00", "812.00"],
        "": ["3436.00", "1000.00", "1624.00", "812.00"],
    }


def a_share(claim: str, booked: str, **more: Any) -> dict[str, Any]:
    share = {"case_number": claim.rpartition("/")[0], "claim_number": claim, "amount": booked, "fee": "12.00"}
    return share | {"booked": booked} | more


@pytest.mark.parametrize(("second", "is_above"), [("0.01", True), ("0", False)])
def test_a_parcel_claimed_in_two_shards_has_no_more_than_its_worth(data: Path, second: str, is_above: bool) -> None:
    """A complaint about several pieces lies in the shard of its first one: of the others nobody compares beforehand.

    The second shard was made out of the first one, and has a copy of what the first had of the parcel then.
    """
    worth = {"worth": {"real_value": ["2026-03-02T02:00:00Z", "800.00"]}}
    with closing(sqlite3.connect(data / "claims.sqlite")) as database:
        first, copy = a_share("TS-1/2", "812.00", **worth), a_share("TS-1/2", "400.00", **worth)
        for shard, shares in enumerate(([first], [copy, a_share("TS-9/1", second)])):
            doc = orjson.dumps({"shares": shares, "changed_at": "2026-03-02T02:00:00Z"}).decode()
            statement = "INSERT INTO claims_parcel (shard, key, version, doc) VALUES (?, 'SF1000000001', 1, ?)"
            database.execute(statement, (shard, doc))
        database.execute("DELETE FROM claims_question")
        database.commit()
    done = run("--data", str(data))
    words = "MORE THAN ITS WORTH: parcel SF1000000001 has 812.01, is worth 800.00: cases TS-1, TS-9"
    assert (done.returncode == 1, words in done.stdout) == (is_above, is_above)
    assert bool(document_of(run("balance", "--data", str(data), "--json"))["parcels"]) == is_above


def test_kind_and_currency_narrow_what_is_shown(data: Path) -> None:
    found = document("balance", "--kind", "bill", "--data", str(data))
    assert (found["entries"], [each["kind"] for each in found["sums"]]) == (1, ["bill", ""])
    assert document("balance", "--currency", "usd", "--data", str(data))["entries"] == 0
    assert [row["kind"] for row in document("entries", PAID, "--kind", "bill", "--data", str(data))["entries"]] == [
        "bill"
    ]


@pytest.mark.parametrize("number", [f"{PAID}/1/compensation", f"{PAID}/1", PAID])
def test_entries_come_in_order_with_what_is_outstanding(data: Path, number: str) -> None:
    found = document("entries", number, "--data", str(data))
    rows = [row for row in found["entries"] if row["kind"] == "compensation"]
    assert [(row["movement"], row["amount"], row["outstanding"], row["at"]) for row in rows] == [
        ("awarded", "812.00", "812.00", "2026-03-02T07:00:00Z"),
        ("awarded", "188.00", "1000.00", "2026-03-02T08:00:00Z"),
        ("paid", "1000.00", "0.00", "2026-03-02T10:00:00Z"),
    ]
    assert rows[-1]["reference"] == "P-1"
    shown = run("entries", number, "--data", str(data)).stdout
    assert "payment P-1" in shown and "2026-03-02 18:00" in shown


def test_a_claim_for_which_nothing_is_owed_yet_is_no_wrong_number(data: Path) -> None:
    done = run("entries", f"{UNDECIDED}/1", "--data", str(data))
    assert (done.returncode, done.stdout) == (0, f"nothing was ever owed for {UNDECIDED}/1\n")
    assert document("entries", UNDECIDED, "--data", str(data))["entries"] == []


def test_accounts_say_what_stands_there(data: Path) -> None:
    rows = [orjson.loads(line) for line in run("accounts", "--data", str(data), "--json").stdout.splitlines()]
    by_name = {row["account"]: row for row in rows}
    assert by_name["compensation:outstanding"]["balance"] == "-812.00"
    assert by_name["compensation:outstanding"]["postings"] == 6
    assert by_name["bill:awarded"]["meaning"] == (
        "what outlets owe for losses that they answer for: all that was ever awarded"
    )


def test_a_payment_in_question_says_what_to_do(data: Path) -> None:
    done = run("questions", "--data", str(data), "--json")
    assert done.returncode == 1
    (row,) = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert (row["claim_number"], row["payment_id"], row["reason"]) == (f"{WITHDRAWN}/1", "P-2", "not_owed")
    assert (row["amount"], row["expected"]) == ("812.00", "0.00")
    assert row["to_do"] == "nothing may be paid here: ask the money back, or agree the claim first"
    shown = run("questions", "--data", str(data))
    assert (shown.returncode, "Payments in question: 1" in shown.stdout) == (1, True)
    assert run("questions", "--currency", "USD", "--data", str(data)).returncode == 0


def test_a_question_that_was_settled_is_one_no_longer(data: Path) -> None:
    folder = tampered(data, "UPDATE claims_question SET doc = json_set(doc, '$.settled', 'returned')")
    assert run("questions", "--data", folder).returncode == 0


@pytest.mark.parametrize(
    ("reason", "to_do"),
    [
        ("unknown_penalty", "ask who confirmed it which penalty it is for"),
        ("not_owed", "nothing is to be deducted here: give back"),
        ("already_booked", "the same payment was confirmed twice"),
    ],
)
def test_a_deduction_in_question_stands_in_the_same_list(data: Path, reason: str, to_do: str) -> None:
    question = PenaltyPaymentQuestion(
        payment_id="P-7", party=ChargedParty(kind="department", id="workshop"),
        penalty_number="2026-03/department/workshop",
        reason=reason, message="x", amount=Decimal("50.00"), currency="CNY", at=START, event_id="e1",
    )  # fmt: skip
    done_with = replace(question, payment_id="P-8", settled="returned", settled_at=START)
    rows = {question_key(one.party, one.payment_id): one for one in (question, done_with)}
    store = Store(f"sqlite:///{data / 'penalties.sqlite'}", "penalties", PENALTIES)
    store.create()
    opened = store.take(0)
    store.commit([Change(0, opened.epoch, opened.turn, opened.checkpoint, b"", rows, {})])
    store.close()
    done = run("questions", "--data", str(data), "--json")
    assert (done.returncode, done.stderr) == (1, "")
    first, second = (orjson.loads(line) for line in done.stdout.splitlines())
    assert (first["penalty_number"], first["case_number"], first["payment_id"]) == (
        "2026-03/department/workshop", "", "P-7",
    )  # fmt: skip
    assert first["to_do"].startswith(to_do)
    assert second["claim_number"] == f"{WITHDRAWN}/1"
    assert "Payments in question: 2" in run("questions", "--data", str(data)).stdout


@pytest.fixture
def with_penalties(data: Path) -> Iterator[Path]:
    """A penalty of a person of an organisation, half of it withdrawn, as the processor of penalties keeps it."""
    owed = Obligation(
        number="acme|TS-7/person/E1", kind="penalty", debtor="acme|person/E1", creditor="company", currency="CNY",
        case_number="TS-7",
    )  # fmt: skip
    owed, first = award(owed, Decimal(200), START, "e1")
    _, second = withdraw(owed, Decimal(100), START, "e2", "corrected")
    store = Store(f"sqlite:///{data / 'penalties.sqlite'}", "penalties", (LEDGER,))
    store.create()
    opened = store.take(0)
    rows = {StateKey("entry", entry.number): entry for entry in (first, second)}
    store.commit([Change(0, opened.epoch, opened.turn, opened.checkpoint, b"", rows, {})])
    store.close()
    yield data
    shutil.rmtree(data)


def test_penalties_are_in_the_same_ledger(with_penalties: Path) -> None:
    done = run("--data", str(with_penalties))
    assert (done.returncode, done.stderr) == (1, "")  # a payment is in question
    assert "penalty:withdrawn" in done.stdout
    for number in ("TS-7/person/E1", "acme|TS-7/person/E1", "TS-7"):
        found = document("entries", number, "--data", str(with_penalties))
        assert [row["outstanding"] for row in found["entries"]] == ["200.00", "100.00"]


def test_both_ledgers_may_lie_in_one_database(data: Path) -> None:
    url = f"sqlite:///{data / 'claims.sqlite'}"
    done = run("balance", "--database", url)
    assert (done.returncode, done.stderr) == (0, NO_PENALTIES)
    assert document("entries", AGREED, "--database", url)["entries"]
