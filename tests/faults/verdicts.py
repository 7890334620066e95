"""Judges what the pipeline made of a casework, from the topics and the databases. It shares no code with the services.

Working days are counted on the fingers: the story plays in March 2026, when every weekday is a working day in China.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta

import orjson
import sqlalchemy as sa

from tests.claimwork import FATES
from tests.faults import money, oracle
from tests.faults.casework import CLAIMED, LIMIT_DAYS, Casework, Told, finish, half_hour
from tests.faults.oracle import head, need
from tests.faults.pipeline import CHINA, PROCESSORS, Pipeline
from tousu import contract
from tousu.policy.event_catalogue import CLAIM_REPORTS
from tousu.runtime.broker import Record

OURS = tuple(
    card.topic for card in contract.cards() if card.events and not card.topic.startswith("complaints.inbound.")
)
REPORTS = tuple(f"handling.{name}" for name in sorted(CLAIM_REPORTS))
Fresh = dict[str, list[list[Record]]]


def due(told: Told) -> datetime:
    """The end of the n-th working day after the day of receipt."""
    day = told.received.astimezone(CHINA).date()
    left = LIMIT_DAYS[told.class_name]
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)


def judge(pipeline: Pipeline, casework: Casework, end: datetime) -> Counter[str]:
    """Check I1-I9 on everything; returns what there was, so that a test can see that it tested something."""
    logs = {topic: pipeline.read(topic) for topic in OURS}
    fresh: Fresh = {}
    for topic, parts in logs.items():
        fresh[topic] = [oracle.first_copies(log, f"{topic}/{p}") for p, log in enumerate(parts)]
    for topic in ("complaints.accepted", "complaints.cases", "complaints.sla"):
        for partition, log in enumerate(fresh[topic]):
            oracle.check_time(list(log), f"{topic}/{partition}")
    check_inputs(casework, fresh)
    check_forwarding(fresh)
    found = check_cases(pipeline, casework, fresh, end)
    found += check_money(pipeline, casework, fresh)
    check_checkpoints(pipeline, fresh)
    check_rebuilds(pipeline)
    return found


def settle(pipe: Pipeline, casework: Casework) -> None:
    """End the story, once there is enough of it however busy the machine is, and judge it."""

    def is_enough() -> bool:
        half_hour(pipe, casework)
        return len(casework.claimwork.stories) >= len(FATES)

    pipe.until(is_enough, "claims of every fate")
    end = finish(pipe, casework)
    found = judge(pipe, casework, end)
    assert_all_occurred(found)


def assert_all_occurred(found: Counter[str]) -> None:
    """A run in which something never happened proves nothing about it."""
    kinds = ("told", "closed", "breached", "withdrawn", *(f"claim_{fate}" for fate in FATES))
    assert min(found[each] for each in kinds) > 0, found


def of_type(fresh: Fresh, topic: str, *names: str) -> dict[str, list[Record]]:
    """The records of some types on a topic, per case number, in order."""
    found: dict[str, list[Record]] = defaultdict(list)
    for log in fresh[f"complaints.{topic}"]:
        for record in log:
            if head(record, "ce_type") in {f"tousu.{name}.v1" for name in names}:
                found[head(record, "ce_subject")].append(record)
    return found


def check_inputs(casework: Casework, fresh: Fresh) -> None:
    """I1: every complaint became one case, every answer went on once, all rubbish was refused once."""
    sources = Counter(
        orjson.loads(records[0].value or b"")["source_event"]["id"]
        for records in of_type(fresh, "accepted", "complaint.registered").values()
    )
    need(sources == Counter(list(casework.told)), "I1", f"registered {sources}, told {sorted(casework.told)}")
    registered = of_type(fresh, "accepted", "complaint.registered")
    need(all(len(records) == 1 for records in registered.values()), "I1", "a case was registered twice")
    answers = sum(map(len, of_type(fresh, "accepted", "handling.customer_answered").values()))
    need(answers == len(casework.answers), "I1", f"{answers} answers accepted of {len(casework.answers)}")
    reports = sum(map(len, of_type(fresh, "accepted", *REPORTS).values()))
    need(reports == casework.reports, "I1", f"{reports} reports of claims accepted of {casework.reports}")
    refused = sum(len(log) for log in fresh["complaints.rejected"])
    need(refused == casework.refused, "I1", f"{refused} inputs refused of {casework.refused}")


def check_forwarding(fresh: Fresh) -> None:
    """I3: the story of a case comes out of router in the order in which it went in."""
    for partition in range(len(fresh["complaints.accepted"])):
        went_in = [head(r, "ce_id") for r in fresh["complaints.accepted"][partition]]
        caused = [
            head(r, "ce_causationid")
            for r in fresh["complaints.cases"][partition]
            if "ticked" not in head(r, "ce_type")
        ]
        places = [went_in.index(each) for each in caused]
        need(places == sorted(places), "I3", f"complaints.cases/{partition} is out of order")


def check_cases(pipeline: Pipeline, casework: Casework, fresh: Fresh, end: datetime) -> Counter[str]:
    """I6, I8: each case has the outcome that its story has, whatever happened to the processes."""
    routed = of_type(fresh, "cases", "complaint.routed")
    closed = of_type(fresh, "outcomes", "case.closed")
    breached = of_type(fresh, "sla", "clock.breached")
    withdrawn = of_type(fresh, "sla", "clock.breach_withdrawn")
    claims = of_type(fresh, "claims", "claim.opened")
    found: Counter[str] = Counter()
    for event_id, told in casework.told.items():
        number = pipeline.cases[event_id]
        need(len(routed[number]) == 1, "I1", f"{number} was routed {len(routed[number])} times")
        need(len(claims[number]) == (told.class_name in CLAIMED), "I1", f"{number}: {len(claims[number])} claims")
        answer = casework.answers.get(event_id)
        limit = due(told)
        need(len(closed[number]) == (answer is not None), "I6", f"{number} was closed {len(closed[number])} times")
        fired = of_clock(breached[number], "resolution")
        taken_back = of_clock(withdrawn[number], "resolution")
        late = answer is None or answer.at > limit
        known_late = answer is None or answer.received > limit
        need(
            len(fired) == (known_late and end >= limit),
            "I8",
            f"{number} ({told}, {answer}) breached {len(fired)} times",
        )
        need(len(taken_back) == (not late and known_late), "I8", f"{number} ({answer}): {len(taken_back)} withdrawn")
        for record in fired:
            at = datetime.fromisoformat(head(record, "ce_time"))
            need(at == limit, "I8", f"{number} was due at {limit} and breached at {at}")
        if answer is not None:
            missed = orjson.loads(closed[number][0].value or b"")["breached_clocks"]
            need(("resolution" in missed) == late, "I8", f"{number} missed {missed}; due {limit}, {answer}")
        found.update(told=1, closed=len(closed[number]), breached=len(fired), withdrawn=len(taken_back))
    return found


def check_money(pipeline: Pipeline, casework: Casework, fresh: Fresh) -> Counter[str]:
    """I7 at rest: every claim has the books of its story, in the topics and in SQL. Returns how many had which fate."""
    work = casework.claimwork
    need(work.is_told, "I7", "the test itself did not tell its claims to the end")
    logs = ([one for log in fresh[f"complaints.{short}"] for one in log] for short in ("claims", "instructions"))
    money.check_told(work.stories, *([one for one in log if "ticked" not in head(one, "ce_type")] for log in logs))
    engine = sa.create_engine(pipeline.databases["claims"], poolclass=sa.NullPool)
    with engine.connect() as connection:
        money.check_end(work.stories, money.read_snapshot(connection))
    engine.dispose()
    if "penalties" in PROCESSORS:
        engine = sa.create_engine(pipeline.databases["penalties"], poolclass=sa.NullPool)
        with engine.connect() as connection:
            money.added_up(money.rows(connection, "penalties", "entry"))
        engine.dispose()
    return Counter({f"claim_{fate}": count for fate, count in work.fates().items()})


def of_clock(records: list[Record], clock: str) -> list[Record]:
    return [r for r in records if orjson.loads(r.value or b"")["clock"] == clock]


def check_rebuilds(pipeline: Pipeline) -> None:
    """I9: each processor folded again from its log into an empty database says the same and knows the same."""
    for name in PROCESSORS[1:]:
        empty = f"sqlite:///{pipeline.folder}/rebuilt-{name}.sqlite"
        pipeline.command("rebuild", name, "--into", empty, "--data", str(pipeline.folder))
        need(states(empty, name) == states(pipeline.databases[name], name), "I9", f"{name} rebuilt knows otherwise")


def states(url: str, processor: str) -> list[tuple[object, ...]]:
    """Every row of a processor's states, whatever the database."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    tables = [table for table in sa.inspect(engine).get_table_names() if table.startswith(f"{processor}_")]
    with engine.connect() as connection:
        rows = [
            (table.removesuffix("_archive"), *row)
            for table in sorted(tables)
            if not table.endswith(("_checkpoint", "_version"))
            for row in connection.execute(sa.text(f"SELECT shard, key, next_due, doc FROM {table}"))
        ]
    engine.dispose()
    return sorted(rows, key=str)


def check_checkpoints(pipeline: Pipeline, fresh: Fresh) -> None:
    """I4: what SQL says was put out is in the topics, in number, order and content."""
    for name, url in pipeline.databases.items():
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            for shard, doc in connection.execute(sa.text(f"SELECT shard, doc FROM {name}_checkpoint")):
                oracle.check_checkpoint(doc, f"{name}/{shard}", fresh)  # type: ignore[arg-type]
        engine.dispose()
