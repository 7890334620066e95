"""The age of the oldest unprocessed record is never less than the truth, and zero where there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tousu.runtime.broker import Ends, Record
from tousu.runtime.consumer_lag import ConsumerLag, PartitionLag

TOPIC = "t.log"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MINE = frozenset({0})


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def record(offset: int, written_at: datetime) -> Record:
    return Record(TOPIC, 0, offset, None, b"", (), int(written_at.timestamp() * 1000))


def ends(asked_at: datetime, end: int) -> Ends:
    return Ends(asked_at, {(TOPIC, 0): end})


def done(consumer_lag: ConsumerLag, offset: int) -> None:
    consumer_lag.applied({(TOPIC, 0): offset}, MINE)


def since(consumer_lag: ConsumerLag) -> tuple[int, datetime | None]:
    """Records behind, and since when the oldest waits."""
    (row,) = consumer_lag.rows()
    return row.behind, None if row.since_s is None else datetime.fromtimestamp(row.since_s, UTC)


def test_nothing_is_said_before_the_end_is_known() -> None:
    consumer_lag = ConsumerLag()
    consumer_lag.delivered([record(0, at(0))])
    assert list(consumer_lag.rows()) == []


def test_one_that_keeps_up_is_not_behind() -> None:
    consumer_lag = ConsumerLag()
    consumer_lag.delivered([record(0, at(0))])
    done(consumer_lag, 1)
    consumer_lag.ends(ends(at(1), 1))
    assert list(consumer_lag.rows()) == [PartitionLag(TOPIC, 0, 0, None)]


def test_a_new_record_on_a_quiet_topic_is_no_older_than_the_last_look() -> None:
    consumer_lag = ConsumerLag()
    consumer_lag.delivered([record(0, at(0))])
    done(consumer_lag, 1)
    consumer_lag.ends(ends(at(180), 1))
    consumer_lag.ends(ends(at(181), 2))
    assert since(consumer_lag) == (1, at(180))


def test_a_dead_reader_on_a_quiet_topic_shows() -> None:
    consumer_lag = ConsumerLag()
    done(consumer_lag, 5)
    consumer_lag.ends(ends(at(0), 5))
    for minute in range(1, 60):
        consumer_lag.ends(ends(at(minute), 6))
    assert since(consumer_lag) == (1, at(0))


def test_what_is_read_and_not_applied_is_as_old_as_it_is() -> None:
    consumer_lag = ConsumerLag()
    consumer_lag.delivered([record(0, at(0)), record(1, at(1))])
    consumer_lag.delivered([record(2, at(10)), record(3, at(11))])
    consumer_lag.ends(ends(at(12), 4))
    assert since(consumer_lag) == (4, at(0))
    done(consumer_lag, 2)
    assert since(consumer_lag) == (2, at(10))
    done(consumer_lag, 3)
    assert since(consumer_lag) == (1, at(10)), "the batch began then; a little older than the truth"


def test_what_is_not_read_is_no_older_than_the_last_that_was() -> None:
    consumer_lag = ConsumerLag()
    consumer_lag.delivered([record(0, at(0)), record(1, at(1))])
    done(consumer_lag, 2)
    consumer_lag.ends(ends(at(12), 1_000))
    assert since(consumer_lag) == (998, at(1))


def test_a_start_in_front_of_a_backlog_does_not_guess() -> None:
    consumer_lag = ConsumerLag()
    done(consumer_lag, 7)
    consumer_lag.ends(ends(at(12), 1_000))
    assert since(consumer_lag) == (993, None)


def test_a_broker_without_time_stamps_leaves_the_look() -> None:
    consumer_lag = ConsumerLag()
    consumer_lag.delivered([Record(TOPIC, 0, 0, None, b"", (), -1)])
    done(consumer_lag, 1)
    consumer_lag.ends(ends(at(3), 1))
    consumer_lag.ends(ends(at(4), 9))
    assert since(consumer_lag) == (8, at(3))


def test_a_shard_that_is_no_longer_ours_is_forgotten() -> None:
    consumer_lag = ConsumerLag()
    done(consumer_lag, 1)
    consumer_lag.ends(ends(at(0), 9))
    consumer_lag.applied({}, frozenset({3}))
    assert list(consumer_lag.rows()) == []
