"""Intake's database with the keys that open it, for the commands that look after persons and keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tousu.cli import options

if TYPE_CHECKING:
    from services.intake.keyring import Keyring
    from services.intake.persons import Persons
    from tousu.runtime.processor import Processor
    from tousu.runtime.store import Store


class Vault(NamedTuple):
    """The store of intake, opened with its keyring."""

    store: Store
    keyring: Keyring


@contextmanager
def vault(data: Path | None, database: str) -> Iterator[Vault]:
    """Intake's database, opened with the master key of the settings. Raises Stop `no_database`, `no_master_key`,
    `wrong_master_key`, and what `master_key` raises."""
    from services.intake.keyring import Keyring
    from services.intake.processor import sealed_places
    from services.intake.sealing import CaseCodec, RecordCodec
    from services.intake.store import kinds
    from tousu.runtime.store import Store

    url = options.inspection("intake", data, database).url
    keyring = Keyring(_master_key(data, url))
    store = Store(
        url, "intake", kinds(RecordCodec(keyring, sealed_places()), CaseCodec(keyring)), on_opening=keyring.open
    )
    try:
        store.create()
        yield Vault(store, keyring)
    finally:
        store.close()


class PersonsDesk(NamedTuple):
    """Where persons are looked after: who there is, intake as it is composed, its store."""

    persons: Persons
    processor: Processor
    store: Store


@contextmanager
def desk(data: Path | None, database: str) -> Iterator[PersonsDesk]:
    """Intake as it is set up here, on its database, without a broker. Raises as `vault`."""
    from dataclasses import replace

    from services.intake.identity import region_of_zone
    from services.intake.persons import Persons
    from services.intake.processor import personal_data
    from tousu.runtime.settings import read_settings
    from tousu.runtime.store import Store
    from tousu.simulation.pipeline import composed, rebuild_wiring

    url = options.inspection("intake", data, database).url
    wiring = rebuild_wiring("", read_settings("intake").partitions)
    processor = composed("intake", replace(wiring, master_key=_master_key(data, url)))
    store = Store(url, processor.name, processor.kinds, on_opening=processor.on_opening)
    regions = {region_of_zone(pack.time_zone) for pack in wiring.policies.packs()}
    places = {kind: personal.places for kind, personal in personal_data().items()}
    try:
        store.create()
        yield PersonsDesk(Persons(store, places, regions), processor, store)
    finally:
        store.close()


def _master_key(data: Path | None, url: str) -> bytes:
    """The key that intake would take, and none that would have to be made first."""
    from tousu.failure import Stop
    from tousu.runtime.master_key import DEVELOPMENT_FILE, master_key
    from tousu.runtime.settings import read_settings

    settings = read_settings("intake")
    folder = settings.data if data is None else data
    is_given = bool(settings.master_key) or settings.master_key_file is not None
    is_production = url.startswith("postgresql")
    if not is_given and (is_production or not (folder / DEVELOPMENT_FILE).is_file()):
        raise Stop("no_master_key", "give the master key that intake has: TOUSU_MASTER_KEY_FILE or TOUSU_MASTER_KEY")
    key, _ = master_key(settings.master_key, settings.master_key_file, folder, is_production=is_production)
    return key
