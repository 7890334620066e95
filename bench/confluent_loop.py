"""The limit: a bare confluent-kafka loop that reads complaints, parses them with orjson and writes them on.

    python -m bench.confluent_loop --broker HOST:PORT --topic IN --out OUT --events N

prints {"events", "wall_s", "cpu_s"}. No group, no database, no rules, no order across partitions, nothing remembered:
whatever a processor does more than this is what it is for.
"""

from __future__ import annotations

import argparse
import resource
import time

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

BATCH = 500
IDLE_S = 30.0


def run(broker: str, topic: str, out: str, events: int) -> dict[str, float]:
    """Read, parse and write `events` records. Raises RuntimeError when fewer come."""
    consumer = Consumer(
        {"bootstrap.servers": broker, "group.id": "bench.loop", "enable.auto.commit": False, "fetch.wait.max.ms": 50}
    )
    producer = Producer({"bootstrap.servers": broker, "enable.idempotence": True, "linger.ms": 2})
    partitions = consumer.list_topics(topic, timeout=IDLE_S).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
    done = 0
    heard_s = started_s = time.perf_counter()
    cpu_before_s = _cpu_s()
    while done < events:
        messages = consumer.consume(min(BATCH, events - done), 0.1)
        for message in messages:
            if message.error() is not None:
                raise RuntimeError(str(message.error()))
            value = orjson.dumps(orjson.loads(message.value() or b"{}"))
            while True:
                try:
                    producer.produce(out, value, message.key(), message.partition() or 0, headers=message.headers())
                    break
                except BufferError:
                    producer.poll(0.1)
        producer.poll(0)
        done += len(messages)
        now_s = time.perf_counter()
        heard_s = now_s if messages else heard_s
        if now_s - heard_s > IDLE_S:
            raise RuntimeError(f"{topic} has {done} records, not {events}")
    if producer.flush(IDLE_S):
        raise RuntimeError("not everything could be written")
    wall_s, used_s = time.perf_counter() - started_s, _cpu_s() - cpu_before_s
    consumer.close()
    return {"events": done, "wall_s": wall_s, "cpu_s": used_s}


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description="A bare confluent-kafka loop.")
    parser.add_argument("--broker", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--events", required=True, type=int)
    options = parser.parse_args()
    print(orjson.dumps(run(options.broker, options.topic, options.out, options.events)).decode())


if __name__ == "__main__":
    main()
