"""The broker built into librdkafka, in a process of its own: real TCP, in memory, nothing to install.

It is good for a first look and for quick tests of the wiring, and proves nothing about durability: topics are made on
first use with 4 partitions, record timestamps are not kept, a partition holds 5 MB, and there is no CreateTopics.

`python -m tousu.local.embedded --port-file FILE` writes the address into FILE and serves until it is stopped.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import Producer

from tousu.local.process import ServerFailed, ServerProcess

PARTITIONS = 4
START_S = 20.0
STOP_S = 5.0
ASK_S = 5.0


class EmbeddedBroker:
    """The embedded broker as a server of its own; what it held is gone when it stops.

    `data_dir` takes its log and the file with its address. Raises ServerFailed if it does not start.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self._port_file = self.data_dir / "embedded.address"
        self._process = ServerProcess("the embedded broker", self.data_dir / "embedded.log")

    @property
    def address(self) -> str:
        """What clients give as `bootstrap.servers`; known once it has started."""
        if not self._port_file.exists():
            raise ServerFailed("the embedded broker does not run, so it has no address.")
        return self._port_file.read_text().strip()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.alive

    def start(self) -> None:
        if self.alive:
            raise ServerFailed("the embedded broker runs already.")
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._port_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tousu.local.embedded", "--port-file", str(self._port_file)]
        self._process.start(command, self._port_file.exists, START_S)

    def stop(self) -> None:
        self._process.stop(signal.SIGTERM, STOP_S)
        self._port_file.unlink(missing_ok=True)

    def kill(self) -> None:
        self._process.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(port_file: Path) -> None:
    """Open the broker, write its address into `port_file` by one rename, and stay until SIGTERM or SIGINT."""
    stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    settings = {"test.mock.num.brokers": 1, "bootstrap.servers": "", "log_level": 0}
    owner = Producer(settings)
    (broker,) = owner.list_topics(timeout=ASK_S).brokers.values()
    unfinished = port_file.with_name(port_file.name + ".unfinished")
    unfinished.write_text(f"{broker.host}:{broker.port}\n")
    unfinished.replace(port_file)
    signal.sigwait(stop)


def main() -> int:
    parser = argparse.ArgumentParser(description="Serve the broker built into librdkafka.")
    parser.add_argument("--port-file", type=Path, required=True, help="where to write HOST:PORT once it answers")
    serve(parser.parse_args().port_file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
