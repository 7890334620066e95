"""Whose time it was: the parts of the departments add up, re-entry adds to the same group, people change nothing."""

from __future__ import annotations

from tests.rules.explain.telling import Teller
from tests.rules.sla.desk import at
from tousu.explain.hops import hops_of

HOUR_US = 3_600_000_000
A, B, C = "storage_and_transport", "quality_management", "customer_service"


def hours(desk: Teller, clock: str = "resolution", generation: int = 1) -> dict[tuple[str, ...], float]:
    """Hours by group; they add up to the elapsed time."""
    found = desk.explained()
    account, shares = next(
        (account, shares)
        for account, shares in zip(found.accounts, found.shares, strict=True)
        if (account.clock, account.generation) == (clock, generation)
    )
    assert sum(share.counted_us for share in shares) == account.elapsed_us
    return {share.departments: share.counted_us / HOUR_US for share in shares}


def test_three_groups_one_after_the_other(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"))
    desk.passed_on([B], at("01-06 06:00"))
    desk.passed_on([C], at("01-06 16:00"))
    desk.handle("customer_answered", at("01-07 12:00"))
    assert hours(desk) == {(A,): 6, (B,): 10, (C,): 20}


def test_whoever_gets_it_again_has_one_sum(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"))
    desk.passed_on([B], at("01-06 06:00"))
    desk.passed_on([A], at("01-06 16:00"))
    desk.handle("customer_answered", at("01-07 12:00"))
    assert hours(desk) == {(A,): 26, (B,): 10}
    (again,) = [share for share in desk.explained().shares[1] if share.departments == (A,)]
    assert again.hops == 2


def test_several_departments_together_are_a_group_of_their_own(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"))
    desk.passed_on([A, B], at("01-06 06:00"))
    desk.passed_on([B], at("01-06 16:00"))
    desk.handle("customer_answered", at("01-07 00:00"))
    assert hours(desk) == {(A,): 6, (A, B): 10, (B,): 8}
    assert [hop.departments for hop in hops_of(desk.story)] == [(A,), (A, B), (B,)]


def test_another_person_in_the_department_changes_nothing(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("judged", at("01-06 06:00"), department=A, employee="E1")
    desk.handle("plan_proposed", at("01-06 08:00"), department=A, employee="E2")
    desk.passed_on([A], at("01-06 09:00"))
    desk.handle("customer_answered", at("01-07 00:00"))
    assert hours(desk) == {(A,): 24}
    assert len(hops_of(desk.story)) == 1


def test_time_that_does_not_count_is_nobodys(desk: Teller) -> None:
    """Friday 10:00 to Monday 12:00: over the weekend it lay with B, which used nothing."""
    desk.routed(at("01-08 10:00"))
    desk.passed_on([B], at("01-10 00:00"))
    desk.handle("customer_answered", at("01-12 12:00"))
    assert hours(desk) == {(A,): 24, (B,): 12}


def test_before_the_routing_it_lay_with_nobody(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), now=at("01-06 02:00"))
    desk.handle("customer_answered", at("01-06 12:00"))
    assert hours(desk) == {(): 2, (A,): 10}


def test_what_a_pause_took_is_nobodys(long_story: Teller) -> None:
    assert hours(long_story) == {(A,): 35.5 + 96.5 + 24, (B,): 72}
