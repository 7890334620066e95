"""The audit's chain of numbers: what is missing, repeated or changed is seen; and when it judges ledgers."""

from __future__ import annotations

from tousu.runtime import checkpoint as cp
from tousu.runtime.audit import AuditFinding, Chain, held_out_in, proof_of
from tousu.runtime.broker import OutRecord
from tousu.runtime.history import Extent
from tousu.runtime.inspection import ShardStanding
from tousu.runtime.ledger import Ledger
from tousu.runtime.money import Kept, Money


def output(number: int, value: bytes = b"{}") -> OutRecord:
    headers = [("tousu-origin", b"sla/0"), ("tousu-seq", str(number).encode())]
    return OutRecord("complaints.sla", 0, b"k", value, headers)


def added(*records: tuple[int, OutRecord]) -> tuple[Chain, list[str]]:
    chain = Chain(from_start=True)
    return chain, [problem for number, record in records if (problem := chain.add(number, record))]


def test_a_whole_log_has_the_digest_that_its_writer_noted() -> None:
    chain, problems = added(*((number, output(number)) for number in (1, 2, 3)))
    digest = ""
    for number in (1, 2, 3):
        digest = cp.chained(digest, output(number))
    assert (problems, chain.running[3], chain.is_whole) == ([], digest, True)


def test_what_operators_hold_out_is_listed_with_how_far_it_was_read() -> None:
    read_until = 1_767_571_200_000_000  # 2026-01-05T00:00:00Z
    waiting = cp.Checkpoint(
        held_out=["complaints.charges|claims/1"], doubts={"complaints.charges|claims/1": read_until}
    )
    let_in = cp.Checkpoint(doubts={"complaints.charges|claims/1": read_until})
    standings = {("penalties", n): ShardStanding(n, 7, each, ()) for n, each in enumerate((let_in, waiting))}
    assert [tuple(each) for each in held_out_in(standings)] == [("penalties/1", "claims/1", "2026-01-05T00:00:00Z")]


def test_a_suffix_that_was_sent_again_is_no_fault() -> None:
    chain, problems = added(*((number, output(number)) for number in (1, 2, 3, 2, 3, 4)))
    assert (problems, chain.last, chain.repeated) == ([], 4, 2)


def test_a_hole_is_seen() -> None:
    chain, problems = added((1, output(1)), (3, output(3)))
    assert problems == ["after number 1 comes 3: records are missing"]
    assert not chain.is_whole


def test_a_log_that_does_not_begin_with_1_is_not_whole() -> None:
    _, problems = added((2, output(2)))
    assert problems == ["after number 0 comes 2: records are missing"]


def test_a_repetition_with_other_content_is_seen() -> None:
    _, problems = added((1, output(1)), (1, output(1, b'{"changed": true}')))
    assert problems == ["number 1 was repeated with other content"]


def test_where_retention_took_the_beginning_the_rest_must_still_be_gapless() -> None:
    chain = Chain(from_start=False)
    assert [chain.add(number, output(number)) for number in (41, 42, 41)] == ["", "", ""]
    assert chain.add(44, output(44)) == "after number 42 comes 44: records are missing"


def test_a_ledger_is_not_judged_by_a_log_whose_beginning_is_gone() -> None:
    findings: list[AuditFinding] = []
    unchecked: list[str] = []
    extents = {("complaints.claims", 0): Extent(5, 9), ("complaints.sla", 0): Extent(2, 3)}
    assert proof_of(Money(), {}, extents, findings, unchecked).entries == 0
    assert (findings, unchecked) == ([], ["ledgers: complaints.claims no longer hold their first records"])


def test_what_the_proof_finds_is_a_finding_of_i7() -> None:
    broken = Ledger((), (("TS-1/1/bill/1", "cannot be read"),))
    findings: list[AuditFinding] = []
    proof_of(Money(), {"claims": Kept("claims", (), broken)}, {}, findings, [])
    assert findings == [AuditFinding("I7", "TS-1/1/bill/1", "cannot be read")]
