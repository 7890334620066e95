"""`tousu queue`: who is served first. A priority lane changes the order, not only a label."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.sla.processor import processor
from tests.integration.cli.test_commands import run
from tests.integration.feeds import START, Bench, Feed
from tests.packs_read import load_pack
from tests.printed import document_of
from tests.rules.lives import Lives
from tousu.event import Event, text_of_time

MEMBERS = (  # in the order in which they complained
    ("TS-ordinary-1", "normal", "after_sales"),
    ("TS-ordinary-2", "normal", "after_sales"),
    ("TS-elsewhere", "normal", "independent_group"),
    ("TS-loyal", "first", "after_sales"),
)


def served(url: str, *arguments: str) -> list[str]:
    done = run("queue", "--database", url, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return [row["case_number"] for row in document_of(done)["cases"]]


def told(name: str, number: str, now: datetime, **data: object) -> Event:
    said = {"case_number": number} | data
    return Event(
        id=f"{name}-{number}", source="tousu/router", type=f"tousu.{name}.v1", subject=number, time=now, data=said
    )


def test_a_loyal_customer_who_came_last_is_served_first(sqlite_url: str) -> None:
    feed, lives = Feed("router", "complaints.cases", 1), Lives(load_pack("after-sales"))
    for minutes, (number, priority, department) in enumerate(MEMBERS):
        now = START + timedelta(minutes=minutes)
        routed = told(
            "complaint.routed", number, now, kind="complaint", channel="phone", received_at=text_of_time(now),
            registered_at=text_of_time(now), grade="ordinary", priority=priority, departments=[department],
            decided_by="words", pack={"id": "after-sales", "version": "1.0.0"}, triage=False, **{"class": "attitude"},
        )  # fmt: skip
        for each in lives.behind(routed, now):
            feed.say(each, now)
    feed.tick(START + timedelta(minutes=10))
    bench = Bench(processor, sqlite_url, 1, pack="after-sales")
    bench.feed(feed.written)
    bench.run()
    assert served(bench.url) == ["TS-loyal", "TS-ordinary-1", "TS-ordinary-2", "TS-elsewhere"]
    assert served(bench.url, "--department", "after_sales", "--rows", "2") == ["TS-loyal", "TS-ordinary-1"]
    assert b"TS-loyal" in run("queue", "--database", bench.url).stdout
