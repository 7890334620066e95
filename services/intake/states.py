"""What intake remembers, one row each. Personal are `SubmissionRecord` and `GateCase.tellers`: sealed in their rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tousu.domain.case.fold import CaseFile


class AcceptedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was accepted, so that a re-send changes nothing. `content` is the fingerprint of what it said."""

    content: str
    expires_at: datetime
    repeats: int = 0


class Counter(msgspec.Struct, frozen=True, kw_only=True):
    """The last case number given out in a shard: its day (local), its place on that day, and when it was given."""

    day: str
    last: int
    at: datetime


class Teller(msgspec.Struct, frozen=True):
    """What names or reaches the person of one telling, as it is looked for in what is reported (`spotting.Known`)."""

    own: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


class GateCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as far as the gate must know it.

    `status` is open until the customer has had the final answer; it decides only whether a further complaint may join,
    the life of the case is the router's. `life` is the same fold of what was reported of the end, None before anything
    was. `troubles` are the keys of its Trouble rows, which last until
    `joinable_until`. `organisation`: whose case it is.
    `first_event_source`, `first_event_id`: the telling that began it.
    `pack_version`: the version of its pack that a recalculation ordered, empty for that of its receipt.
    `tellers`: who told of it, by the last part of the key of their record; sealed in the row, and so bounded as those
    who join are (`joining.JOINED_MAX`). `answered_at`: when something was last said of it since it was answered, None
    while it goes on. `erase_at`: when everything personal goes, None while the case goes on.
    """

    number: str
    kind: str
    channel: str
    status: str
    pseudonym: str
    received_at: datetime
    registered_at: datetime
    joinable_until: datetime
    waybill_number: str | None = None
    troubles: tuple[str, ...] = ()
    life: CaseFile | None = None
    organisation: str = ""
    first_event_source: str = ""
    first_event_id: str = ""
    pack_version: str = ""
    tellers: Mapping[str, Teller] = {}
    answered_at: datetime | None = None
    erase_at: datetime | None = None


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """An open case's trouble with one piece: what a further complaint is compared with.

    `classes` is everything that was said of the piece, empty where nothing was understood. `joined`: how many have
    joined by this trouble.
    """

    case_number: str
    kind: str
    classes: tuple[str, ...]
    received_at: datetime
    expires_at: datetime
    joined: int = 0


class MasterKey(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a master key; of no shard, its name is the row's key. Everything in it is sealed.

    `order`: the last one is in force. `identity`: the keys of pseudonyms and fingerprints, sealed by this key. While it
    takes over from `former`: `by_former`, this key sealed by that one, and `former_by_this`.
    """

    order: int
    identity: str
    former: str = ""
    by_former: str = ""
    former_by_this: str = ""


class SubmissionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One telling of a trouble as it came in: the first, or one that joined. The row that holds the person.

    `data` is the inbound event's data, word for word. `erased` says that its personal fields are gone for ever.
    """

    case_number: str
    channel: str
    pseudonym: str
    event_source: str
    event_id: str
    event_type: str
    received_at: datetime
    accepted_at: datetime
    data: dict[str, Any]
    erased: bool = False
