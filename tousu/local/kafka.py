"""One real Kafka broker for local work and tests: KRaft, one node, from the locked jars, on loopback ports."""

from __future__ import annotations

import base64
import secrets
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tousu.connection import Connection
from tousu.local.class_archive import archive_options
from tousu.local.jars import jar_paths
from tousu.local.java import java
from tousu.local.machine import LOOPBACK, free_port, port_if_free
from tousu.local.process import ServerFailed, ServerProcess
from tousu.local.secured import Secured

LOG4J = Path(__file__).with_name("log4j2.properties")
# Start-up is what counts here: the quick compiler only, and the collector with the fewest threads.
JVM_OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss512k", "-XX:-UsePerfData")
START_S = 60.0
STOP_S = 20.0
ASK_S = 2.0


class KafkaBroker:
    """A broker that keeps its data, port and cluster id over stop, kill and start, as long as the folder is the same.

    `data_dir` is made if missing and belongs to this broker alone. `port` 0 takes the port of the folder's last
    broker where that is free, or a free one. `partitions_default` is for topics created without a count; nothing
    creates topics by itself. `advertised_port` is the port that clients are told, for a proxy that stands in between.
    `settings` overrides lines of server.properties, `jvm_options` stands in for those of the class archive. `security`
    asks for TLS, passwords and ACLs; without it everybody may do everything. Raises NotOnThisMachine without Java or
    jars, ServerFailed if the broker does not start.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int = 0,
        partitions_default: int = 4,
        *,
        advertised_port: int = 0,
        heap_megabytes: int = 384,
        jvm_options: Sequence[str] | None = None,
        settings: Mapping[str, str] | None = None,
        security: Secured | None = None,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.port = port or port_if_free(_port_of_last_time(self.data_dir)) or free_port()
        self.advertised_port = advertised_port or self.port
        self.partitions_default = partitions_default
        self.heap_megabytes = heap_megabytes
        self._settings = dict(settings or {})
        self._security = security
        self._cluster_id = new_cluster_id()
        self._jvm_options = tuple(archive_options(java()) if jvm_options is None else jvm_options)
        self._controller_port = free_port()
        self._process = ServerProcess("the Kafka broker", self.data_dir / "broker.out")

    @property
    def address(self) -> str:
        """What clients give as `bootstrap.servers`."""
        return f"{LOOPBACK}:{self.advertised_port}"

    @property
    def log_file(self) -> Path:
        return self.data_dir / "broker.log"

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.alive

    def start(self) -> None:
        """Start, and wait until the broker answers a metadata request as a member of its own cluster."""
        if self.alive:
            raise ServerFailed("the Kafka broker runs already.")
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if self._security is not None:
            self._security.make()
        properties = self.data_dir / "server.properties"
        properties.write_text(self._properties())
        if not (self.data_dir / "log" / "meta.properties").exists():
            self._format(properties)
        self._process.start(self._java(self._jvm_options, "kafka.Kafka", str(properties)), self._answers, START_S)

    def stop(self) -> None:
        """Stop in order (SIGTERM); killed after 20 s."""
        self._process.stop(signal.SIGTERM, STOP_S)

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    def restart(self) -> None:
        """Stop in order and start again, on the same port with the same data."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing is answered."""
        self._process.pause()

    def resume(self) -> None:
        self._process.resume()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _java(self, options: Sequence[str], *main: str) -> list[str]:
        heap = f"-Xmx{self.heap_megabytes}m"
        log = (f"-Dlog4j2.configurationFile={LOG4J}", f"-Dtousu.broker.log={self.log_file}")
        path = ":".join(str(jar) for jar in jar_paths())
        return [str(java()), heap, *JVM_OPTIONS, *options, *log, "-cp", path, *main]

    def _format(self, properties: Path) -> None:
        format_it = ("format", "--config", str(properties), "--cluster-id", self._cluster_id)
        first_user = self._security.format_options() if self._security is not None else ()
        command = self._java(archive_options(java()), "kafka.tools.StorageTool", *format_it, *first_user)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerFailed(f"the Kafka broker's storage could not be formatted: {done.stdout}{done.stderr}")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(ASK_S)
            if probe.connect_ex((LOOPBACK, self.port)):
                return False
        address = f"{LOOPBACK}:{self.port}"
        way_in = self._security.connection(address) if self._security is not None else Connection(address)
        client = AdminClient({"bootstrap.servers": address, **way_in.librdkafka(), "log_level": 0})
        try:
            return len(client.list_topics(timeout=ASK_S).brokers) == 1
        except KafkaException:
            return False

    def _properties(self) -> str:
        ports = self.port, self.advertised_port, self._controller_port
        secured = self._security.properties(*ports) if self._security is not None else {}
        lines = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{LOOPBACK}:{self._controller_port}",
            "listeners": f"PLAINTEXT://{LOOPBACK}:{self.port},CONTROLLER://{LOOPBACK}:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{self.advertised_port}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.data_dir / "log"),
            "num.partitions": str(self.partitions_default),
            **SETTINGS,
            **secured,
            **self._settings,
        }
        return "".join(f"{name}={value}\n" for name, value in lines.items())


SETTINGS = {
    "auto.create.topics.enable": "false",
    # One node: no replicas, and one partition each for what Kafka keeps about itself.
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # Groups form at once, and tests may ask for short sessions.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    "group.consumer.min.session.timeout.ms": "500",
    "group.consumer.min.heartbeat.interval.ms": "100",
    # A rejected event carries the bytes of a too large one, and some more. Topic cards set lower limits.
    "message.max.bytes": "8388608",
    "replica.fetch.max.bytes": "8388608",
    # Simulated time is years away from the broker's clock: keep old records, take records from the future.
    "log.retention.ms": "-1",
    "log.message.timestamp.after.max.ms": "9223372036854775807",
    # After kill -9 the controller waits this long before it believes that the same broker is back.
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "2000",
    # The controller says that it lives every so often; twice a second is for those who wait for it to fail.
    "metadata.max.idle.interval.ms": "10000",
    # Small: one machine, few clients.
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": "16777216",
    "log.index.size.max.bytes": "1048576",
}


def _port_of_last_time(data_dir: Path) -> int:
    properties = data_dir / "server.properties"
    if not properties.exists():
        return 0
    lines = dict(line.split("=", 1) for line in properties.read_text().splitlines() if "=" in line)
    return int(lines["listeners"].split(",")[0].rsplit(":", 1)[1])


def new_cluster_id() -> str:
    """Sixteen random bytes in Kafka's spelling, 22 characters; the first bit is 0, so it cannot begin with a dash."""
    drawn = secrets.token_bytes(16)
    return base64.urlsafe_b64encode(bytes([drawn[0] & 0x7F]) + drawn[1:]).decode().rstrip("=")
