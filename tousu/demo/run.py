"""`tousu demo`: broker, topics, processors, a day of complaints, a summary; then everything is stopped again."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import orjson
from rich.console import Console

from tousu.client.topics import Topics
from tousu.connection import Connection
from tousu.contract.pipeline import published_topics
from tousu.demo.any_day import FIRST, tell_a_day
from tousu.demo.books import Books
from tousu.demo.crew import Crew
from tousu.demo.diary import BEIJING, DESK_DAYS
from tousu.demo.duties import DutyWatch
from tousu.demo.numbering import PACK, with_numbers
from tousu.demo.onlooker import Happening, Onlooker
from tousu.demo.play import MINUTE, Beat, Player, beats
from tousu.demo.screen import Screen
from tousu.demo.summary import document, say_where, show, where_to_look
from tousu.failure import Retry, Stop
from tousu.local.embedded import EmbeddedBroker
from tousu.local.folder import check_free, work_in
from tousu.local.kafka import KafkaBroker
from tousu.local.machine import NotOnThisMachine, private_folder
from tousu.policy.loading import load_pack
from tousu.runtime import checkpoint as cp
from tousu.runtime.backlog import Behind, backlog
from tousu.runtime.history import History
from tousu.runtime.inspection import Inspection
from tousu.runtime.metrics import BEHIND
from tousu.simulation.processors import LEDGERS, PROCESSORS, WITH_CHECKPOINT, WITHOUT_CHECKPOINT

PARTITIONS: Final = 4
SETTLE_S: Final = 60.0
ASK_AGAIN_S: Final = 0.1
MARK: Final = "demo.json"
"""A folder with this file is a former demo's: the next one may clear it."""
END: Final = datetime.combine(DESK_DAYS[-1], datetime.max.time(), BEIJING)
"""So long time goes on in a day of the demo's own, after its last event if need be; see AFTER_THE_LAST for a file."""
AFTER_THE_LAST: Final = timedelta(days=2)
"""So long time goes on after the last line of a file: what is due then is seen."""
THE_DAY: Final = Path("examples") / "courier-day.jsonl"
"""In the repository, or in the installed package."""


class Broker(Protocol):
    """A broker of tousu.local."""

    @property
    def address(self) -> str: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Demo(NamedTuple):
    """What the demo is told: broker (kafka or embedded), pack, data folder, the file to play (None: the example)."""

    broker: str = "kafka"
    pack: str = "courier-network"
    data: Path = Path("data/demo")
    file: Path | None = None


def run_demo(demo: Demo, console: Console) -> dict[str, Any]:
    """Play the day and return it in numbers.

    Raises ServerFailed, Retry or Stop when something did not work; what was started is stopped.
    """
    began_s = time.monotonic()
    zone = ZoneInfo(load_pack(demo.pack).time_zone)
    until, after = (END, timedelta(0)) if demo.file is None else (None, AFTER_THE_LAST)
    played = beats(_lines_of(demo), zone, until, after=after)
    prepare_folder(demo.data)
    with ExitStack() as stack:
        remember = stack.enter_context(work_in(demo.data, "demo", _lasting(demo.pack)))
        screen = stack.enter_context(Screen(console, zone, sum(len(beat.lines) for beat in played)))
        broker, kind = _start_broker(demo, screen, stack)
        connection = Connection(broker.address)
        remember(broker.address)
        _make_topics(connection)
        crew = Crew(PROCESSORS, demo.data, _settings(demo, connection))
        screen.say(f"starting the processors: {', '.join(PROCESSORS)}")
        stack.enter_context(crew)
        crew.start(lambda name: screen.say(f"  {name:<9} ready: http://{crew.address(name)}/metrics"))
        screen.say(f"everything runs after {time.monotonic() - began_s:.1f} s; now the day begins")
        duty = DutyWatch(demo.pack if demo.file is None else "")

        def heard(happening: Happening) -> None:
            duty.happened(happening)
            screen.happened(happening)

        onlooker = Onlooker(connection, demo.data, heard)
        onlooker.start()
        stack.callback(onlooker.stop)
        screen.watch(onlooker.tallies)
        player = Player(connection, PARTITIONS, onlooker.number_of)
        _play(played, player, screen, crew)
        with History(connection) as history:
            behind = _wait_until_done(demo.data, played[-1].moment, crew, history)
            extents = history.extents(history.places(published_topics()))
        _wait(lambda: onlooker.has_read(extents), crew, "what was published could not be read back")
        onlooker.stop()
        screen.quiet()
        if onlooker.failure is not None:
            raise onlooker.failure
        books = read_books(demo.data)
        show(console, onlooker.tallies, player.published, behind, books, duty)
        result = document(onlooker.tallies, player.published, behind, books, duty)
        note = {"broker": kind, "address": broker.address, "pack": demo.pack, "data": str(demo.data), **result}
        (demo.data / MARK).write_bytes(orjson.dumps(note, option=orjson.OPT_INDENT_2))
        example = onlooker.case_to_show("case-7-four-pieces" if demo.pack == PACK else FIRST)
        is_kept = kind == "kafka"
        say_where(console, where_to_look(demo.data, example, is_kept=is_kept, tousu=_as_typed()))
        screen.say(f"done after {time.monotonic() - began_s:.1f} s; stopping broker and processors, {demo.data} stays")
    return note


def read_books(data: Path) -> Books:
    """The ledgers of all processors that keep one."""
    keepers = [_inspection(data, name) for name in LEDGERS]
    return Books.of(document for keeper in keepers for _, document in keeper.matching_states("entry"))


def _as_typed() -> str:
    """How the command is typed here: by its path where the shell does not find it, as after `make demo`."""
    path = Path(sys.argv[0])
    if path.name != "tousu" or shutil.which("tousu") is not None:
        return "tousu"
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _lasting(pack: str) -> str:
    """A pack as it is found from any folder: its name, or its whole path."""
    return str(Path(pack).resolve()) if Path(pack).is_file() else pack


def _lines_of(demo: Demo) -> Iterable[bytes]:
    """The file to play; for another pack than that of the written day, a day made of the pack."""
    if demo.file is not None and not demo.file.is_file():
        raise Stop("no_file", f"{demo.file} is not there; give a file of inbound events with --file")
    if demo.pack != PACK and demo.file is None:
        return with_numbers(tell_a_day(load_pack(demo.pack)), demo.pack)
    return (demo.file or the_day()).read_bytes().splitlines()


def the_day() -> Path:
    """Where the day lies that is played where nothing else is named."""
    package = Path(__file__).resolve().parents[1]
    return next(folder / THE_DAY for folder in (package.parent, package) if (folder / THE_DAY).is_file())


def prepare_folder(data: Path) -> None:
    """An empty data folder, its owner's alone. Raises Stop `not_ours` for a folder with other things in it, which is
    left alone, `folder_in_use` where somebody works in it."""
    if data.exists() and any(data.iterdir()):
        if not (data / MARK).exists():
            raise Stop("not_ours", f"{data} is not empty and not a former demo's folder; name another one with --data")
        check_free(data)
        shutil.rmtree(data)
    private_folder(data)
    (data / MARK).write_text("{}\n")


def _start_broker(demo: Demo, screen: Screen, stack: ExitStack) -> tuple[Broker, str]:
    kind = demo.broker
    broker: Broker
    if kind == "kafka":
        try:
            broker = KafkaBroker(demo.data / "kafka", partitions_default=PARTITIONS)
            screen.say("starting a Kafka broker (KRaft, one node)")
            return _started(broker, screen, stack), kind
        except NotOnThisMachine as missing:
            screen.say(f"No real broker can be had here: {missing}", "yellow")
    screen.say("using the broker built into librdkafka: in memory only, everything on it is gone at the end", "yellow")
    return _started(EmbeddedBroker(demo.data / "embedded"), screen, stack), "embedded"


def _started(broker: Broker, screen: Screen, stack: ExitStack) -> Broker:
    stack.callback(broker.stop)
    broker.start()
    screen.say(f"  broker ready: {broker.address}")
    return broker


def _make_topics(connection: Connection) -> None:
    topics = Topics(connection)
    try:
        topics.apply(topics.plan(PARTITIONS))
    finally:
        topics.close()


def _settings(demo: Demo, connection: Connection) -> dict[str, str]:
    return {
        "TOUSU_BROKER": connection.servers, "TOUSU_DATA": str(demo.data.resolve()), "TOUSU_PACK": demo.pack,
        "TOUSU_PARTITIONS": str(PARTITIONS), "TOUSU_TIME": "events", "TOUSU_LOG": "json",
        "TOUSU_CENSUS_S": "1",  # weeks pass in half a minute: who looks at /metrics sees what is open now
    }  # fmt: skip


def _play(played: Sequence[Beat], player: Player, screen: Screen, crew: Crew) -> None:
    for beat in played:
        crew.check()
        player.play(beat)
        screen.moved(beat.moment, player.published)
    # Somebody who reads two topics takes the last tick of one only when the other has spoken of a later time.
    player.tick(played[-1].moment + MINUTE)
    player.finish()


def _wait_until_done(data: Path, moment: datetime, crew: Crew, history: History) -> list[Behind]:
    """Until every shard's time has come to the end and nothing is unread. Raises Retry when it takes too long."""
    goal_us = cp.micros(moment)
    late = f"the processors were not done; see {data}/logs"
    _wait(lambda: all(_reached(data, name, goal_us) for name in WITH_CHECKPOINT), crew, late)
    _wait(lambda: all(crew.metric(name, BEHIND.name) == 0 for name in WITHOUT_CHECKPOINT), crew, late)
    behind: list[Behind] = []

    def is_done() -> bool:
        behind[:] = [lag for name in WITH_CHECKPOINT for lag in backlog(_inspection(data, name), history)]
        return not any(lag.events for lag in behind)

    _wait(is_done, crew, late)
    return behind


def _wait(is_done: Callable[[], bool], crew: Crew, message: str) -> None:
    deadline = time.monotonic() + SETTLE_S
    while not is_done():
        crew.check()
        if time.monotonic() > deadline:
            raise Retry("not_done", f"{SETTLE_S:.0f} s after the last event {message}")
        time.sleep(ASK_AGAIN_S)


def _reached(data: Path, name: str, goal_us: int) -> bool:
    standings = _inspection(data, name).standings()
    return len(standings) == PARTITIONS and all(standing.checkpoint.time_us >= goal_us for standing in standings)


def _inspection(data: Path, name: str) -> Inspection:
    return Inspection(f"sqlite:///{data.resolve() / name}.sqlite", name)
