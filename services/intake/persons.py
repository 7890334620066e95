"""What is held of a person in intake: found by telephone number, address or case, and erased for good.

Numbers and addresses are compared as they are for pseudonyms, so any writing finds every other. Every sealed record is
opened for that: nothing by which a person could be looked up stands in the database. An erasure is a turn of the shard
that has the case, as an operator's acts are: the running copy is fenced, rows and the event `person.erased` are
committed together.
Source: Personal Information Protection Law of China, articles 45 and 47; GDPR, articles 15, 17 and 19.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple, Self

import orjson

from services.intake.identity import address_key, phone_key
from services.intake.registration import ADDRESSES, PHONES, Place, personal_values
from services.intake.rules import ACCEPTED
from services.intake.sealing import RecordCodec
from services.intake.states import GateCase, SubmissionRecord
from services.intake.store import documents_of, records_page
from services.intake.tellers import without_tellings
from tousu.decision import Output, StateKey
from tousu.events.duplicate import PersonErased
from tousu.events.shared_values import SourceEvent
from tousu.failure import Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime.acts import take_a_turn
from tousu.runtime.broker import OutRecord
from tousu.runtime.processor import Processor
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.store import Store

PAGE_ROWS: Final = 500
TELLINGS_MAX: Final = 40
"""So many tellings one event names, and one turn erases."""


class Query(NamedTuple):
    """Who is looked for: one of the three; `organisation` bounds it to the cases of one, None: of all."""

    phone: str = ""
    email: str = ""
    case: str = ""
    organisation: str | None = None


class Held(NamedTuple):
    """One telling of the person, and the case it belongs to. `key`: that of its row."""

    shard: int
    key: str
    record: SubmissionRecord
    case: GateCase

    @property
    def began(self) -> bool:
        """Whether this telling began the case."""
        return _begun(self.case) == _submission(self.record)


class Erasure(NamedTuple):
    """What `person.erased` says: which tellings of a case, each by source and id."""

    case: str
    tellings: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            data["case_number"], frozenset((submission["source"], submission["id"]) for submission in data["tellings"])
        )

    def names(self, record: SubmissionRecord) -> bool:
        """Whether it tells of this record of its case."""
        return (record.event_source, record.event_id) in self.tellings


class Persons:
    """The persons in intake's database. `places`: what is personal in each type of event. `regions`: where telephone
    numbers without a country code may belong."""

    def __init__(self, store: Store, places: Mapping[str, Collection[Place]], regions: Collection[str]) -> None:
        self._store = store
        self._places = places
        self._regions = sorted(regions)
        self._codec = _codec_of(store)

    def find(self, query: Query) -> Iterator[Held]:
        """Every telling of the person, in the order of the rows; of a case all, those that were erased, too.

        Raises Stop `no_number` for a telephone number or address that is none.
        """
        wanted = self._wanted(query)
        after = (-1, "")
        while True:
            with self._store.transaction("cannot read records") as connection:
                rows = records_page(connection, query.case, after, PAGE_ROWS)
            decoded = [(row, self._codec.decode(row.doc)) for row in rows]
            matching = [(row, record) for row, record in decoded if query.case or self._says(record) & wanted]
            cases = self._cases((row.shard, record.case_number) for row, record in matching)
            for row, record in matching:
                case = cases[row.shard, record.case_number]
                if query.organisation in {None, case.organisation}:
                    yield Held(row.shard, row.key, record, case)
            if len(rows) < PAGE_ROWS:
                return
            after = (rows[-1].shard, rows[-1].key)

    def back(self, erasures: Iterable[Erasure]) -> Iterator[Held]:
        """What can be read although it was erased: a database was restored from a backup, and caught up with the log.

        Each once, however often its person was erased.
        """
        erased: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for erasure in erasures:
            erased[erasure.case] |= erasure.tellings
        for number, tellings in erased.items():
            for held in self.find(Query(case=number)):
                if not held.record.erased and (held.record.event_source, held.record.event_id) in tellings:
                    yield held

    def _wanted(self, query: Query) -> frozenset[str]:
        if query.phone:
            keys = frozenset(f"{region}:{phone_key(query.phone, region)}" for region in self._regions)
            if not any(sign.isdecimal() for sign in query.phone):
                raise Stop("no_number", "--phone must be a telephone number, such as 19900000042 or +44 20 7946 0000")
            return keys
        if query.email and "@" not in query.email:
            raise Stop("no_number", "--email must be an address, such as name@mail.example")
        return frozenset({address_key(query.email)} if query.email else ())

    def _says(self, record: SubmissionRecord) -> frozenset[str]:
        """The numbers and addresses that a telling gives of its person, each in its one form."""
        keys = set()
        for place, value in personal_values(record.data, self._places[record.event_type]):
            if place[-1] in PHONES:
                keys |= {f"{region}:{phone_key(value, region)}" for region in self._regions}
            elif place[-1] in ADDRESSES:
                keys.add(address_key(value))
        return frozenset(keys)

    def _cases(self, pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], GateCase]:
        cases = self._store.read({"case": set(pairs)})
        return {
            (shard, state_key.key): case for (shard, state_key), case in cases.items() if isinstance(case, GateCase)
        }

    def erase(self, processor: Processor, records: Iterable[Held]) -> int:
        """Erase tellings for ever: their keys, what is sealed, pseudonyms. How many were still readable."""
        by_case: dict[tuple[int, str], list[Held]] = defaultdict(list)
        for held in records:
            by_case[held.shard, held.record.case_number].append(held)
        return sum(
            self._erase_of_a_case(processor, shard, part)
            for (shard, _), tellings in by_case.items()
            for part in _parts(tellings)
        )

    def _erase_of_a_case(self, processor: Processor, shard: int, tellings: list[Held]) -> int:
        done: list[SubmissionRecord] = []

        def do(turn: ShardTurn) -> None:
            number = tellings[0].record.case_number
            with self._store.transaction("cannot read records") as connection:
                docs = documents_of(connection, shard, [held.key for held in tellings])
            case = self._cases([(shard, number)])[shard, number]
            done[:], began = _put_erased(turn, self._codec, case, docs)
            if not done:
                return
            named = [SourceEvent(source=record.event_source, id=record.event_id) for record in done]
            erased = PersonErased(case_number=number, tellings=named, began_the_case=began)
            turn.say(Output.of(
                erased, topic=ACCEPTED, subject=number, time=cp.moment(max(turn.checkpoint.time_us, 0)),
                organisation=case.organisation,
            ))  # fmt: skip

        partitions = dict.fromkeys([*(input_.topic for input_ in processor.inputs), *processor.outputs], shard + 1)
        take_a_turn(processor, self._store, shard, partitions, do)
        return len(done)


def erased_again(turn: ShardTurn, store: Store, record: OutRecord) -> None:
    """Erase what the event `person.erased` tells of, as it was erased then. Of other events nothing comes."""
    if ("ce_type", PersonErased.TYPE.encode()) not in record.headers:
        return
    erasure = Erasure.of(orjson.loads(record.value))
    codec = _codec_of(store)
    with store.transaction("cannot read records") as connection:
        rows = records_page(connection, erasure.case, (-1, ""), sys.maxsize)
    docs = {row.key: row.doc for row in rows if erasure.names(codec.erased(row.doc))}
    case = store.read({"case": [(turn.shard, erasure.case)]}).get((turn.shard, StateKey("case", erasure.case)))
    if isinstance(case, GateCase):
        _put_erased(turn, codec, case, docs)


def _codec_of(store: Store) -> RecordCodec:
    codec = store.kinds["record"].codec
    assert isinstance(codec, RecordCodec)
    return codec


def _put_erased(
    turn: ShardTurn, codec: RecordCodec, case: GateCase, docs: Mapping[str, str]
) -> tuple[list[SubmissionRecord], bool]:
    """Take the person out of these rows of records, and out of their case; also, whether one of them began it."""
    done = {key: codec.erased(doc) for key, doc in docs.items()}
    for key, record in done.items():
        turn.put(StateKey("record", key), record)
    began = _begun(case) in set(map(_submission, done.values()))
    if done:
        turn.put(StateKey("case", case.number), without_tellings(case, list(done), is_begun=began))
    return list(done.values()), began


def _parts(tellings: Iterable[Held]) -> Iterator[list[Held]]:
    left = iter(tellings)
    while part := list(islice(left, TELLINGS_MAX)):
        yield part


def _submission(record: SubmissionRecord) -> tuple[str, str, str]:
    """A telling by what tells it from all others: its id counts for the channel that it came on."""
    return record.event_source, record.event_id, record.channel


def _begun(case: GateCase) -> tuple[str, str, str]:
    """The telling that began a case, named likewise."""
    return case.first_event_source, case.first_event_id, case.channel
