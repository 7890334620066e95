"""A new master key takes over while intake works, and the old one is retired.

The new key is noted beside the old one, each sealed by the other. Then every shard is taken once: a copy that still
knows the old key alone is fenced, and on opening its shards again it reads the new one, so from here on nothing is
sealed by the old key. The keys of rows are wrapped again batch by batch; a command that was cut short goes on where
it stands, since a row says by which key it is wrapped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol, runtime_checkable

import sqlalchemy as sa

from services.intake.keyring import Keyring, Master, lock_master_keys, master_keys, put_master_key, retire_master_key
from services.intake.store import SEALED, count_wrapped, rows_to_rewrap, write_rewrapped
from tousu.failure import Stop
from tousu.runtime.store import Store

BATCH_ROWS: Final = 500


@runtime_checkable
class Rewrapping(Protocol):
    """Whatever wraps the key of a row again."""

    def rewrapped(self, doc: str) -> str: ...


class RotationProgress(NamedTuple):
    """How far it is: rows wrapped again by this command, rows that are still wrapped by another key."""

    rewrapped: int
    left: int


def rotate(store: Store, keyring: Keyring, new: Master, batch_rows: int = BATCH_ROWS) -> Iterator[RotationProgress]:
    """Let `new` take over from the key in force; once or again until it is done. One step for each batch.

    `store` opens with the keyring. Raises Stop `rotation_unfinished` while another new key is taking over.
    """
    with store.transaction("cannot note a master key") as connection:
        lock_master_keys(connection)
        keyring.open(connection)
        _note(connection, keyring, new)
    for shard in store.epochs():
        store.take(shard)
    with store.transaction("cannot read the master keys") as connection:
        keyring.open(connection)
    done = 0
    while left := _left(store, new.name):
        yield RotationProgress(done, left)
        for count in _pass(store, new.name, batch_rows):
            done += count
            yield RotationProgress(done, max(left - done, 0))
    yield RotationProgress(done, 0)


def _note(connection: sa.Connection, keyring: Keyring, new: Master) -> None:
    known = master_keys(connection)
    if new.name in known:
        if keyring.current.name != new.name:
            raise Stop("rotation_unfinished", f"key {new.name} was in force before; take a key that is new")
        return
    if len(known) > 1:
        message = f"key {keyring.current.name} is taking over; let that end first, then `tousu keys retire` the former"
        raise Stop("rotation_unfinished", message)
    put_master_key(connection, new.name, keyring.handed_on(new))


def _left(store: Store, name: str) -> int:
    with store.transaction("cannot count rows") as connection:
        return sum(count for master, count in count_wrapped(connection).items() if master != name)


def _pass(store: Store, name: str, batch_rows: int) -> Iterator[int]:
    """Every row once; one that its processor writes meanwhile is left to the next pass."""
    for kind in SEALED:
        codec = store.kinds[kind].codec
        assert isinstance(codec, Rewrapping)
        after = (-1, "")
        while True:
            with store.transaction("cannot wrap keys again") as connection:
                rows = rows_to_rewrap(connection, kind, name, after, batch_rows)
                written = [(codec.rewrapped(row.doc), row) for row in rows]
                count = write_rewrapped(connection, kind, written)
            if not rows:
                break
            after = (rows[-1].shard, rows[-1].key)
            yield count


def retire(store: Store, keyring: Keyring, name: str) -> None:
    """Forget a former master key: from now on it opens nothing.

    `keyring` holds the key that was given. Raises Stop: `unknown_key`, `key_in_use` while it is in force, is the one
    that was given, or still wraps a row.
    """
    with store.transaction("cannot retire a master key") as connection:
        lock_master_keys(connection)
        keyring.open(connection)
        known = master_keys(connection)
        if name not in known:
            raise Stop("unknown_key", f"no master key {name} is known; there are {', '.join(known)}")
        if name in {keyring.current.name, keyring.given}:
            message = f"key {name} is in force, or the one that you gave; give the new one as TOUSU_MASTER_KEY_FILE"
            raise Stop("key_in_use", f"{message}, so that it is sure that you have it")
        if left := count_wrapped(connection).get(name, 0):
            raise Stop("key_in_use", f"key {name} still wraps {left} rows; `tousu keys rotate` goes on with them")
        retire_master_key(connection, name, keyring.current.name, known[keyring.current.name])
