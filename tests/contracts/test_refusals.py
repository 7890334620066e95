"""Whoever is refused learns what to do: every sentence names what is wrong, and the right form or the way out."""

from __future__ import annotations

import re

import pytest

from tests.contracts.refusals import HOLE, Sentence, sentences, sentences_in
from tests.rules.intake.records import REFUSED, reading
from tousu.contract import address_of, event_types, topics_of
from tousu.contract.schemas import ADDRESS, documents
from tousu.contract.wording import _SENTENCES, SchemaFault, sentence
from tousu.failure import Reject
from tousu.runtime.broker import Record

SENTENCES = sentences()
WRITTEN = [each for each in SENTENCES if each.words.replace(HOLE, "").strip(" :;,()[]")]
WAYS_OUT = re.compile(
    r"must |such as |one of|at most |at least |comes? (?:first|before)|after that|possible: |open: |it has |speaks for "
    r"|mend what is named"
    r"|belongs on |there (?:are|is) |channels are |a source there is |listed in |lists them|names those|only a ruling"
    r"|the data goes there|ends only with|are taken|names that of|is registered once|paid only|follows \w*paused"
    r"|has a higher|may be extended|did you mean "
    r"|(?:[;:,] |\bor |then |^)(?:add|ask|check|compare|confirm|deploy|extend|file|flatten|give|hand|leave|let|look"
    r"|name|refuse|reopen|report|say|see|send|set|take|tell|use|write)\b"
)
"""What shows a right form, or says what to do."""
INTERNAL = re.compile(
    r"\b(?:state|states|fold|refs?|checkpoint|turn|None|null|dict|tuple|KeyError|ValueError|Traceback|exception|regex|pattern"
    r"|instance|object at|domain, section|jsonschema|msgspec|class of|TODO)\b"
)
"""Words of the code, which mean nothing to an adapter."""
OF_THE_VALUE = {"broken_json", "malformed_data", "too_large", "wrong_encoding", "wrong_schema", "nul_character"}
"""What may be wrong with the value as a whole, so that no field can be named."""
CODES = frozenset(documents().by_address[ADDRESS + "shared/rejection.json"]["$defs"]["reason"]["enum"])


@pytest.mark.parametrize("said", WRITTEN, ids=str)
def test_each_says_the_right_form_or_what_to_do(said: Sentence) -> None:
    assert WAYS_OUT.search(said.words), "say what is right, or what to do"
    assert not INTERNAL.search(said.words), "say it in the words of whoever sends it"
    assert said.place or said.reason in OF_THE_VALUE, "name the field, or `type` where the report as such does not fit"
    assert len(said.words) < 300


def test_the_reading_of_the_code_finds_them_all() -> None:
    """Each code of the contract is met, save those that the runtime or an operator gives, those passed in, and
    `wrong_key`, which only records of before 0.2 carry."""
    elsewhere = {
        "bad_message", "codec_missing", "foreign_origin", "internal_error", "no_provenance", "records_lost",
        "skipped_by_operator", "unpublishable_output", "unreadable_headers", "unstorable", "wrong_key",
    }  # fmt: skip
    found = {each.reason for each in SENTENCES}
    assert {code for code in CODES - found - elsewhere if f'"{code}"' not in code_of_all_rooms()} == set()
    assert len(SENTENCES) > 130


def code_of_all_rooms() -> str:
    from tests.contracts.refusals import ROOMS, ROOT

    files = (
        path for room in ROOMS for path in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
    )
    return "".join(path.read_text(encoding="utf-8") for path in files)


def test_a_sentence_without_a_way_out_is_found() -> None:
    (bare,) = sentences_in(
        'def f():\n    message = f"clock {x} is wrong"\n    return Refusal(reason="x", message=message)', "f"
    )
    assert not WAYS_OUT.search(bare.words) and bare.words == "clock {} is wrong"
    assert INTERNAL.search("a KeyError in the fold")


@pytest.mark.parametrize("record", [each[0] for each in REFUSED.values()], ids=REFUSED)
def test_what_the_gate_says_of_each_wrong_record_names_the_field_and_the_way_out(record: Record) -> None:
    with pytest.raises(Reject) as refused:
        reading()(record)
    error = refused.value
    assert WAYS_OUT.search(error.message), error.message
    assert not INTERNAL.search(error.message.replace("such as null", "")), error.message
    assert error.place or error.reason in OF_THE_VALUE
    if error.reason == "wrong_schema" and error.place:
        assert error.place.rpartition("/")[2] in error.message


def test_every_written_form_that_somebody_outside_must_meet_shows_an_example() -> None:
    for kind in event_types():
        for path, schema in documents().properties(address_of(kind)) if topics_of(kind) else ():
            if "pattern" in schema or "format" in schema:
                form = schema.get("x-form") or schema["description"]
                assert "such as" in form or form == "at least one sign that can be seen", (kind, path, form)


@pytest.mark.parametrize("keyword", sorted(_SENTENCES))
def test_every_fault_of_a_schema_is_said_with_the_way_out(keyword: str) -> None:
    kind = "tousu.complaint.received.phone.v1"
    wanted = {
        "required": ["content"], "type": "string", "enum": ["a", "b"], "anyOf": [{"required": ["content"]}],
        "const": True,
    }  # fmt: skip
    value: object = {"odd": 1} if keyword in {"required", "additionalProperties", "anyOf"} else "x"
    path = () if keyword in {"required", "additionalProperties", "anyOf"} else ("waybill_number",)
    described = {"description": "The number, such as YT7700000000099."}
    place, words = sentence(kind, SchemaFault(path, keyword, wanted.get(keyword, 3), described, value))
    assert re.search(f"{WAYS_OUT.pattern}|needs at least|say the same thing", words), words
    assert place in {"/waybill_number", "/content", "/odd", ""}
