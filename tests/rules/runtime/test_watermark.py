"""Numbers without gaps, and time that waits for the slowest."""

import pytest

from tousu.failure import Stop
from tousu.runtime.checkpoint import NEVER_US, Seen
from tousu.runtime.processor import Input
from tousu.runtime.watermark import ArrivalOrder, expected_origins, is_expected, observe, shard_time_us, slowest_origin


def test_the_next_number_is_applied_and_remembered() -> None:
    watermarks: dict[str, Seen] = {}
    assert observe(watermarks, "log", "intake/0", 1, 10) is ArrivalOrder.NEXT
    assert observe(watermarks, "log", "intake/0", 2, 11) is ArrivalOrder.NEXT
    assert watermarks == {"log|intake/0": Seen(2, 11)}


def test_a_number_not_above_the_last_is_a_duplicate_and_changes_nothing() -> None:
    watermarks = {"log|intake/0": Seen(7, 100)}
    for seq in (7, 3):
        assert observe(watermarks, "log", "intake/0", seq, 500) is ArrivalOrder.DUPLICATE
    assert watermarks == {"log|intake/0": Seen(7, 100)}


def test_a_number_further_above_means_that_a_record_is_missing() -> None:
    with pytest.raises(Stop) as stop:
        observe({"log|intake/0": Seen(7, 100)}, "log", "intake/0", 9, 500)
    assert stop.value.reason == "missing_record"


def test_the_first_number_of_an_unknown_origin_must_be_one() -> None:
    with pytest.raises(Stop) as stop:
        observe({}, "log", "intake/0", 2, 500)
    assert stop.value.reason == "missing_record"


def test_an_origin_that_an_operator_forgave_may_jump_once() -> None:
    watermarks = {"log|intake/0": Seen(7, 100), "log|intake/1": Seen(1, 100)}
    forgiven = ["log|intake/0", "log|intake/1"]
    assert observe(watermarks, "log", "intake/0", 7, 500, forgiven) is ArrivalOrder.DUPLICATE
    assert observe(watermarks, "log", "intake/0", 12, 500, forgiven) is ArrivalOrder.NEXT
    assert (watermarks["log|intake/0"], forgiven) == (Seen(12, 500), ["log|intake/1"])
    with pytest.raises(Stop) as stop:
        observe(watermarks, "log", "intake/0", 14, 500, forgiven)
    assert stop.value.reason == "missing_record"


def test_what_follows_in_order_uses_a_forgiven_jump_up() -> None:
    forgiven = ["log|intake/0"]
    observe({"log|intake/0": Seen(7, 100)}, "log", "intake/0", 8, 500, forgiven)
    assert forgiven == []


def test_an_origin_that_takes_its_time_back_stops_the_shard() -> None:
    with pytest.raises(Stop) as stop:
        observe({"log|intake/0": Seen(7, 100)}, "log", "intake/0", 8, 99)
    assert stop.value.reason == "time_went_back"


def test_one_shard_is_expected_of_a_writer_that_keeps_its_shard_and_all_of_one_that_spreads() -> None:
    inputs = (Input("cases", writer="router"), Input("people", writer="claims", spread=True), Input("outside"))
    assert expected_origins(inputs, 1, 3) == ("cases|router/1", "people|claims/0", "people|claims/1", "people|claims/2")


def test_time_is_that_of_the_slowest_origin_and_unknown_while_one_is_silent() -> None:
    expected = ("a|x/0", "b|y/0")
    assert shard_time_us({"a|x/0": Seen(1, 50)}, expected) == NEVER_US
    watermarks = {"a|x/0": Seen(1, 50), "b|y/0": Seen(9, 40)}
    assert shard_time_us(watermarks, expected) == 40
    assert slowest_origin(watermarks, expected) == ("b|y/0", 40)


def test_a_later_generation_speaks_for_its_origin() -> None:
    watermarks = {"a|x/1": Seen(1, 50), "a|x/1.2": Seen(4, 70), "a|x/11": Seen(1, 5)}
    assert shard_time_us(watermarks, ("a|x/1",)) == 70


@pytest.mark.parametrize(
    ("origin", "is_taken"),
    [
        ("router/1", True), ("router/1.3", True), ("router/1.12", True), ("evil/0", False), ("router/2", False),
        ("router/11", False), ("router/1.", False), ("router/1.0", False), ("router/1.2.3", False), ("", False),
        ("router/1.x", False), ("router/1.\u0663", False), ("cases|router/1", False), ("Router/1", False),
    ],
)  # fmt: skip
def test_only_expected_origins_and_their_later_generations_are_taken(origin: str, *, is_taken: bool) -> None:
    assert is_expected("cases", origin, expected_origins((Input("cases", writer="router"),), 1, 3)) is is_taken


def mark(number: int) -> str:
    return f"{number:08}"


def test_a_repetition_with_the_same_content_is_dropped_and_one_with_other_content_stops_the_shard() -> None:
    watermarks: dict[str, Seen] = {}
    for seq in range(1, 11):
        observe(watermarks, "log", "intake/0", seq, 10, mark=mark(seq))
    for seq in range(1, 11):
        assert observe(watermarks, "log", "intake/0", seq, 10, mark=mark(seq)) is ArrivalOrder.DUPLICATE
        with pytest.raises(Stop) as stop:
            observe(watermarks, "log", "intake/0", seq, 10, mark=mark(seq + 1))
        assert stop.value.reason == "repeated_with_other_content"


def test_what_is_no_longer_remembered_is_dropped_uncompared() -> None:
    watermarks: dict[str, Seen] = {}
    for seq in range(1, 11):
        observe(watermarks, "log", "intake/0", seq, 10, mark=mark(seq), marks_max=4)
    assert watermarks["log|intake/0"].marks == "".join(map(mark, (7, 8, 9, 10)))
    assert observe(watermarks, "log", "intake/0", 6, 10, mark=mark(0), marks_max=4) is ArrivalOrder.DUPLICATE
    with pytest.raises(Stop):
        observe(watermarks, "log", "intake/0", 7, 10, mark=mark(0), marks_max=4)


def test_behind_a_forgiven_jump_nothing_is_compared_with_what_stood_elsewhere() -> None:
    watermarks: dict[str, Seen] = {}
    for seq in (1, 2, 3):
        observe(watermarks, "log", "intake/0", seq, 10, mark=mark(seq))
    observe(watermarks, "log", "intake/0", 9, 10, ["log|intake/0"], mark(9))
    observe(watermarks, "log", "intake/0", 10, 10, mark=mark(10))
    for seq in (3, 9, 10):
        assert observe(watermarks, "log", "intake/0", seq, 10, mark=mark(seq)) is ArrivalOrder.DUPLICATE
