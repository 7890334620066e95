"""What is reported of payments of penalties goes on to the owner of the party, and leaves claims as they are."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.claims.rules import ClaimsRules
from tests.packs_read import load_pack
from tests.rules.casework import NUMBER, START, event, handling
from tests.rules.penalties.charges import of_organisation
from tousu.event import Event
from tousu.policy.policies import Policies
from tousu.runtime.outgoing import check_output

E1, OUTLET = {"kind": "person", "id": "E10023"}, {"kind": "outlet", "id": "HZ-017"}
CONFIRMED = {"penalty_number": f"{NUMBER}/person/E10023", "payment_id": "P-1", "amount": "100.00"}
SETTLED = {"payment_id": "P-1", "how": "returned"}
OF_A_HEAD = {"department": "workshop", "penalty_number": "2026-03/department/workshop", "payment_id": "P-1",
             "amount": "50.00"}  # fmt: skip


def of_operations(what: str, **said: Any) -> Event:
    return event(f"operations.{what}", said, None, START)


@pytest.fixture(params=["auto-service", "courier-network"])
def rules(request: pytest.FixtureRequest) -> ClaimsRules:
    return ClaimsRules(Policies.of(load_pack(request.param)))


@pytest.mark.parametrize(
    ("one", "subject", "key"),
    [
        (handling("deduction_confirmed", **CONFIRMED, party=E1), NUMBER, "person/E10023"),
        (handling("deduction_confirmed", **CONFIRMED, party=OUTLET), NUMBER, "outlet/HZ-017"),
        (handling("payment_question_settled", **SETTLED, party=E1), NUMBER, "person/E10023"),
        (of_operations("deduction_confirmed", **OF_A_HEAD), "department/workshop", "department/workshop"),
        (
            of_operations("correction_done", department="workshop", suspended="E10023", month="2026-03",
                          measure="training"),
            "person/E10023", "person/E10023",
        ),
        (
            of_operations("payment_question_settled", department="workshop", **SETTLED),
            "department/workshop", "department/workshop",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("organisation", ["", "north"])
def test_it_goes_on_as_it_came_to_the_owner_of_the_party(
    rules: ClaimsRules, one: Event, subject: str, key: str, organisation: str
) -> None:
    one = of_organisation(one, organisation)
    assert rules.state_keys(one) == []
    decision = rules.apply({}, one, START)
    (output,) = decision.outputs
    assert (output.topic, output.type, output.subject) == ("complaints.charges", one.type, subject)
    assert output.key == (f"north|{key}" if organisation else key)
    assert (output.time, output.data, decision.states) == (one.time, one.data, {})
    assert check_output(output, len(orjson.dumps(output.data))) == ""


def test_a_question_about_a_claim_stays_with_the_claim(rules: ClaimsRules) -> None:
    one = handling("payment_question_settled", **SETTLED)
    assert {state_key.kind for state_key in rules.state_keys(one)} >= {"case"}
    assert rules.apply({}, one, START).outputs == ()
