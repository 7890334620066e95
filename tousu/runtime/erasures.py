"""Who was erased by the log's word, and is there all the same: intake's database was restored, or a table put back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import orjson

from tousu.events.duplicate import PersonErased
from tousu.runtime.broker import Record
from tousu.runtime.inspection import Inspection

_TYPE = ("ce_type", PersonErased.TYPE.encode())


class Erasures:
    """What complaints.accepted says of erased tellings, held against the records of intake."""

    def __init__(self) -> None:
        self._by_case: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def note(self, record: Record) -> None:
        """Take in a record of complaints.accepted."""
        if _TYPE in record.headers:
            data = orjson.loads(record.value or b"{}")
            self._by_case[data["case_number"]] |= {(event["source"], event["id"]) for event in data["tellings"]}

    def forgotten(self, inspection: Inspection) -> Iterator[tuple[str, str]]:
        """Each case of which an erased telling has its key, and in a sentence what to do."""
        if not inspection.keeps("record"):
            return
        for number, tellings in sorted(self._by_case.items()):
            rows = inspection.matching_states("record", "erased IS NULL AND case_number = :number", {"number": number})
            records = [orjson.loads(doc)["record"] for _, doc in rows]
            back = sum((record["event_source"], record["event_id"]) in tellings for record in records)
            if back:
                message = f"{back} tellings can be read although the log says that they were erased"
                yield number, f"{message}; `tousu person erase-again` erases them, once intake has followed its log"
