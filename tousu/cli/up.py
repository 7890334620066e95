"""`tousu up`: every processor on this machine, watched over."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import typer

from tousu.cli import options

KAFKA_PORT = 9092
METRICS_PORT = 9464
"""Of the first processor; the default of Prometheus exporters of OpenTelemetry."""

Users = Annotated[
    Path | None,
    typer.Option("--users", metavar="FILE", help="Where the cluster holds everybody to ACLs: the users of "
                 "`tousu topics apply --acls`; each processor comes in as its own.", show_default=False),
]  # fmt: skip


def up(
    broker: options.Broker = "",
    local: Annotated[
        bool, typer.Option("--local", help="Start a Kafka broker here, too (Java 17), its data in the data folder.")
    ] = False,
    data: options.Data = None,
    pack: Annotated[str, typer.Option(help="The policy pack. Default: TOUSU_PACK.", show_default=False)] = "",
    partitions: Annotated[
        int | None,
        typer.Option(
            min=1, help="Partitions of every topic. Default: TOUSU_PARTITIONS, with --local 4.", show_default=False
        ),
    ] = None,
    users: Users = None,
    apply: Annotated[bool, typer.Option("--apply-topics/--no-apply-topics", help="Make missing topics first.")] = True,
) -> None:
    """Run all processors as processes of their own until Ctrl-C: started, watched, started again when one ends by
    itself. A shard that has halted is named; the other shards and processors work.

    The folder remembers its broker, so the other commands find it with --data DIR alone. Broker and metrics take the
    ports 9092 and 9464 and those behind it (TOUSU_METRICS_PORT: the first of them) where those are free.

    Settings come from TOUSU_* variables (docs/settings.md); logs go to DIR/logs. For one machine and for trying
    out: in production each processor runs under the machine's own supervisor (`tousu run NAME`).

    Example: tousu up --local --data data/here
    """
    from tousu.cli import output
    from tousu.client.topics import Topics
    from tousu.demo.crew import Crew
    from tousu.demo.watching import watch_over
    from tousu.local.folder import work_in
    from tousu.local.machine import keep_new_files_private, private_folder
    from tousu.runtime.settings import read_settings
    from tousu.simulation.processors import PROCESSORS

    folder = options.data_folder(data).resolve()
    keep_new_files_private()
    private_folder(folder)
    known = read_settings("cli")
    count = partitions or (4 if local else known.partitions)
    with ExitStack() as stack:
        remember = stack.enter_context(work_in(folder, "up", pack or known.pack))
        connection = options.reachable(_local_broker(folder, stack) if local else broker)
        remember(connection.servers)
        if apply:
            topics = Topics(connection)
            stack.callback(topics.close)
            topics.apply(topics.plan(count))
        own = {"TOUSU_BROKER": connection.servers, "TOUSU_DATA": str(folder), "TOUSU_PARTITIONS": str(count)}
        own |= {"TOUSU_PACK": pack} if pack else {}
        port = known.metrics_port or METRICS_PORT
        ways = {} if users is None else _ways_in(users, folder, PROCESSORS)
        crew = stack.enter_context(Crew(PROCESSORS, folder, own, keep_environment=True, metrics_port=port, own=ways))

        def tell(name: str) -> None:
            word = "in part" if crew.halted(name) else "ready"
            output.lines(f"{name:<9} {word}: http://{crew.address(name)}/metrics, log {crew.log_file(name)}")

        crew.start(tell, with_halted=True)
        output.lines(f"all processors work on {connection.servers}, data in {folder}; Ctrl-C stops them")
        with suppress(KeyboardInterrupt):
            watch_over(crew, output.note)
        output.lines("stopping all processors")


def _ways_in(users: Path, folder: Path, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """The variables by which each processor comes in as the user of its name. Raises Stop `wrong_setting`."""
    from tousu.client.users import read_passwords
    from tousu.failure import Stop

    passwords = read_passwords(users)
    missing = [name for name in names if name not in passwords]
    if missing:
        raise Stop("wrong_setting", f"{users} has no user {', '.join(missing)}; `tousu topics apply --acls` adds them")
    ways = {}
    for name in names:
        file = folder / "run" / f"{name}.password"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{passwords[name]}\n", encoding="utf-8")
        ways[name] = {
            "TOUSU_KAFKA_USER": name, "TOUSU_KAFKA_PASSWORD": "", "TOUSU_KAFKA_PASSWORD_FILE": str(file),
        }  # fmt: skip
    return ways


def _local_broker(folder: Path, stack: ExitStack) -> str:
    from tousu.local.kafka import KafkaBroker
    from tousu.local.machine import port_if_free

    return stack.enter_context(KafkaBroker(folder / "kafka", port_if_free(KAFKA_PORT))).address
