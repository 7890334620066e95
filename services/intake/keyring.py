"""The master keys of a database: which one is right, which are valid together while one takes over, what stays.

A master key wraps the keys of rows, no more. The keys by which persons and events are told apart stay the same for
ever, since pseudonyms stand in the log: they lie in the database, sealed by the master key (kind `master_key`). That
is the check value, too: a key that does not open them is the wrong one, and is noticed before anything is done. While
a new key takes over, each of the two lies there sealed by the other, so whoever has one has both.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.intake.identity import Keys
from services.intake.states import MasterKey
from tousu.failure import Stop

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_OF_NO_SHARD: Final = -1
_KNOWN: Final = "SELECT key, doc FROM intake_master_key"
_PUT: Final = "INSERT INTO intake_master_key (shard, key, version, doc) VALUES (:shard, :key, 1, :doc)"
_DROP: Final = "DELETE FROM intake_master_key WHERE key = :key"
_CHANGE: Final = "UPDATE intake_master_key SET doc = :doc, version = version + 1 WHERE key = :key"
_A_RECORD: Final = "SELECT doc FROM intake_record_all WHERE erased IS NULL LIMIT 1"
_NO_KEY: Final = "set TOUSU_MASTER_KEY or TOUSU_MASTER_KEY_FILE"


class Wrapped(msgspec.Struct, frozen=True):
    """The key of a row, wrapped by a master key, which is named."""

    master: str
    wrapped: str


class Master:
    """One master key: its name, and what it wraps and seals. The name is a keyed digest: it tells nothing of the key.

    Raises Stop `wrong_setting` for a key of another length.
    """

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.name = _derived(key, "name of the key")[:4].hex()
        self._wrapping = AESGCM(_derived(key, "wrapping"))
        self._keyring = AESGCM(_derived(key, "keyring"))

    def wrap(self, key: bytes, nonce: bytes, name: str) -> Wrapped:
        """Wrap the key of a row; `name` ties it to the row."""
        return Wrapped(self.name, _text(nonce + self._wrapping.encrypt(nonce, key, name.encode())))

    def unwrap(self, wrapped: str, name: str) -> bytes:
        """The key of a row. Raises InvalidTag."""
        return opened(self._wrapping, wrapped, name)

    def seal(self, plaintext: bytes, name: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        return _text(nonce + self._keyring.encrypt(nonce, plaintext, name.encode()))

    def unseal(self, sealed: str, name: str) -> bytes:
        """What was sealed. Raises InvalidTag."""
        return opened(self._keyring, sealed, name)


class Keyring:
    """The keys in force. With the master key alone it is that of an empty database; `open` reads what a database has.

    pseudonym, fingerprint: keys of identity (`identity.Keys`). master_keys: those that can be used, by name.
    """

    def __init__(self, key: bytes) -> None:
        self._given = Master(key)
        self.current = self._given
        self.masters = {self._given.name: self._given}
        self._identity = keys_of(key)
        self._order = 0

    @property
    def former(self) -> str:
        """The name of the key that the one in force takes over from, empty once that is retired."""
        return next((name for name in self.masters if name != self.current.name), "")

    @property
    def given(self) -> str:
        """The name of the key that was given."""
        return self._given.name

    @property
    def pseudonym(self) -> bytes:
        return self._identity.pseudonym

    @property
    def fingerprint(self) -> bytes:
        return self._identity.fingerprint

    def open(self, connection: sa.Connection) -> None:
        """Hold the key against what the database knows, and take over what it says; the caller commits.

        A database that knows no key yet takes this one. Raises Stop `wrong_master_key`.
        """
        known = master_keys(connection)
        if not known:
            self._check_records(connection)
            known = {self._given.name: MasterKey(order=0, identity=self._sealed(self._given))}
            put_master_key(connection, self._given.name, known[self._given.name])
        held = {name: master for name, master in self.masters.items() if name in known}
        self._identity = self._unsealed(known, held)
        self.masters = self._reachable(known, held)
        self._order, newest = max((known[name].order, name) for name in self.masters)
        self.current = self.masters[newest]

    def _check_records(self, connection: sa.Connection) -> None:
        """A database from before keys were noted in it: a record says by which key it was sealed."""
        doc = connection.execute(sa.text(_A_RECORD)).scalar()
        name = msgspec.json.decode(doc)["key"]["master"] if doc is not None else self._given.name
        if name != self._given.name:
            raise self._wrong([name])

    def _reachable(self, known: Mapping[str, MasterKey], held: Mapping[str, Master]) -> dict[str, Master]:
        """Every key that those at hand lead to, over those that were handed on."""
        masters = dict(held)
        for name in sorted(known, key=lambda name: known[name].order):
            row = known[name]
            if row.former in masters and name not in masters:
                masters[name] = Master(masters[row.former].unseal(row.by_former, name))
            elif name in masters and row.former in known and row.former not in masters:
                masters[row.former] = Master(masters[name].unseal(row.former_by_this, row.former))
        return masters

    def _unsealed(self, known: Mapping[str, MasterKey], held: Mapping[str, Master]) -> Keys:
        """By every key at hand, so that each is proven. One that was taken over from may be retired by now."""
        if not held:
            raise self._wrong(known)
        try:
            material = [master.unseal(known[name].identity, "identity") for name, master in held.items()][-1]
        except InvalidTag:
            raise self._wrong(known) from None
        return Keys(pseudonym=material[:KEY_BYTES], fingerprint=material[KEY_BYTES:])

    def _sealed(self, master: Master) -> str:
        return master.seal(self.pseudonym + self.fingerprint, "identity")

    def _wrong(self, names: Iterable[str]) -> Stop:
        message = f"this database was sealed with master key {' or '.join(names)}; the one given is {self._given.name}"
        return Stop("wrong_master_key", f"{message}. Give that one ({_NO_KEY}); if it is lost, see the runbook")

    def handed_on(self, new: Master) -> MasterKey:
        """The row by which a new key becomes the one in force, beside the one that is."""
        return MasterKey(
            order=self._order + 1,
            identity=self._sealed(new),
            former=self.current.name,
            by_former=self.current.seal(new.key, new.name),
            former_by_this=new.seal(self.current.key, self.current.name),
        )

    def unwrap(self, key: Wrapped, name: str) -> bytes:
        """The key of a row. Raises Stop `wrong_master_key` where it is wrapped by another, InvalidTag if changed."""
        master = self.masters.get(key.master)
        if master is None:
            message = f"the record was sealed with master key {key.master}; the one given is {self._given.name}"
            raise Stop("wrong_master_key", message)
        return master.unwrap(key.wrapped, name)

    def rewrapped(self, key: Wrapped, name: str) -> Wrapped:
        """The key of a row, wrapped by the master key in force."""
        return self.current.wrap(self.unwrap(key, name), os.urandom(NONCE_BYTES), name)


def master_keys(connection: sa.Connection) -> dict[str, MasterKey]:
    """What the database knows of its master keys, by name."""
    rows = connection.execute(sa.text(_KNOWN)).all()
    return {name: msgspec.json.decode(doc, type=MasterKey) for name, doc in rows}


def put_master_key(connection: sa.Connection, name: str, row: MasterKey) -> None:
    """Note a master key; the caller commits."""
    values = {"shard": _OF_NO_SHARD, "key": name, "doc": msgspec.json.encode(row).decode()}
    connection.execute(sa.text(_PUT), values)


def retire_master_key(connection: sa.Connection, former: str, name: str, row: MasterKey) -> None:
    """Forget a former key, and let the one in force stand alone; the caller commits."""
    alone = msgspec.structs.replace(row, former="", by_former="", former_by_this="")
    connection.execute(sa.text(_DROP), {"key": former})
    connection.execute(sa.text(_CHANGE), {"key": name, "doc": msgspec.json.encode(alone).decode()})


def lock_master_keys(connection: sa.Connection) -> None:
    """One change of the master keys at a time; SQLite lets only one write anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7464)"))


def keys_of(master_key: bytes) -> Keys:
    """The keys by which persons get pseudonyms and events are told apart in a database that began with this key."""
    return Keys(pseudonym=_derived(master_key, "pseudonym"), fingerprint=_derived(master_key, "fingerprint"))


def opened(cipher: AESGCM, text: str, name: str) -> bytes:
    """What was encrypted, its nonce in front. Raises InvalidTag where it or `name` was changed."""
    raw = b64decode(text)
    return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], name.encode())


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()


def _derived(master_key: bytes, purpose: str) -> bytes:
    if len(master_key) != KEY_BYTES:
        message = f"intake needs a master key of {KEY_BYTES} bytes and has one of {len(master_key)}"
        raise Stop("wrong_setting", f"{message}; {_NO_KEY}")
    info = f"tousu intake {purpose} v1".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master_key)
