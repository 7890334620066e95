"""Servers by hand: `python -m tousu.local kafka|postgres|embedded` prints the address and runs until Ctrl-C.

`java` and `jars` are what the set-up asks: is there a Java, and fetch the jars. Exit status: 0 done, 1 something is
missing or a server failed, and one sentence says what and how to get it.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tousu.local.machine import NotOnThisMachine
from tousu.local.process import ServerFailed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tousu.local", description="Servers for local work and tests.")
    parser.add_argument("what", choices=("kafka", "postgres", "embedded", "java", "jars"))
    parser.add_argument("--data", type=Path, help="folder that keeps the data (default: a temporary one)")
    parser.add_argument("--port", type=int, default=0, help="kafka and postgres: a fixed port (default: a free one)")
    options = parser.parse_args()
    try:
        if options.what == "java":
            from tousu.local.java import java

            print(java())
        elif options.what == "jars":
            prepare_broker()
        else:
            serve(options.what, options.data, options.port)
    except (NotOnThisMachine, ServerFailed) as failure:
        print(f"tousu.local {options.what}: {failure}", file=sys.stderr)
        return 1
    return 0


def prepare_broker() -> None:
    """Fetch the jars and write the class archive, each only if it is missing; says what it does."""
    from tousu.local.class_archive import make_archive
    from tousu.local.jars import fetch_jars
    from tousu.local.kafka import KafkaBroker

    fetch_jars(_say)
    make_archive(_say, lambda folder, options: KafkaBroker(folder, jvm_options=options))


def serve(kind: str, data_dir: Path | None, port: int) -> None:
    """Run one server until SIGINT or SIGTERM."""
    stop = {signal.SIGTERM, signal.SIGINT}
    with contextlib.ExitStack() as stack:
        folder = data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"tousu-{kind}-")))
        address = stack.enter_context(_server(kind, folder, port))
        # Before it says so: whoever reads the line may ask for the stop at once.
        signal.pthread_sigmask(signal.SIG_BLOCK, stop)
        _say(f"{kind} listens on {address}, its data is in {folder}; Ctrl-C stops it.")
        signal.sigwait(stop)
        _say(f"stopping {kind}")


@contextlib.contextmanager
def _server(kind: str, folder: Path, port: int) -> Iterator[str]:
    if kind == "kafka":
        from tousu.local.kafka import KafkaBroker

        with KafkaBroker(folder / "kafka", port) as broker:
            yield broker.address
    elif kind == "postgres":
        from tousu.local.postgres import PostgresServer

        with PostgresServer(folder / "postgres", port) as server:
            yield server.url()
    else:
        from tousu.local.embedded import EmbeddedBroker

        with EmbeddedBroker(folder / "embedded") as embedded:
            yield f"{embedded.address} (in memory only)"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
