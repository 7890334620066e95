"""The personal record in the database: every personal field encrypted by itself, with a key of its own row.

    {"case_number": ..., "data": {what is not personal}, "key": {"master": which, "wrapped": ...},
     "sealed": {"/complainant/phone": ..., "/content": ...}}

Each row has a random key (AES-256-GCM), wrapped by a key derived from the master key; place and case are authenticated
with every field, so that no field can be moved to another row. Taking `key` out of a row erases the person: what stays
is noise, here and in every copy of the row made later. A case whose trouble was told by several persons has a row for
each, so one of them can be erased alone. Randomness lives here and only here: rules never see a key.

Source: docs/architecture.md, section 4; docs/personal-data.md (crypto-shredding, PIPL articles 47 and 51, GDPR article
17).
"""

from __future__ import annotations

import os
from binascii import b2a_base64
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.intake.keyring import KEY_BYTES, NONCE_BYTES, Keyring, Wrapped, opened
from services.intake.registration import Place
from services.intake.states import GateCase, SubmissionRecord, Teller
from tousu.decision import State
from tousu.failure import Stop

_Tree = dict[str, Any]
_TELLERS: Final = "/tellers"


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """A record as its row says it."""

    record: SubmissionRecord
    sealed: dict[str, str]
    key: Wrapped | None = None


class _CaseRow(GateCase, frozen=True, kw_only=True):
    """A case as its row says it."""

    key: Wrapped | None = None
    sealed: dict[str, str] = msgspec.field(default_factory=dict)


class RecordCodec:
    """Writes and reads the rows of records. `personal` maps event types to the places of what is personal in them."""

    def __init__(self, keyring: Keyring, personal: Mapping[str, Collection[Place]]) -> None:
        self._keyring = keyring
        self._trees = {event_type: _tree(places) for event_type, places in personal.items()}
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(_Row)

    def encode(self, state: State) -> str:
        assert isinstance(state, SubmissionRecord)
        if state.erased:
            return self._encoder.encode(_Row(record=state, sealed={})).decode()
        to_seal: dict[str, Any] = {}
        data = _divided(state.data, self._trees[state.event_type], "", to_seal)
        key, sealed = _sealed(self._keyring, _name(state), to_seal)
        row = _Row(record=msgspec.structs.replace(state, data=data), sealed=sealed, key=key)
        return self._encoder.encode(row).decode()

    def decode(self, doc: str) -> SubmissionRecord:
        """The record in clear; without its personal fields where its key was taken out.

        Raises Stop when the row was sealed with another master key, or was changed by somebody else.
        """
        row = self._decoder.decode(doc)
        if row.key is None:
            return msgspec.structs.replace(row.record, erased=True)
        label = f"a record of case {row.record.case_number}"
        for place, value in _unsealed(self._keyring, row.key, _name(row.record), row.sealed, label).items():
            _put_back(row.record.data, place, value)
        return row.record

    def erased(self, doc: str) -> SubmissionRecord:
        """The record without its person, whether or not there still is a key that opens it."""
        record = self._decoder.decode(doc).record
        return msgspec.structs.replace(record, erased=True, pseudonym="")

    def rewrapped(self, doc: str) -> str:
        """The row with its key wrapped by the master key in force; what is sealed stays. Raises as `decode`."""
        row = self._decoder.decode(doc)
        assert row.key is not None
        key = self._keyring.rewrapped(row.key, _name(row.record))
        return self._encoder.encode(msgspec.structs.replace(row, key=key)).decode()


class CaseCodec:
    """Writes and reads the rows of cases: everything in clear but what says who told of it."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(_CaseRow)

    def encode(self, state: State) -> str:
        assert isinstance(state, GateCase)
        fields = msgspec.structs.asdict(state) | {"tellers": {}}
        if state.tellers:
            to_seal = {_TELLERS: msgspec.to_builtins(state.tellers)}
            fields["key"], fields["sealed"] = _sealed(self._keyring, _name_of_case(state), to_seal)
        return self._encoder.encode(_CaseRow(**fields)).decode()

    def decode(self, doc: str) -> GateCase:
        """The case; without who told of it where its key was taken out. Raises Stop as `RecordCodec.decode`."""
        row = self._decoder.decode(doc)
        fields = msgspec.structs.asdict(row)
        key, sealed = fields.pop("key"), fields.pop("sealed")
        if key is not None:
            opened_ = _unsealed(self._keyring, key, _name_of_case(row), sealed, f"case {row.number}")
            fields["tellers"] = msgspec.convert(opened_[_TELLERS], dict[str, Teller])
        return GateCase(**fields)

    def rewrapped(self, doc: str) -> str:
        """As `RecordCodec.rewrapped`."""
        row = self._decoder.decode(doc)
        assert row.key is not None
        key = self._keyring.rewrapped(row.key, _name_of_case(row))
        return self._encoder.encode(msgspec.structs.replace(row, key=key)).decode()


def _sealed(keyring: Keyring, name: str, to_seal: Mapping[str, Any]) -> tuple[Wrapped, dict[str, str]]:
    """A new key for a row, wrapped, and its fields sealed by it."""
    random = os.urandom(KEY_BYTES + NONCE_BYTES * (len(to_seal) + 1))
    key, nonces = random[:KEY_BYTES], random[KEY_BYTES:]
    cipher = AESGCM(key)
    sealed = {}
    for number, (place, value) in enumerate(to_seal.items(), start=1):
        nonce = nonces[number * NONCE_BYTES : (number + 1) * NONCE_BYTES]
        hidden = cipher.encrypt(nonce, orjson.dumps(value), f"{name}{place}".encode())
        sealed[place] = b2a_base64(nonce + hidden, newline=False).decode()
    return keyring.current.wrap(key, nonces[:NONCE_BYTES], name), sealed


def _unsealed(keyring: Keyring, key: Wrapped, name: str, sealed: Mapping[str, str], label: str) -> dict[str, Any]:
    """The fields of a row in clear. Raises Stop; `label` says whose row it is."""
    try:
        cipher = AESGCM(keyring.unwrap(key, name))
        return {place: orjson.loads(opened(cipher, hidden, f"{name}{place}")) for place, hidden in sealed.items()}
    except (InvalidTag, ValueError):
        raise Stop("record_changed", f"{label} is not as it was sealed") from None


def _name_of_case(case: GateCase) -> str:
    return f"case\0{case.number}"


def _name(record: SubmissionRecord) -> str:
    """What ties a sealed field to its row."""
    return f"{record.case_number}\0{record.event_source}\0{record.event_id}"


def _tree(places: Collection[Place]) -> _Tree:
    """Places as nested maps, None at the end of each."""
    tree: _Tree = {}
    for place in places:
        node = tree
        for step in place[:-1]:
            node = node.setdefault(step, {})
        node[place[-1]] = None
    return tree


def _divided(node: Any, tree: _Tree, pointer: str, to_seal: dict[str, Any]) -> Any:
    """A copy of data without what is personal; that goes into `to_seal` under its JSON pointer."""
    if isinstance(node, list):
        below = tree.get("*", {})
        if below is None:
            to_seal |= {f"{pointer}/{index}": child for index, child in enumerate(node)}
            return [None] * len(node)
        return [_divided(child, below, f"{pointer}/{index}", to_seal) for index, child in enumerate(node)]
    if not isinstance(node, dict):
        return node
    rest = {}
    for name, child in node.items():
        below = tree.get(name, tree)
        if below is None:
            to_seal[f"{pointer}/{name}"] = child
        elif below is tree:
            rest[name] = child
        else:
            rest[name] = _divided(child, below, f"{pointer}/{name}", to_seal)
    return rest


def _put_back(data: dict[str, Any], pointer: str, value: Any) -> None:
    """Put a value where it was taken from."""
    steps = pointer.split("/")[1:]
    node: Any = data
    for step in steps[:-1]:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[int(steps[-1]) if isinstance(node, list) else steps[-1]] = value
