"""A processor as an operating-system process: settings in, the loop until somebody asks it to stop, an exit code out.

`services/<name>/__main__.py` is `raise SystemExit(run("router", processor))`; nothing else of a service knows the
outside world. What is not there yet (broker, topics, database) is waited for. SIGTERM and SIGINT end it within ten
seconds, whatever hangs. A shard that halts keeps the process alive and unready: its other shards go on, and a restart
would not help.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaException

from tousu.contract import Sources, address_of, read_sources
from tousu.failure import Failure, Retry, Stop
from tousu.policy.loading import load_policies
from tousu.policy.policies import Policies
from tousu.runtime.census import Census
from tousu.runtime.clock import WallClock
from tousu.runtime.failpoints import killer
from tousu.runtime.health import HealthServer
from tousu.runtime.history import History
from tousu.runtime.kafka import KafkaSource
from tousu.runtime.kafka_sink import KafkaSink
from tousu.runtime.logs import Log, frames_of, start_logs
from tousu.runtime.loop import Loop, Tuning
from tousu.runtime.master_key import master_key
from tousu.runtime.measures import Measures
from tousu.runtime.outgoing import check_output
from tousu.runtime.own_log import OwnLog
from tousu.runtime.processor import Processor
from tousu.runtime.retracing import RetracingLoop
from tousu.runtime.settings import Settings, read_settings
from tousu.runtime.stopping import CUT_SHORT, STOP_S, Stopping
from tousu.runtime.store import Store
from tousu.runtime.watch import Glance, Watch
from tousu.runtime.watched import WatchedSink, WatchedSource
from tousu.runtime.wiring import Compose, Wiring

if TYPE_CHECKING:
    from tousu.runtime.tracing import Tracing

STOPPED: Final = 0
FAULT: Final = 70
START_FAILED: Final = 75
WRONG_SETTINGS: Final = 78
"""Exit codes in the sense of sysexits.h: stopped as asked; a fault of ours; try again later; mend the settings."""
WAIT_S_MAX: Final = 5.0
TIME_TOPIC: Final = "complaints.time"
"""Where the brokers are asked for the time."""
_MEND_FIRST: Final = frozenset({
    "wrong_setting", "wrong_partitions", "no_such_pack", "invalid_pack", "invalid_calendar", "no_append_time",
    "wrong_master_key", "weak_master_key", "readable_key_file", "other_processor", "other_tables",
    "older_tables", "newer_tables", "newer_states", "partitions_changed",
})  # fmt: skip


Work = Callable[[Settings, Log, threading.Event], None]
"""What a process does until the event is set."""


def run(name: str, compose: Compose) -> int:
    """Run a processor until SIGTERM or SIGINT. Returns the exit code; with every code but 0 a line says why."""
    return run_work(name, lambda settings, log, stopping: _run(settings, compose, log, stopping))


def run_work(name: str, work: Work) -> int:
    """Run any work as a processor's process: its settings, logs, signals and exit codes. As `run`."""
    stopping = Stopping()
    with stopping.listening():
        try:
            settings = read_settings(name)
            log = start_logs(settings.log, settings.log_level, name)
        except Stop as error:
            sys.stderr.write(f"tousu {name}: {error.message}\n")
            return WRONG_SETTINGS
        stopping.say = lambda: _cut_short(log)
        try:
            work(settings, log, stopping.asked)
            code, fields = STOPPED, dict[str, Any]()
        except Exception as error:  # noqa: BLE001 - the last one who can say why the process ends
            code, fields = _ending(error, with_message=settings.log_level == "debug")
        (log.error if code else log.info)("ended", exit_code=code, **fields)
        return code


def _ending(error: Exception, *, with_message: bool) -> tuple[int, dict[str, Any]]:
    """The exit code for what ended the process, and what to say of it."""
    if isinstance(error, Failure):
        wrong = WRONG_SETTINGS if error.reason in _MEND_FIRST else FAULT
        code = START_FAILED if isinstance(error, Retry) else wrong
        return code, {"reason": error.reason, "message": error.message}
    fields: dict[str, Any] = {"reason": "internal_error", "type": type(error).__name__, "frames": frames_of(error)}
    return FAULT, fields | ({"message": str(error)} if with_message else {})


def _cut_short(log: Log) -> None:
    message = f"the stop hung for {STOP_S:g} s on something that does not answer; nothing is lost by ending here"
    log.error("ended", exit_code=CUT_SHORT, reason="cut_short", message=message)


def _run(settings: Settings, compose: Compose, log: Log, stopping: threading.Event) -> None:
    clock = WallClock()
    wiring, development = wiring_of(settings)
    if development is not None:
        log.warning("development key", file=str(development), message="for trying out only")
    processor = compose(wiring)
    watch = Watch()
    measures = Measures(
        processor, watch, clock, log,
        pack=(wiring.policies.own.id, wiring.policies.own.version), partitions=settings.partitions,
        time_from_events=wiring.time_from_events,
    )  # fmt: skip
    with ExitStack() as stack:
        health = HealthServer(
            watch, measures.registry, settings.metrics_host, settings.metrics_port, settings.metrics_port_file
        )
        stack.enter_context(health)
        log.info("started", pack=settings.pack, time=settings.time, group=settings.group, metrics=health.address)
        strike = killer(settings.failpoint)
        store = Store(
            settings.database, processor.name, processor.kinds, strike, settings.statement_s, processor.on_opening
        )  # fmt: skip
        waiting = Waiting(settings.start_wait_s, stopping, watch, log)
        if not waiting.until(lambda: store.create(alone=True)):
            return
        measures.census = Census(settings.database, processor.name, processor.kinds, watch, settings.census_s)
        measures.census.start()
        stack.callback(measures.census.stop)
        loop_asks = processor.keeps_time and not wiring.time_from_events
        source, sink = _broker(
            settings, processor, TIME_TOPIC if loop_asks else ""
        )  # joins the group: work can be done
        watched = WatchedSource(source, measures, clock, asks=not loop_asks), WatchedSink(sink, measures)
        tracing = _tracing(settings, stack)
        surroundings = *(tracing.around(*watched) if tracing else watched), store, clock
        tuning = Tuning(batch_max=settings.batch, time_from_events=wiring.time_from_events)
        if loop_asks:
            own_log = stack.enter_context(OwnLog(processor, lambda: History(settings.connection)))
            loop: Loop = RetracingLoop(
                processor, *surroundings, observer=measures, reached=strike, tuning=tuning, own_log=own_log,
                noticed=lambda shard, numbers: log.warning("retracing its own log", shard=shard, numbers=numbers),
            )  # fmt: skip
        else:
            loop = Loop(processor, *surroundings, observer=measures, reached=strike, tuning=tuning)
        if tracing:
            loop.turn_class = tracing.turn(loop.turn_class)
        stack.callback(loop.finish)
        if not waiting.until(lambda: _check_topics(source, processor, settings)):
            return
        if loop_asks and not waiting.until(lambda: source.check_append_time((*_inbound(processor), TIME_TOPIC))):
            return
        watch.begin_work()
        _collect_garbage_seldom()
        _turn(loop, source, watch, stopping)
        watch.phase = "stopping"
        log.info("stopping", shards=sorted(loop.shards))


def _tracing(settings: Settings, stack: ExitStack) -> Tracing | None:
    """What tells spans, until the stack is unwound; None where nobody wants any: then nothing is imported for it."""
    if not settings.traces:
        return None
    from tousu.runtime.otel import spans_to
    from tousu.runtime.tracing import Tracing

    tracing = Tracing(spans_to(settings.traces, settings.name, settings.member), settings.group)
    stack.callback(tracing.close)
    return tracing


def _collect_garbage_seldom() -> None:
    """What is here by now stays for good, and a turn's objects hold no cycles: looking through them in every turn cost
    a sixth of the CPU time (docs/benchmark.md) and found nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _turn(loop: Loop, source: KafkaSource, watch: Watch, stopping: threading.Event) -> None:
    while not stopping.is_set():
        loop.step()
        opened = {number: shard.opened.checkpoint for number, shard in loop.shards.items()}
        watch.is_member, watch.broker_trouble = source.is_member, source.failure
        watch.turned(Glance(source.wanted(), opened, dict(loop.halted)))


def wiring_of(settings: Settings) -> tuple[Wiring, Path | None]:
    """What a processor works with, and the file of the development key where that one is used.

    Raises Stop for settings that will not do.
    """
    is_production = settings.database.startswith("postgresql")
    key, development = master_key(
        settings.master_key, settings.master_key_file, settings.data, is_production=is_production
    )
    policies = load_policies(settings.pack, settings.organisations)
    wiring = Wiring(
        policies=policies,
        partitions=settings.partitions,
        time_from_events=settings.time == "events",
        master_key=key,
        check=check_output,
        schema_of=address_of,
        sources=_sources(settings.sources, policies) if settings.sources is not None else None,
    )
    return wiring, development


def _sources(file: Path, policies: Policies) -> Sources:
    """Who may speak, and for whom. Raises Stop `wrong_setting`, also for an organisation that has no pack."""
    sources = read_sources(file)
    unknown = sorted(name for name in sources.named_organisations() if not policies.knows(name))
    if unknown:
        known = ", ".join(policies.organisations) or "none but the deployment's own, ''"
        message = f"{file}: organisation {', '.join(unknown)} has no pack here; there are {known}"
        raise Stop("wrong_setting", message)
    return sources


def _inbound(processor: Processor) -> Iterator[str]:
    return (input_.topic for input_ in processor.inputs)


def _broker(settings: Settings, processor: Processor, time_topic: str) -> tuple[KafkaSource, KafkaSink]:
    """The two sides of the broker; the group is joined with it."""
    connection = settings.connection
    topics = list(_inbound(processor))
    try:
        source = KafkaSource(
            connection.servers, settings.group, topics, connection.librdkafka(),
            session_s=settings.session_s, member=settings.member, time_topic=time_topic,
            transaction_s=settings.transaction_s,
        )  # fmt: skip
        outputs = dict.fromkeys((*processor.outputs, *processor.ticks_to, *processor.ticks_spread_to))
        return source, KafkaSink(connection.servers, connection.librdkafka(), tuple(outputs))
    except KafkaException as error:
        raise Stop("wrong_setting", f"the Kafka settings (TOUSU_KAFKA*) will not do: {error.args[0].str()}") from error


def _check_topics(source: KafkaSource, processor: Processor, settings: Settings) -> None:
    """Raises Retry while the broker is away or a topic is missing, Stop when the partition count is not as told."""
    for topic in dict.fromkeys(
        (*(input_.topic for input_ in processor.inputs), *processor.outputs, *processor.ticks_to)
    ):
        try:
            count = source.partitions(topic)
        except Stop as error:
            raise Retry(error.reason, error.message) from error
        if count != settings.partitions:
            message = f"topic {topic} has {count} partitions; set TOUSU_PARTITIONS={count}"
            raise Stop("wrong_partitions", f"TOUSU_PARTITIONS is {settings.partitions} but {message}")


class Waiting:
    """Patience at the start: tries again and again, slower and slower, until the time is up or somebody says stop."""

    def __init__(self, wait_s: float, stopping: threading.Event, watch: Watch, log: Log) -> None:
        self._ends_s = time.monotonic() + wait_s
        self._stopping = stopping
        self._watch = watch
        self._log = log

    def until(self, done: Callable[[], None]) -> bool:
        """True when `done` went through, False when asked to stop. Raises Retry when the time is up."""
        delay_s = 0.1
        logged = ""
        while not self._stopping.is_set():
            try:
                done()
            except Retry as error:
                self._note(error, logged)
                logged = error.message
                if time.monotonic() + delay_s > self._ends_s:
                    raise
                self._stopping.wait(delay_s)
                delay_s = min(2 * delay_s, WAIT_S_MAX)
            else:
                self._watch.trouble = None
                return True
        return False

    def _note(self, error: Failure, logged: str) -> None:
        self._watch.trouble = error
        self._watch.turned(self._watch.glance)
        if error.message != logged:
            self._log.warning("waiting", reason=error.reason, message=error.message)
