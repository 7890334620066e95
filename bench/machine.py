"""On what it was measured: figures without their machine say nothing."""

from __future__ import annotations

import importlib.metadata
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import confluent_kafka
import psutil
import psycopg

from bench.ground import Ground
from tousu.local.jars import jar_paths


def describe(ground: Ground) -> dict[str, str]:
    """The machine, the versions and the day."""
    with psycopg.connect(ground.postgres.url()) as connection:
        postgres = connection.execute("SHOW server_version").fetchone()
    gigabytes = psutil.virtual_memory().total / 2**30
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{_processor()}, {psutil.cpu_count()} cores, shared by everything that was measured",
        "memory": f"{gigabytes:.0f} GB",
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "kafka": f"{_kafka()}, one broker with a heap of {ground.kafka.heap_megabytes} MB, on loopback",
        "postgresql": f"{postgres[0] if postgres else '?'}, fsync and synchronous_commit on",
        "sqlite": f"{sqlite3.sqlite_version}, WAL with synchronous=FULL",
        "librdkafka": f"{confluent_kafka.libversion()[0]}, confluent-kafka {confluent_kafka.version()}",
        "faust-streaming": importlib.metadata.version("faust-streaming"),
        "load by others at the start": f"{psutil.getloadavg()[0]:.1f} (should be near 0)",
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _kafka() -> str:
    names = [path.name for path in jar_paths() if path.name.startswith("kafka-clients-")]
    return f"Apache Kafka {names[0].removeprefix('kafka-clients-').removesuffix('.jar')}" if names else "Apache Kafka"
