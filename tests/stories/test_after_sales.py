"""What source S asks of an after-sales department, told as a case is lived."""

from __future__ import annotations

from tests.stories.packed import Story, of_type

USE = "产品不会用，说明书看不懂"


def test_taken_up_again_the_one_hour_runs_again() -> None:
    story = Story("after-sales")
    story.complains("03-02 09:00", USE)
    story.reports("customer_answered", "03-02 09:30", settled=True, text="已指导使用")
    story.reports("reopened", "03-04 14:00", reason="仍不会用")
    events = story.run("03-04 16:00")
    replies = [data for data in of_type(events, "clock.started") if data["clock"] == "first_reply"]
    assert [each["due_at"] for each in replies] == ["2026-03-02T02:00:00Z", "2026-03-04T07:00:00Z"]
    breached = [data["clock"] for data in of_type(events, "clock.breached")]
    assert breached == ["first_reply"], "nobody replied within the hour after 14:00"


def test_a_complex_case_goes_to_the_independent_group_and_comes_back_when_it_is_not() -> None:
    story = Story("after-sales")
    story.complains("03-02 09:00", USE)
    story.reports("assessed", "03-02 09:10", complexity="complex")
    story.reports("assessed", "03-02 09:40", complexity="plain")
    moved = of_type(story.run("03-02 10:00"), "case.passed_on")
    assert [each["to_departments"] for each in moved] == [["independent_group"], ["after_sales"]]
