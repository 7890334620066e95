"""A pack that is not right is refused with file, line, field, fix and an example; each check has one that trips it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from tousu.failure import Stop
from tousu.policy.document import PackFault
from tousu.policy.loading import POLICIES, SCHEMA, load_calendar, load_pack, read_pack
from tousu.policy.pack import Pack

GOOD = (POLICIES / "courier-network.yaml").read_text("utf-8")
WORDS = (POLICIES / "words" / "courier.yaml").read_text("utf-8")


def faults_of(folder: Path, text: str) -> tuple[PackFault, ...]:
    path = folder / "pack.yaml"
    path.write_text(text, "utf-8")
    found = read_pack(path)
    return () if isinstance(found, Pack) else found


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_pack_of_the_repository_is_sound(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD) == ()


# What is written instead of what, the field that is blamed, and words of the fix.
FORM = (
    ("stars: 3,", "stars: three,", "grades.complex.stars", "more stars, more serious"),
    (
        "unit: working_days, section: C 5}",
        "unit: workdays, section: C 5}",
        "clocks.resolution.limit_by_grade.simple.unit",
        "units of time",
    ),
    (
        "unit: years, section: C 1}",
        "unit: years, section: somewhere}",
        "inquiries.valid_for.section",
        "source document",
    ),
    ("extensions: {times_max: 1", "extensions: {times: 1", "clocks.resolution.extensions.times", "times_max"),
    ("currency: CNY", "currency: yuan", "currency", "ISO 4217"),
    ("currency: CNY\n", "", "", "ISO 4217"),
    ("warn_at_share: [0.5, 0.8]", "warn_at_share: [0.5, 1.2]", "clocks.resolution.warn_at_share.1", "between 0 and 1"),
    ("text_downstream: true", "text_downstream: yes", "text_downstream", "may leave intake"),
    ("source: C\n", "source: C\nsource: H\n", "source", "Keep one"),
    ("grades:\n", "grades: [\n", "", "Check indentation"),
)


@pytest.mark.parametrize(("good", "bad", "field", "fix"), FORM)
def test_a_wrong_form_is_told_with_line_field_and_fix(
    tmp_path: Path, good: str, bad: str, field: str, fix: str
) -> None:
    assert good in GOOD
    found = faults_of(tmp_path, GOOD.replace(good, bad, 1))
    assert any(fault.field == field and fix in fault.fix for fault in found), found
    assert all(fault.file.endswith("pack.yaml") and fault.line >= 1 for fault in found)


def test_a_fault_names_its_line_and_shows_the_right_form(tmp_path: Path) -> None:
    bad = GOOD.replace("stars: 3,", "stars: three,")
    (fault,) = faults_of(tmp_path, bad)
    assert fault.line == line_of(bad, "stars: three")
    assert fault.example == "3"
    assert str(fault).startswith(f"{tmp_path / 'pack.yaml'}:{fault.line}: grades.complex.stars:")


SENSE = (
    ("grade: complex\n", "grade: hard\n", "classes.delay.grade", "not among the grades"),
    (
        "departments: [quality_management]",
        "departments: [quality]",
        "classes.attitude.departments",
        "not among the departments",
    ),
    ("disputes_to: customer_service", "disputes_to: nobody", "routing.disputes_to", "not among the departments"),
    (
        "      major: {amount: 5, unit: working_days, section: C 5}\n",
        "",
        "clocks.resolution.limit_by_grade",
        "not those of the pack",
    ),
    (
        "limit: {amount: 30, unit: elapsed_minutes, section: C 5}",
        "limit: {amount: 0, unit: elapsed_minutes, section: C 5}",
        "clocks.inquiry_answer.limit.amount",
        "broken at once",
    ),
    (
        "    limit: {amount: 30, unit: elapsed_minutes, section: C 5}\n",
        "",
        "clocks.inquiry_answer",
        "either limit or limit_by_grade",
    ),
    (
        "limit: {amount: 7, unit: calendar_days, section: C 5}",
        "limit: {amount: 7, unit: calendar_days, ends: close_of_business, section: C 5}",
        "claims.clocks.payment.limit.ends",
        "cannot end at the close",
    ),
    (
        "valid_for: {amount: 1, unit: years,",
        "valid_for: {amount: 1, unit: years, ends: close_of_business,",
        "inquiries.valid_for.ends",
        "cannot end at the close",
    ),
    (
        "limit: {amount: 30, unit: elapsed_minutes, section: C 5}",
        "limit: {amount: 30, unit: elapsed_minutes, rolls: true, section: C 5}",
        "clocks.inquiry_answer.limit.rolls",
        "no last day",
    ),
    (
        "valid_for: {amount: 1, unit: years,",
        "valid_for: {amount: 9000, unit: years,",
        "inquiries.valid_for.amount",
        "too long",
    ),
    (
        "      - {event: inquiry_answered}",
        "      - {event: routed}",
        "clocks.inquiry_answer.met_by",
        "starts this clock and ends it",
    ),
    (
        "        level: 2\n",
        "        level: 2\n        at_share: 0.9\n",
        "clocks.resolution.escalation.1",
        "needs one time",
    ),
    ("warn_at_share: [0.5, 0.8]", "warn_at_share: [0.8, 0.5]", "clocks.resolution.warn_at_share", "do not rise"),
    (
        "force_majeure], section: C 5, set_by: pack}",
        "force_majeure], section: C 5, set_by: pack, cap: {amount: 1, unit: years, section: C 5}}",
        "clocks.resolution.pauses.cap.unit",
        "not all of one length",
    ),
    (
        "warn_at_share: [0.5, 0.8]",
        "warn_at_share: [0.5, 0.8]\n    warn_before: [{amount: 1, unit: years, section: C 5}]",
        "clocks.resolution.warn_before.0.unit",
        "not all of one length",
    ),
    (
        "        level: 2\n",
        "        level: 2\n        repeat: {every: {amount: 0, unit: working_days, section: C 5}, times_max: 3}\n",
        "clocks.resolution.escalation.1.repeat.every.amount",
        "told for ever",
    ),
    ("        level: 2\n", "        level: 1\n", "clocks.resolution.escalation", "do not rise"),
    ("time_zone: Asia/Shanghai", "time_zone: Asia/Peking", "time_zone", "no such time zone"),
    ("time_zone: Asia/Shanghai", "time_zone: Asia/Tokyo", "time_zone", "counts in Asia/Shanghai"),
    ("calendar: china", "calendar: atlantis", "calendar", "there is no calendar"),
    ("words: courier", "words: atlantis", "words", "there are no words atlantis"),
    ("  loss:\n    label", "  theft:\n    label", "classes.theft", "the words courier have none of theft"),
    (
        "  loss:\n    label",
        "  loss:\n    words_of: [loss, theft]\n    label",
        "classes.loss.words_of",
        "the words courier have none of theft",
    ),
    (
        "  loss:\n    label",
        "  loss:\n    words_of: [loss, delay]\n    label",
        "classes.loss.words_of",
        "the words of delay lead to delay too",
    ),
)


@pytest.mark.parametrize(("good", "bad", "field", "problem"), SENSE)
def test_what_makes_no_sense_is_told_where_it_stands(
    tmp_path: Path, good: str, bad: str, field: str, problem: str
) -> None:
    assert good in GOOD
    found = faults_of(tmp_path, GOOD.replace(good, bad, 1))
    assert [(fault.field, problem in fault.problem) for fault in found] == [(field, True)], found
    assert found[0].fix


BY_FACTS = """
marks:
  complexity: {complex: {label: {en: complex, zh: 复杂}, section: S 4}}
  customer_tier: {loyal: {label: {en: loyal, zh: 忠诚}, section: S 4}}
grading:
  - {grade: major, when: {amounts: {loss_yuan: {at_least: "3000"}}}, section: A 3}
priority:
  dimensions: {content: [serious, moderate, minor]}
  levels: [first, next, normal]
  section: H 3
  lanes:
    - {name: loyal_customers, when: {facts: {customer_tier: [loyal]}}, priority: first, section: S 4}
approval: {grades: [major], section: L 6}
"""
RULES = "  rules:\n    - {when: {facts: {complexity: [complex]}}, departments: [customer_service], section: S 4}\n"
WITHOUT_APPROVAL = "".join(line for line in GOOD.splitlines(keepends=True) if not line.startswith("approval:"))
WITH_RULES = WITHOUT_APPROVAL.replace("  disputes_section: C 6\n", "  disputes_section: C 6\n" + RULES) + BY_FACTS
FACTS = (
    ("- {grade: major", "- {grade: hard", "grading.0.grade", "not among the grades"),
    ("approval: {grades: [major]", "approval: {grades: [hard]", "approval.grades", "not among the grades"),
    (
        "departments: [customer_service], section: S 4",
        "departments: [nobody], section: S 4",
        "routing.rules.0.departments",
        "not among the departments",
    ),
    ("[serious, moderate, minor]", "[serious, minor]", "priority.dimensions.content", "not as many values as levels"),
    ("priority: first,", "priority: firts,", "priority.lanes.0.priority", "not among the levels"),
    ("[loyal]", "[loyl]", "priority.lanes.0.when.facts.customer_tier", "not among the marks"),
    ("[complex]", "[complicated]", "routing.rules.0.when.facts.complexity", "not among the marks"),
)


def test_a_pack_may_let_facts_decide(tmp_path: Path) -> None:
    assert faults_of(tmp_path, WITH_RULES) == ()


@pytest.mark.parametrize(("good", "bad", "field", "problem"), FACTS)
def test_what_facts_call_for_must_exist(tmp_path: Path, good: str, bad: str, field: str, problem: str) -> None:
    assert WITH_RULES.count(good) == 1
    found = faults_of(tmp_path, WITH_RULES.replace(good, bad))
    assert [(fault.field, problem in fault.problem) for fault in found] == [(field, True)], found
    assert "use one of" in found[0].fix.lower() or "list 3 values" in found[0].fix.lower()


def test_a_claim_without_a_checklist_is_told(tmp_path: Path) -> None:
    bad = GOOD.replace("loss, damage, contents_mismatch", "loss, damage")
    found = faults_of(tmp_path, bad)
    assert {fault.field for fault in found} == {"classes.shortage.claim", "classes.contents_mismatch.claim"}


DELAY = "  delay:\n    simplified: [\n"
WORDS_FAULTS = (
    (DELAY, f"{DELAY}      丢失,\n", "classes.loss.simplified.0", "claimed by delay too"),
    (DELAY, f"{DELAY}      ＬＯＳＴ,\n", "classes.loss.english.0", "claimed by delay too"),
    (DELAY, f"{DELAY}      {'慢' * 65},\n", "classes.delay.simplified.0", "more than 64 characters"),
    (
        "  loss:\n",
        "  theft: {simplified: [], traditional: [], english: []}\n  loss:\n",
        "classes.theft",
        "no word leads to this class",
    ),
    (DELAY, "  delay:\n    simple: [\n", "classes.delay", "the field simplified is missing"),
    ("harmless:\n  simplified: [\n", "harmless:\n  simplified: [\n    丢失,\n", "harmless.simplified.0", "by loss too"),
    (DELAY, f"{DELAY}      …天,\n", "classes.delay.simplified.0", "begins or ends with a gap"),
    (DELAY, f"{DELAY}      等…了…天,\n", "classes.delay.simplified.0", "more than one gap"),
    ("negations:\n", "negation:\n", "", "the field negations is missing"),
)


@pytest.mark.parametrize(("good", "bad", "field", "problem"), WORDS_FAULTS)
def test_words_that_are_not_right_are_refused_with_their_own_line(
    tmp_path: Path, good: str, bad: str, field: str, problem: str
) -> None:
    assert good in WORDS
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "courier.yaml").write_text(WORDS.replace(good, bad, 1), "utf-8")
    found = faults_of(tmp_path, GOOD)
    assert (field, True) in [(fault.field, problem in fault.problem) for fault in found], found
    assert {Path(fault.file).name for fault in found} == {"courier.yaml"}
    assert found[0].fix


def test_words_beside_the_pack_come_first(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "courier.yaml").write_text(WORDS.replace("延误,", "乌龟爬,", 1), "utf-8")
    path = tmp_path / "pack.yaml"
    path.write_text(GOOD, "utf-8")
    assert "乌龟爬" in load_pack(str(path)).classes["delay"].words.simplified
    assert "乌龟爬" not in load_pack("courier-network").classes["delay"].words.simplified


def test_a_class_may_take_the_words_of_others(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    renamed = GOOD.replace("  loss:\n    label", "  gone:\n    words_of: [loss]\n    label")
    path.write_text(renamed.replace("  loss: {required", "  gone: {required"), "utf-8")
    pack = load_pack(str(path))
    assert pack.classes["gone"].words == load_pack("courier-network").classes["loss"].words


def test_a_pack_that_is_refused_stops_the_process_with_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(GOOD.replace("stars: 3,", "stars: three,").replace("currency: CNY", "currency: yuan"), "utf-8")
    with pytest.raises(Stop, match="invalid_pack") as stopped:
        load_pack(str(path))
    assert "grades.complex.stars" in stopped.value.message
    assert "currency" in stopped.value.message


def test_an_unknown_pack_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Stop, match="courier-network"):
        load_pack("courier-netwrok")
    with pytest.raises(Stop, match="there is no calendar atlantis"):
        load_calendar("atlantis")


# A validator says nothing about a keyword that it does not know: a misspelt one would check nothing.
KEYWORDS = frozenset(
    {
        *(
            "$schema",
            "$id",
            "$ref",
            "$defs",
            "title",
            "description",
            "examples",
            "type",
            "enum",
            "pattern",
            "properties",
        ),
        *("required", "additionalProperties", "propertyNames", "minProperties", "items", "minItems", "uniqueItems"),
        *("minLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    }
)


def test_the_schema_uses_only_keywords_that_exist_and_its_examples_fit() -> None:
    schema = orjson.loads(SCHEMA.read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    for node in subschemas(schema):
        assert set(node) <= KEYWORDS, set(node) - KEYWORDS
        for example in node.get("examples", ()):
            whole = {**node, "$defs": schema["$defs"]}
            assert not list(jsonschema.Draft202012Validator(whole).iter_errors(example)), (node, example)


def subschemas(node: dict[str, object]) -> Iterator[dict[str, Any]]:
    yield node
    for keyword, value in node.items():
        match keyword, value:
            case "properties" | "$defs", dict():
                for inner in value.values():
                    yield from subschemas(inner)
            case "items" | "additionalProperties" | "propertyNames", dict():
                yield from subschemas(value)
            case _:
                pass
