"""What the docs name is there, and what is there the docs name: links, commands, topics, metrics, settings, words.

Each check is a function from text to faults, so that each is shown a text that must fail.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import typer

from tests.packs_read import load_pack, load_policies
from tests.stories.telling import play
from tests.worked_page import files_of
from tousu.cli.commands import app
from tousu.contract import cards
from tousu.contract.schemas import ADDRESS, documents
from tousu.demo.summary import STEPS
from tousu.runtime.metrics import METRICS
from tousu.runtime.settings import PREFIX, READ_ELSEWHERE, TABLE

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md")))
READMES = PAGES[:2]
TESTS = "\n".join(path.read_text() for path in sorted((ROOT / "tests").rglob("*.py")))
SOURCES = "\n".join(
    path.read_text()
    for room in ("tousu", "services", "schemas", "policies")
    for path in sorted((ROOT / room).rglob("*"))
    if path.suffix in {".py", ".json", ".yaml"}
)
WORDS_OF_SOURCES = frozenset(re.findall(r"(?:\bce_)?([A-Za-z_][A-Za-z0-9_]*)", SOURCES))
EXAMPLE_TOPICS = frozenset({"complaints.surveys"})
"""Those of the worked examples of docs/write-a-processor.md and docs/write-a-pack.md."""
NOT_METRICS = frozenset({"tousu_subscriber"})
HALTING = (
    "loop", "shard_turn", "watermark", "kafka", "store", "process", "watch", "kafka_sink", "opening", "standstill",
    "unpublishable", "arrival", "table_versions",
)  # fmt: skip
"""The modules of the runtime in which a shard halts or a copy waits."""


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path, text: str) -> list[str]:
    """Links to files that are not there, and to headings that are not on the page they lead to."""
    faults = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            faults.append(f"{link} leads nowhere")
        elif anchor and anchor not in anchors(text if target == page else target.read_text()):
            faults.append(f"{link}: there is no such heading")
    return faults


def unknown_topics(text: str) -> list[str]:
    """Names that begin like a topic and are none; `complaints.inbound.*` stands for several."""
    known = {card.topic for card in cards()} | {"complaints.inbound"} | EXAMPLE_TOPICS
    return sorted(set(re.findall(r"complaints\.[a-z.-]*[a-z]", text.replace(".yaml`", "`"))) - known)


def unknown_metrics(text: str) -> list[str]:
    """Names that begin like a metric and are none; a histogram's parts count as the histogram."""
    known = {metric.name for metric in METRICS} | NOT_METRICS
    found = set(re.findall(r"\btousu_[a-z_]+", text))
    return sorted(name for name in found if name not in known and re.sub("_(bucket|sum|count)$", "", name) not in known)


def unknown_settings(text: str) -> list[str]:
    """Variables that no process and no test reads."""
    known = (
        {PREFIX + row.name.upper() for row in TABLE}
        | READ_ELSEWHERE
        | set(re.findall(r"environ\.get\(\"(TOUSU_\w+)", TESTS))
    )
    return sorted(set(re.findall(r"\bTOUSU_[A-Z]+(?:_[A-Z]+)*\b(?!_?\*)", text)) - known)


def unknown_tests(text: str) -> list[str]:
    """Tests and files of tests that are not there."""
    functions = set(re.findall(r"`(test_\w+)`", text))
    files = set(re.findall(r"`(tests/[\w/.]+\.py)`", text))
    return sorted(name for name in functions if f"def {name}(" not in TESTS) + sorted(
        name for name in files if not (ROOT / name).exists()
    )


def unknown_modules(text: str) -> list[str]:
    """Files of ours named in code font that are not there, and that the page does not write itself."""
    named = set(re.findall(r"`((?:tousu|services|schemas|policies|examples|deploy)/[\w./-]+\.\w+)`", text))
    return sorted(name for name in named - files_of(text).keys() if not (ROOT / name).exists())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.parametrize(
    "check",
    [unknown_topics, unknown_metrics, unknown_settings, unknown_tests, unknown_modules],
    ids=lambda check: check.__name__,
)
def test_what_a_page_names_is_there(page: Path, check: Callable[[str], list[str]]) -> None:
    assert check(page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page, page.read_text()) == []


@pytest.mark.parametrize(
    ("check", "text", "named"),
    [
        (unknown_topics, "reads `complaints.case`", "complaints.case"),
        (unknown_metrics, "`tousu_messages_ahead` and tousu_turn_records_bucket", "tousu_messages_ahead"),
        (unknown_settings, "set TOUSU_BROKERS", "TOUSU_BROKERS"),
        (unknown_tests, "`test_that_nobody_has_written`", "test_that_nobody_has_written"),
        (unknown_tests, "`tests/rules/test_nothing.py`", "tests/rules/test_nothing.py"),
        (unknown_modules, "`tousu/runtime/looop.py`", "tousu/runtime/looop.py"),
    ],
)
def test_what_is_not_there_is_found(check: Callable[[str], list[str]], text: str, named: str) -> None:
    assert named in check(text)


@pytest.mark.parametrize("link", ["nothing.md", "#no-such-heading", "docs/runbook.md#no-such-heading"])
def test_a_broken_link_is_found(link: str) -> None:
    assert len(broken_links(ROOT / "README.md", f"# One\n\n[x]({link}) and [y](#one), [z](docs/runbook.md)")) == 1


# --- what there is, the docs name ----------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    """Every command as it is typed."""
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        yield from ([f"tousu {name} {each}" for each in below] if below else [f"tousu {name}"])


def missing(wanted: Iterable[str], text: str) -> list[str]:
    """Which of these stand nowhere in code font or as a heading of their own."""
    return sorted(each for each in wanted if not re.search(rf"(`|^### ){re.escape(each)}\b", text, re.MULTILINE))


def failures_of(tree: ast.AST) -> Iterator[str]:
    """The reason codes of Stop("…"), Unpublishable("…") and Retry("…"), and those that readiness answers with."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"Stop", "Retry", "Unpublishable"}
        ):
            if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                yield node.args[0].value
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "reason" and isinstance(value, ast.Constant):
                    yield str(value.value)


@pytest.mark.parametrize("readme", READMES, ids=lambda page: page.name)
def test_every_command_stands_in_the_readme(readme: Path) -> None:
    assert missing(commands(), readme.read_text()) == []


def test_every_reason_to_halt_or_to_wait_has_an_entry_in_the_runbook() -> None:
    folder = ROOT / "tousu" / "runtime"
    reasons = {code for name in HALTING for code in failures_of(ast.parse((folder / f"{name}.py").read_text()))}
    assert {"missing_record", "topic_recreated", "database_away", "not_open"} <= reasons
    assert missing(reasons, (ROOT / "docs/runbook.md").read_text()) == []


def test_every_reason_to_refuse_has_a_row_in_the_runbook() -> None:
    codes = documents().by_address[ADDRESS + "shared/rejection.json"]["$defs"]["reason"]["enum"]
    assert missing(codes, (ROOT / "docs/runbook.md").read_text()) == []


def test_what_the_pack_defines_stands_in_the_glossary() -> None:
    pack = load_pack("courier-network")
    assert pack.claims is not None
    assert pack.inquiries is not None
    wanted = (
        *pack.classes, *pack.grades, *pack.departments, *pack.clocks, *pack.delay_causes, *pack.inquiries.outcomes,
        *pack.claims.clocks, *pack.claims.evidence,
    )  # fmt: skip
    assert missing(wanted, (ROOT / "docs/glossary.md").read_text()) == []


def test_the_glossary_names_nothing_that_is_nowhere() -> None:
    assert strangers((ROOT / "docs/glossary.md").read_text()) == []


def strangers(text: str) -> list[str]:
    """Words in code font that neither code nor schemas nor packs know."""
    return sorted(set(re.findall(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)*)`", text)) - WORDS_OF_SOURCES)


def test_what_the_docs_do_not_name_is_found() -> None:
    assert missing(["tousu dance", "tousu up"], "| `tousu up` |\n### tousu dancing\n") == ["tousu dance"]
    assert list(failures_of(ast.parse('raise Stop("a_code", "x")\nfound = {"reason": "b_code"}'))) == [
        "a_code",
        "b_code",
    ]
    assert strangers("`no_word_of_ours` and `waybill_number`") == ["no_word_of_ours"]


def test_decisions_are_numbered_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")
    assert unlisted(pages, (folder / "README.md").read_text()) == []


def unlisted(pages: list[str], index: str) -> list[str]:
    """Decisions whose number does not follow, and those that the index does not name."""
    faults = [page for number, page in enumerate(pages, start=1) if not page.startswith(f"{number:04}-")]
    return faults + [page for page in pages if f"]({page})" not in index]


def test_a_decision_without_number_or_entry_is_found() -> None:
    assert unlisted(["0001-a.md", "0003-b.md"], "[1](0001-a.md) [3](0003-b.md)") == ["0003-b.md"]
    assert unlisted(["0001-a.md"], "") == ["0001-a.md"]


@pytest.mark.parametrize("readme", READMES, ids=lambda page: page.name)
def test_the_code_of_the_readme_is_python(readme: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        ast.parse(block)


def test_both_readmes_say_the_same() -> None:
    english, chinese = (page.read_text() for page in READMES)
    assert shape(english) == shape(chinese)


@pytest.fixture(scope="module")
def day() -> list[str]:
    """What the summary of the demo says, counted in a simulation of the same day up to the demo's last tick."""
    lines = (ROOT / "examples" / "courier-day.jsonl").read_bytes().splitlines()
    until = datetime.fromisoformat("2026-10-10T00:10:00+08:00")
    told, books = play(load_policies("courier-network"), lines, until)
    types: Counter[str] = Counter()
    for line in told:
        event = line["event"]
        name = event["type"].removeprefix("tousu.").removesuffix(".v1")
        types[f"claim.{name}" if name.startswith("clock.") and "claim_number" in event["data"] else name] += 1
    names = ("started", "met", "met_late", "warned", "breached", "breach_withdrawn", "cancelled")
    return [
        f"published        {len(lines)} events",
        f"events: {types['complaint.registered']} complaints, {types['inquiry.registered']} inquiries,",
        f"rejected         {types['event.rejected']}: ",
        "clocks           " + ", ".join(f"{types['clock.' + name]} {name.replace('_', ' ')}" for name in names),
        f"escalated        {types['case.escalated']}",
        f"claims opened    {types['claim.opened']}: ",
        "their limits     " + ", ".join(f"{types['claim.clock.' + name]} {name.replace('_', ' ')}" for name in names),
        "claims           " + ", ".join(f"{types['claim.' + name]} {name}" for name in STEPS),
        f"money            {books.sentence()}",
        f"payments         {types['claim.paid']} booked; questions: ",
        f"cases closed     {types['case.closed']}: ",
        f"early warnings   {types['early_warning.raised']}",
    ]


@pytest.mark.parametrize("readme", READMES, ids=lambda page: page.name)
def test_the_day_of_the_readme_is_the_one_that_the_demo_plays(readme: Path, day: list[str]) -> None:
    text = readme.read_text()
    assert [line for line in day if line not in text] == []


def shape(text: str) -> dict[str, object]:
    """What must be equal in two languages: code without comments, tests, number of headings and points."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)[:-1]
    return {
        "code": [re.sub(r"\s+# .*", "", block) for block in blocks],
        "tests": re.findall(r"`(tests/[\w/.]+)`", text),
        "headings": len(re.findall(r"^#+ ", text, re.MULTILINE)),
        "points": len(re.findall(r"^- ", text, re.MULTILINE)),
    }


def test_a_readme_that_says_less_is_found() -> None:
    english = READMES[0].read_text()
    assert shape(english) != shape(english.replace("`tests/rules/test_edge.py`", ""))
