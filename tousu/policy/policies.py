"""The packs of a deployment: which one rules for whom, and since when.

An organisation on an event selects its pack; an event without one belongs to the deployment's own. Every pack may be
there in several versions, each with the time from which it holds: a case is decided by the version that held when it
was received, and keeps it until a recalculation moves it. Source: docs/architecture.md, section 4; features, number 13.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tousu.policy.pack import Pack
from tousu.policy.text import Classifier

OWN = ""
"""The organisation of an event that names none."""


class PackHistory(msgspec.Struct, frozen=True):
    """All versions of one pack, oldest first; at least one."""

    versions: tuple[Pack, ...]

    def at(self, moment: datetime) -> Pack:
        """The version in force at a moment; before the first, the first."""
        for pack in reversed(self.versions):
            if pack.effective_from <= moment:
                return pack
        return self.versions[0]

    def version(self, version: str) -> Pack:
        """The version of this number; the newest where it is no longer there. Decisions name the one that made them."""
        for pack in self.versions:
            if pack.version == version:
                return pack
        return self.newest

    @property
    def newest(self) -> Pack:
        """The version that holds last."""
        return self.versions[-1]


class Policies:
    """The packs by organisation. Immutable by convention."""

    __slots__ = ("_classifiers", "_histories")

    def __init__(self, histories: Mapping[str, PackHistory]) -> None:
        """`histories` maps organisations to their packs; `OWN` must be among them."""
        assert OWN in histories
        self._histories = dict(histories)
        self._classifiers: dict[tuple[str, str], Classifier] = {}

    @classmethod
    def of(cls, *versions: Pack) -> Policies:
        """The policies of a deployment with one pack, its versions oldest first."""
        return cls({OWN: PackHistory(versions)})

    @property
    def own(self) -> Pack:
        """The newest version of the deployment's own pack."""
        return self._histories[OWN].newest

    @property
    def organisations(self) -> tuple[str, ...]:
        """The organisations that have a pack of their own, in order."""
        return tuple(sorted(name for name in self._histories if name))

    def knows(self, organisation: str) -> bool:
        """Whether events of this organisation have a pack."""
        return organisation in self._histories

    def at(self, organisation: str, moment: datetime) -> Pack:
        """The pack that holds for an organisation at a moment. Raises KeyError for an organisation without one."""
        return self._histories[organisation].at(moment)

    def version(self, organisation: str, version: str) -> Pack:
        """The version of an organisation's pack. An organisation that has left is judged by the deployment's own."""
        return self._histories.get(organisation, self._histories[OWN]).version(version)

    def history(self, organisation: str) -> PackHistory:
        """All versions of an organisation's pack. Raises KeyError."""
        return self._histories[organisation]

    def classifier(self, pack: Pack) -> Classifier:
        """What classes texts by one of these packs; made once for all that ask, since its many words take long."""
        name = (pack.id, pack.version)
        if name not in self._classifiers:
            self._classifiers[name] = Classifier(pack)
        return self._classifiers[name]

    @property
    def archive_after(self) -> timedelta:
        """How long after its end the rows of any case move to the archives: the longest that a pack asks for."""
        return timedelta(days=max(pack.archive_days for pack in self.packs()))

    def packs(self) -> Iterator[Pack]:
        """Every version of every pack, each once."""
        seen: list[Pack] = []
        for history in self._histories.values():
            for pack in history.versions:
                if pack not in seen:
                    seen.append(pack)
                    yield pack


def in_order(packs: Sequence[Pack]) -> PackHistory:
    """Versions of one pack, ordered by the time from which they hold."""
    return PackHistory(tuple(sorted(packs, key=lambda pack: pack.effective_from)))
