"""`tousu explain CLAIM` and `tousu case`: what is not there is said first; text, JSON, one limit; databases alone."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.packs_read import load_pack
from tests.printed import document_of
from tests.rules.casework import NUMBER
from tests.rules.claims.filed import agree_claim
from tests.rules.explain.claim_telling import CLAIM, ClaimTeller
from tousu.cli.explain.claim import explain_claim_number
from tousu.demo.onlooker import ARCHIVE
from tousu.failure import Stop

TOUSU = str(Path(sys.executable).with_name("tousu"))
NOBODY = "127.0.0.1:1"
WITHOUT = "TS-20260302-000002"


@pytest.fixture(scope="module")
def teller() -> ClaimTeller:
    """A loss, agreed with, of which a wrong payment and then the right one were confirmed."""
    teller = ClaimTeller(load_pack("courier-network"))
    agree_claim(teller, "loss", force_majeure=True)
    teller.report("payment_confirmed", 6, payment_id="P-1", amount="1.00")
    teller.report("payment_confirmed", 7, payment_id="P-2", amount="812.00")
    return teller


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, teller: ClaimTeller) -> Path:
    """What an ended demo keeps of it, and of a case without claims."""
    kept = tmp_path_factory.mktemp("kept")
    first = teller.lines[0]
    other = first | {"key": WITHOUT}
    other["event"] = first["event"] | {"data": first["event"]["data"] | {"case_number": WITHOUT}}
    (kept / ARCHIVE).write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in [*teller.lines, other]))
    return kept


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory, teller: ClaimTeller) -> Path:
    """The rows that the processors keep of it, without any topic."""
    kept = tmp_path_factory.mktemp("rows")
    with sqlite3.connect(kept / "claims.sqlite") as claims:
        for kind, columns in (("case", ()), ("claim", ()), ("entry", ("case_number",)), ("question", ("claim",))):
            claims.execute(f"CREATE TABLE claims_{kind} ({', '.join(('key', 'doc', *columns))})")
            for state_key, doc in teller.rows.items():
                if state_key.kind == kind:
                    values = [teller.promoted(kind, state_key.key)[name] for name in columns]
                    marks = ", ".join("?" * (2 + len(values)))
                    claims.execute(f"INSERT INTO claims_{kind} VALUES ({marks})", (state_key.key, doc, *values))
    with sqlite3.connect(kept / "router.sqlite") as router:
        router.execute("CREATE TABLE router_case (key, doc)")
        told = orjson.dumps({"told": teller.lines[0]["event"]["data"]}).decode()
        router.execute("INSERT INTO router_case VALUES (?, ?)", (NUMBER, told))
    with sqlite3.connect(kept / "sla.sqlite") as sla:
        sla.execute("CREATE TABLE sla_case (key, doc)")
    return kept


def run(*arguments: str, command: str = "explain", **settings: str) -> subprocess.CompletedProcess[bytes]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")} | settings
    return subprocess.run([TOUSU, command, *arguments], capture_output=True, env=environ, timeout=60)


def document(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = document_of(done)
    return found


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (f"{NUMBER}/2", f"case {NUMBER} has no claim {NUMBER}/2; it has: {CLAIM} (loss)"),
        (f"{NUMBER}/x", "(a claim's number is that of its case, a slash, and 1, 2, 3 ...); it has:"),
        (f"{NUMBER}/", "(a claim's number is that of its case, a slash, and 1, 2, 3 ...); it has:"),
        (f"{NUMBER}/01", f"has no claim {NUMBER}/01; it has: {CLAIM} (loss)"),
        (f"{NUMBER}/1/1", "(a claim's number is that of its case, a slash, and 1, 2, 3 ...); it has:"),
        (f"{WITHOUT}/1", f"it has none; `tousu explain {WITHOUT}` says why"),
        ("20990101-00-0001-22/1", "there is no case 20990101-00-0001-22"),
        ("/", "there is no case ;"),
    ],
)
def test_a_claim_that_is_not_there_and_what_there_is(folder: Path, number: str, said: str) -> None:
    with pytest.raises(Stop) as refused:
        explain_claim_number(number, "", None, "", folder, "", "", None, as_json=False)
    assert said in refused.value.message


def test_the_exit_code_of_it_is_4(folder: Path) -> None:
    done = run(f"{NUMBER}/2", "--data", str(folder))
    assert (done.returncode, done.stdout) == (4, b"")
    assert done.stderr.startswith(b"tousu: ") and b"Traceback" not in done.stderr


def test_a_limit_that_the_claim_does_not_have_is_4_and_what_it_has(folder: Path) -> None:
    done = run(CLAIM, "--data", str(folder), "--clock", "offer_international")
    assert done.returncode == 4
    assert f"claim {CLAIM} has no limit offer_international; it has: outlet_contact_damage_loss" in done.stderr.decode()


def test_a_picture_of_a_claim_is_2_and_names_the_case(folder: Path, tmp_path: Path) -> None:
    done = run(CLAIM, "--data", str(folder), "--picture", str(tmp_path / "claim.svg"))
    assert done.returncode == 2
    assert b"a picture shows a case" in done.stderr


def test_a_pack_that_is_not_there_is_4(folder: Path) -> None:
    done = run(CLAIM, "--data", str(folder), "--pack", "nowhere")
    assert done.returncode == 4
    assert b"there is no pack nowhere" in done.stderr


def test_without_story_and_databases_the_databases_are_asked_for(tmp_path: Path) -> None:
    done = run(CLAIM, "--data", str(tmp_path), "--broker", NOBODY)
    assert done.returncode == 4
    assert b"claims.sqlite is not there" in done.stderr


def test_text(folder: Path) -> None:
    done = run(CLAIM, "--data", str(folder))
    assert done.returncode == 0, done.stderr
    said = done.stdout.decode()
    for words in (
        f"Claim {CLAIM}: loss of piece TS77001", "closed: paid", "Why 812.00 CNY",
        "1000, at most 800 (real value): 800", "this limit binds", "goes back: 12 (service fee)",
        "not refunded: extras fee", "force majeure was claimed",
        "不可抗力证明", "理赔答复: 24 hours (C 5)", "What can be done next", "P-2", "other amount",
        "pay claimant sender", "C 7",
    ):  # fmt: skip
        assert words in said, words
    assert "\x1b" not in said, "no colours where there is no terminal"


@pytest.mark.parametrize("columns", ["80", "200"])
def test_text_fits_where_it_is_shown(folder: Path, columns: str) -> None:
    done = run(CLAIM, "--data", str(folder), COLUMNS=columns)
    assert done.returncode == 0
    assert max(map(len, done.stdout.decode().splitlines())) <= 140


def test_json_has_the_numbers_of_the_events(folder: Path, teller: ClaimTeller) -> None:
    said = document(CLAIM, "--data", str(folder))
    events = {one["event"]["type"]: one["event"]["data"] for one in teller.lines}
    assert said["source"] == "story"
    assert said["amount"]["amount"] == events["tousu.claim.offered.v1"]["amount"]
    (owed,) = said["owed"]
    assert (owed["awarded"], owed["paid"], owed["outstanding"]) == ("812.00", "812.00", "0.00")
    assert sum(Decimal(each["amount"]) for each in owed["entries"] if each["movement"] == "paid") == Decimal(812)
    assert said["instructions"][0]["due_at"] == events["tousu.claim.agreed.v1"]["pay_by"]
    for limit in said["limits"]:
        assert sum(each["counted_s"] for each in limit["intervals"]) == limit["elapsed_s"]
        assert limit["claim_number"] == CLAIM


def test_one_limit_alone(folder: Path) -> None:
    said = document(CLAIM, "--data", str(folder), "--clock", "payment")
    assert [each["name"] for each in said["limits"]] == ["payment"]
    done = run(CLAIM, "--data", str(folder), "--clock", "payment")
    assert f"payment 赔付 of claim {CLAIM}: met" in done.stdout.decode()


def test_the_case_tells_its_limits_by_claim(folder: Path) -> None:
    done = run(NUMBER, "--data", str(folder))
    assert done.returncode == 0, done.stderr
    said = done.stdout.decode()
    assert f"Limits of claim {CLAIM}" in said
    assert "payment of claim 1" in said
    assert "limits of claims do not run yet" not in said


def test_the_databases_alone_explain_the_same_amount(databases: Path, folder: Path) -> None:
    told, kept = document(CLAIM, "--data", str(folder)), document(CLAIM, "--data", str(databases), "--broker", NOBODY)
    assert kept["source"] == "databases"
    for name in ("amount", "outcome", "rule", "steps", "lacking"):
        assert kept["amount"][name] == told["amount"][name]
    assert [each["entries"] for each in kept["owed"]] == [each["entries"] for each in told["owed"]]
    assert kept["stands"]["words"] == told["stands"]["words"]
    assert kept["missing"]["held"] == told["missing"]["held"]
    assert [each["payment_id"] for each in kept["questions"]] == ["P-1"]
    dues = {each["name"]: each["due_at"] for each in told["limits"]}
    assert {each["name"]: each["due_at"] for each in kept["limits"]} == dues
    assert run(CLAIM, "--data", str(databases), "--broker", NOBODY).returncode == 0


@pytest.mark.parametrize("number", [f"{NUMBER}/7", "20990101-00-0001-22/1"])
def test_the_databases_alone_say_what_is_not_there(databases: Path, number: str) -> None:
    with pytest.raises(Stop) as refused:
        explain_claim_number(number, "", None, "", databases, NOBODY, "", None, as_json=False)
    assert refused.value.message.startswith("there is no case") or f"it has: {CLAIM} (loss)" in refused.value.message


def test_case_shows_stage_offer_what_is_owed_and_the_next_limit(databases: Path) -> None:
    done = run(NUMBER, "--data", str(databases), "--broker", NOBODY, "--json", command="case")
    assert done.returncode == 0, done.stderr
    (claim,) = document_of(done)["claims"]
    assert (claim["stage"], claim["state"], claim["reason"]) == ("paid", "closed", "paid")
    assert claim["offer"] == {"amount": "812.00", "currency": "CNY", "kind": "cash"}
    assert [each["outstanding"] for each in claim["owed"]] == ["0.00"]
    assert claim["next_limit"] is None
    assert b"812.00 CNY" in run(NUMBER, "--data", str(databases), "--broker", NOBODY, command="case").stdout
