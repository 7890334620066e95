"""What the commands that explain begin with: the story of a case, the pack that decided it, or that there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from tousu.explain.story import CaseHistory
    from tousu.policy.pack import Pack

MARK = "/"
"""What stands between the number of a case and the running number of a claim."""


def pack_of(reference: Mapping[str, str], organisation: str, asked: str) -> Pack:
    """The pack for a case: the one asked for, or the one that the router's event names (`{"id", "version"}`).

    Of the version named; of the newest where that is no longer there. Where the pack of the settings for the
    organisation is another one, the pack is looked for by its id.
    """
    from tousu.policy.loading import load_policies
    from tousu.policy.policies import OWN
    from tousu.runtime.settings import read_settings

    version = reference["version"]
    if asked:
        return load_policies(asked).version(OWN, version)
    settings = read_settings("cli")
    pack = load_policies(settings.pack, settings.organisations).version(organisation, version)
    return pack if pack.id == reference["id"] else load_policies(reference["id"]).version(OWN, version)


class _Reference(msgspec.Struct):
    """Which pack decided."""

    id: str
    version: str


class _RoutedTold(msgspec.Struct):
    """What router last told of a case, as far as it is wanted here."""

    pack: _Reference


class _Routed(msgspec.Struct):
    """What router keeps of a case, as far as it is wanted here."""

    told: _RoutedTold
    organisation: str = ""


def show_times_of_case(number: str, data: Path | None, database: str) -> None:
    """Show times in the zone of the pack that decided a case; where nobody knows it, of that of the data folder."""
    from tousu.cli import options, output
    from tousu.failure import Failure
    from tousu.local.folder import pack_of as pack_of_folder

    options.show_times_of(data)
    state = options.inspection("router", data, database).state("case", number)
    if state is None:
        return
    routed = msgspec.convert(state, _Routed)
    for asked in dict.fromkeys((pack_of_folder(options.data_folder(data)), "")):
        try:
            pack = pack_of(msgspec.to_builtins(routed.told.pack), routed.organisation, asked)
        except Failure:  # a pack that is not there any more; the folder's own has been taken already
            continue
        if pack.id == routed.told.pack.id:
            output.show_times_in(pack.time_zone)
            return


def read_story_of(number: str, topics: Sequence[str], data: Path | None, broker: str) -> CaseHistory:
    """The story of a case from these topics. Raises Retry `broker_away` where nothing can be read."""
    from tousu.cli.published import published
    from tousu.explain.story import read_story

    return read_story(number, published(topics, data, broker, number))


def no_case(case_number: str) -> str:
    """What is said of a number that no case has."""
    return f"there is no case {case_number}; `tousu tail complaints.cases` shows the numbers there are"


def no_claim(number: str, known: Iterable[str]) -> str:
    """What is said of a number that no claim has: those that there are."""
    case_number, _, running = number.partition(MARK)
    there = ", ".join(known)
    has = f"it has: {there}" if there else f"it has none; `tousu explain {case_number}` says why"
    form = "" if running.isdecimal() else " (a claim's number is that of its case, a slash, and 1, 2, 3 ...)"
    return f"case {case_number} has no claim {number}{form}; {has}"
