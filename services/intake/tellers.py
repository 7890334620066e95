"""Who told of a case, as the case remembers them: so that no report about it hands their names on."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from services.intake.spotting import Known
from services.intake.states import GateCase, Teller


def with_teller(tellers: Mapping[str, Teller], key: str, known: Known) -> Mapping[str, Teller]:
    """The tellers of a case and one more, where they say anything of themselves. `key`: the last part of their record's
    key."""
    return {**tellers, key: Teller(known.own, known.phones)} if known.own or known.phones else tellers


def without_tellings(case: GateCase, keys: Collection[str], *, is_begun: bool = False) -> GateCase:
    """The case without those who told what the records of these keys hold. `is_begun`: one of them began it."""
    gone = {key.partition("/")[2] for key in keys}
    tellers = {key: teller for key, teller in case.tellers.items() if key not in gone}
    return msgspec.structs.replace(case, tellers=tellers, pseudonym="" if is_begun else case.pseudonym)
