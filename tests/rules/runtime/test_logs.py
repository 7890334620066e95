"""What a library repeats by the hundred is said once."""

import logging

from tousu.runtime.logs import SAME_AGAIN_S, Once


def line(text: str, created: float) -> logging.LogRecord:
    record = logging.LogRecord("tousu.librdkafka", logging.ERROR, "", 0, text, None, None)
    record.created = created
    return record


def test_the_same_line_of_another_connection_is_no_news_for_a_while() -> None:
    once = Once()
    refused = "FAIL [rdkafka#{}] 127.0.0.1:9092/bootstrap: Connection refused (after {}ms in state CONNECT)"
    assert once.filter(line(refused.format("producer-3", 0), 100.0))
    assert not once.filter(line(refused.format("consumer-2", 7), 100.1))
    assert once.filter(line(refused.format("consumer-2", 7), 100.1 + SAME_AGAIN_S))


def test_another_line_is_news() -> None:
    once = Once()
    assert once.filter(line("FAIL [rdkafka#producer-3] a:1/2: Connection refused", 100.0))
    assert once.filter(line("FAIL [rdkafka#producer-3] a:1/2: Disconnected", 100.0))
