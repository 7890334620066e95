"""trends on Kafka: a Faust agent that hands every record of complaints.cases to the rules and publishes what they say.

One copy reads all partitions, since what belongs to one outlet lies in all of them. A warning goes out at least once
and under an id that a repeat keeps. A record is acknowledged only when what followed from it is out.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any, Final, cast

import faust
import orjson
from faust.types import TP

from services.trends.connection import broker_options
from services.trends.keeper import Keeper
from services.trends.overlook import Overlook
from services.trends.place import Log, StartingPlace
from services.trends.processor import CASES
from services.trends.rules import WARNINGS, TrendRules, warning_id
from services.trends.standing import StreamStanding
from services.trends.tables import LogTable, StepCounts
from tousu.contract import address_of
from tousu.decision import Output
from tousu.event import ORGANISATION, Event, binary_headers, text_of_time
from tousu.failure import Retry, Stop
from tousu.runtime.arrival import from_ours, known
from tousu.runtime.broker import Ends, Record
from tousu.runtime.clock import TimeSource
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Check
from tousu.runtime.settings import Settings

ORIGIN: Final = "trends/0"
"""One copy counts for all, so there is one origin, which numbers every partition of the warnings."""
LOG_APPEND_TIME: Final = 1
"""How aiokafka marks a record that its broker stamped."""
BEAT_S: Final = 0.2
LOOK_S: Final = 2.0
RETRY_S: Final = 1.0
STOP_S: Final = 5.0


class TrendStream:
    """The stream of one process. `run` returns when asked to stop and raises what ended it otherwise."""

    def __init__(
        self, settings: Settings, rules: TrendRules, place: StartingPlace, keeper: Keeper, check: Check,
        standing: StreamStanding, folder: Path,
    ) -> None:  # fmt: skip
        self._partitions = settings.partitions
        self._place = place
        self._numbers = dict(place.numbers)
        self._keeper = keeper
        self._check = check
        self._standing = standing
        self._failure: Exception | None = None
        self._turn = asyncio.Lock()
        self._by_broker = settings.time == "wall"
        self.app = faust.App(settings.group, **broker_options(settings, folder))
        raw: dict[str, Any] = {
            "key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"
        }  # fmt: skip
        self._warnings = self.app.topic(WARNINGS, **raw)
        self._overlook = Overlook(
            rules, settings.partitions, StepCounts(self.app, rules.step.total_seconds()),
            LogTable(self.app, name="seen"), LogTable(self.app, name="raised"),
        )  # fmt: skip
        keeper.remind(self._overlook)
        self.app.agent(self.app.topic(CASES, allow_empty=True, **raw), name="overlook")(self._follow)
        self.app.on_partitions_assigned.connect(cast("Any", self._given), weak=False)
        self.app.on_partitions_revoked.connect(cast("Any", self._taken), weak=False)

    async def run(self, stopping: threading.Event, log: Log, clock: TimeSource) -> None:
        """Follow the log until `stopping` is set."""
        looking = asyncio.create_task(self._look(log, clock))
        try:
            await self.app.start()
            while not stopping.is_set() and self._failure is None and not self.app.crashed:
                self._standing.beat()
                await asyncio.sleep(BEAT_S)
        finally:
            looking.cancel()
            await self._remember()
            await self._stop()
        if failure := self._failure or self.app.crash_reason:
            raise failure

    async def _stop(self) -> None:
        """Stop Faust, which waits for ever for an agent whose record is not acknowledged: that is so after a fault."""
        try:
            await asyncio.wait_for(self.app.stop(), STOP_S)
        except TimeoutError:
            if self._failure is None:
                raise

    async def _remember(self) -> None:
        """Take nothing more in and write down what is known, before the group gives the log to another copy."""
        try:
            await asyncio.wait_for(self._turn.acquire(), STOP_S)  # never given back
        except TimeoutError:
            return  # a warning cannot be sent: its record must be read again
        if self._failure is None:
            self._keeper.save(self._overlook)

    # -- the group ----------------------------------------------------------------------------------------------

    async def _given(self, app: object, assigned: set[TP], **_: Any) -> None:
        mine = frozenset(assignment.partition for assignment in assigned if assignment.topic == CASES)
        self._standing.given(mine)
        if len(mine) != self._partitions:
            message = f"this copy got {len(mine)} of {self._partitions} partitions of {CASES}"
            self._failure = Retry("another_copy", message + "; trends counts all of them in one copy")

    async def _taken(self, app: object, revoked: set[TP], **_: Any) -> None:
        self._standing.taken()

    # -- records ------------------------------------------------------------------------------------------------

    async def _follow(self, stream: faust.StreamT[bytes]) -> None:
        async for event in cast("faust.Stream[bytes]", stream).noack().events():
            try:
                async with self._turn:
                    await self._take(event.message)
            except Exception as error:  # noqa: BLE001 - Faust would skip this record and go on; the process must end
                self._failure = error
                await asyncio.Event().wait()
            event.ack()

    async def _take(self, message: Any) -> None:
        is_stamped_by_broker = message.timestamp_type == LOG_APPEND_TIME
        appended_ms = round(message.timestamp * 1000) if is_stamped_by_broker else -1
        arrival = from_ours(
            Record(
                message.topic, message.partition, message.offset, message.key, message.value, message.headers,
                appended_ms,
            ),
            {f"{CASES}|router/{message.partition}"}, by_broker=self._by_broker,
        )  # fmt: skip
        if arrival.event is None:
            # Every reader of complaints.cases meets this record; sla and claims send it to complaints.rejected.
            self._standing.read(arrival, "rejected")
            return
        outputs = self._overlook.take(known(arrival))
        for output in outputs or ():
            await self._publish(output)
        if self._keeper.is_time():
            self._keeper.save(self._overlook)
        applied = "ticked" if arrival.is_tick else "applied"
        self._standing.read(arrival, "duplicate" if outputs is None else applied)

    async def _publish(self, output: Output) -> None:
        """Send a warning and wait until it is out, unless it was before this process began."""
        known_until = self._place.known_until
        identity = warning_id(output)
        if identity in self._place.ids or (known_until is not None and output.time <= known_until):
            return
        value = orjson.dumps(output.data)
        if problem := self._check(output, len(value)):
            raise Stop("unpublishable_output", problem)
        partition = partition_of(output.subject, self._partitions)
        number = self._numbers[partition] + 1
        headers = _headers(output, identity, number)
        while True:
            try:
                out = await self._warnings.send(
                    key=output.subject.encode(), value=value, partition=partition, headers=headers
                )
                await out
                break
            except Exception as error:  # noqa: BLE001 - aiokafka's and Faust's errors have no parent in common
                self._standing.waits(Retry("broker_away", f"{type(error).__name__} while a warning was published"))
                await asyncio.sleep(RETRY_S)
        self._numbers[partition] = number
        self._standing.published(output)

    # -- the outside --------------------------------------------------------------------------------------------

    async def _look(self, log: Log, clock: TimeSource) -> None:
        """Ask the broker now and then where the log ends; an answer also says that it is there."""
        while True:
            asked_at = clock.now()
            try:
                offsets = await asyncio.to_thread(log.ends)
            except Retry as error:
                self._standing.waits(error)
            else:
                self._standing.ends(Ends(asked_at, offsets))
            await asyncio.sleep(LOOK_S)


def _headers(output: Output, identity: str, number: int) -> dict[str, bytes]:
    event = Event(
        id=identity, source="tousu/trends", type=output.type, time=output.time, subject=output.subject,
        dataschema=address_of(output.type),
        extensions={ORGANISATION: output.organisation} if output.organisation else {},
    )  # fmt: skip
    provenance = {"origin": ORIGIN, "seq": str(number), "time": text_of_time(output.time)}
    return dict(binary_headers(event)) | {f"tousu-{name}": text.encode() for name, text in provenance.items()}
