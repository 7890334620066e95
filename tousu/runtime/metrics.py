"""Every metric of tousu, declared once: name, kind, unit, meaning, labels. docs/metrics.md is this table.

Source: the conventions of Prometheus: base units, `_total` for counters, no ids in labels. Every metric has the label
`processor` besides its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily

PREFIX: Final = "tousu_"
PROCESSOR: Final = "processor"

_TURN_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_ROUTE_S: Final = (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0)
_LATE_S: Final = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 86_400.0)


class Metric(NamedTuple):
    """One metric. `seen` says when the value comes about: told by the loop, or looked up when it is asked for."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    unit: str
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    seen: Literal["told", "asked"] = "told"


class Counted(NamedTuple):
    """A gauge that counts the states of a kind in SQL: grouped `by` promoted columns, `where` a condition on them.

    The condition may use :now and :soon (an hour later), which are the watermark as text (2026-01-04T01:30:00.000000Z).
    expression: what is worked out in place of the number of rows. column, having: not rows are counted but the values
    of a column, those whose rows together meet a condition.
    """

    metric: Metric
    where: str = "1 = 1"
    by: tuple[str, ...] = ()
    expression: str = "COUNT(*)"
    column: str = ""
    having: str = ""


class CountedOutput(NamedTuple):
    """A counter that each output of a type raises. Its labels are fields of what the output says: of a list the first
    element, yes or no for true or false, empty where it says nothing."""

    metric: Metric
    fields: tuple[str, ...]

    def labels(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(_as_label(data.get(field)) for field in self.fields)


def _as_label(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case [first, *_]:
            return str(first)
        case None | []:
            return ""
        case _:
            return str(value)


class LookedUp(NamedTuple):
    """A gauge that a processor works out itself, without SQL, at a watermark: label values -> value."""

    metric: Metric
    values: Callable[[datetime], Mapping[tuple[str, ...], float]]


# -- the backlog ----------------------------------------------------------------------------------------------------

BEHIND: Final = Metric(
    "tousu_messages_behind", "gauge", "records",
    "Records between a shard's checkpoint and the end of its input (offsets: marks of transactions count, too).",
    ("topic", "partition"), seen="asked",
)  # fmt: skip
OLDEST_AGE: Final = Metric(
    "tousu_oldest_unprocessed_age_seconds", "gauge", "seconds",
    "Age of the oldest input record that is not applied yet; 0 when there is none. Never less than the truth.",
    ("topic", "partition"), seen="asked",
)  # fmt: skip
TIME_BEHIND: Final = Metric(
    "tousu_watermark_behind_seconds", "gauge", "seconds",
    "Wall time minus a shard's watermark: how late its clocks fire. Not there while time comes from the events.",
    ("shard",), seen="asked",
)  # fmt: skip
TIME_HELD: Final = Metric(
    "tousu_watermark_held_back_seconds", "gauge", "seconds",
    "The same, with the origin (processor/shard) whose silence holds the shard's time back.",
    ("shard", "origin"), seen="asked",
)  # fmt: skip
TRANSACTION_OPEN: Final = Metric(
    "tousu_open_transaction_seconds", "gauge", "seconds",
    "How long an adapter's open transaction has hidden what comes next; time waits for it (TOUSU_TRANSACTION_S).",
    ("topic", "partition"), seen="asked",
)  # fmt: skip
HELD_OUT: Final = Metric(
    "tousu_held_out_seconds", "gauge", "seconds",
    "For how long by the watermark an input has gone unread that an operator holds out (a topic, or processor/shard): "
    "what is decided for that time is unconfirmed.", ("shard", "origin"), seen="asked",
)  # fmt: skip
OUTPUTS_PENDING: Final = Metric(
    "tousu_outputs_pending", "gauge", "records", "Outputs committed in SQL that the broker has not acknowledged yet.",
    seen="asked",
)  # fmt: skip
OUTPUTS_PENDING_AGE: Final = Metric(
    "tousu_outputs_pending_age_seconds", "gauge", "seconds", "How long the oldest of them has been waiting.",
    seen="asked",
)  # fmt: skip

# -- cases and clocks, counted in the database now and then ------------------------------------------------------------

OPEN_CASES: Final = Metric(
    "tousu_open_cases", "gauge", "cases", "Cases that are not closed, by responsible department, grade and state.",
    ("department", "grade", "state"), seen="asked",
)  # fmt: skip
CASES_DUE_SOON: Final = Metric(
    "tousu_cases_due_within_hour", "gauge", "cases",
    "Open cases with a clock that is breached within one hour, by responsible department and grade.",
    ("department", "grade"), seen="asked",
)  # fmt: skip
CASES_OVERDUE: Final = Metric(
    "tousu_cases_overdue", "gauge", "cases",
    "Open cases with a breached clock that still waits for its answer, by responsible department and grade.",
    ("department", "grade"), seen="asked",
)  # fmt: skip
CASES_WITHOUT_CALENDAR: Final = Metric(
    "tousu_cases_without_calendar", "gauge", "cases",
    "Open cases with a clock that has no due time, because no calendar is published for the year.", seen="asked",
)  # fmt: skip
COMPLAINTS_WITHOUT_CLOCK: Final = Metric(
    "tousu_complaints_without_clock", "gauge", "cases",
    "Open complaints in which no clock of the pack ever ran: nobody would see them grow old.", seen="asked",
)  # fmt: skip
UNDECIDED_CLOCKS: Final = Metric(
    "tousu_undecided_clocks", "gauge", "cases",
    "Open cases or claims with a clock of which nobody can say whether it applies, by what is not known.",
    ("missing",), seen="asked",
)  # fmt: skip
CALENDAR_YEARS_MISSING: Final = Metric(
    "tousu_calendar_years_missing", "gauge", "years",
    "Years that a calendar should have by now (this one, from 1 December the next one too) and has not.",
    ("calendar",), seen="asked",
)  # fmt: skip
TRIAGE_CASES: Final = Metric(
    "tousu_triage_cases", "gauge", "cases",
    "Cases that go on and whose class nothing decided: a person must look (`tousu triage` lists them).", seen="asked",
)  # fmt: skip
CASES_WITH_WAITING_REPORTS: Final = Metric(
    "tousu_cases_with_waiting_reports", "gauge", "cases",
    "Cases with a report that waits for another one, such as an approval for its plan (`tousu case` shows it).",
    seen="asked",
)  # fmt: skip
OPEN_CLAIMS: Final = Metric(
    "tousu_open_claims", "gauge", "claims", "Claims that are not closed, by cause and by how far they have come.",
    ("cause", "stage"), seen="asked",
)  # fmt: skip
PAYMENT_QUESTIONS: Final = Metric(
    "tousu_payment_questions", "gauge", "payments",
    "Confirmed payments that fit nothing that is owed: a person must look (`tousu ledger questions` lists them).",
    ("reason",), seen="asked",
)  # fmt: skip
PENALTIES_STANDING: Final = Metric(
    "tousu_penalties_standing", "gauge", "penalties",
    "Penalties for a case that stand, of months that can still be corrected, by kind of party.", ("kind",),
    seen="asked",
)  # fmt: skip
PERSONS_SUSPENDED: Final = Metric(
    "tousu_persons_suspended", "gauge", "persons",
    "Persons suspended for the complaints of a month that is not closed yet.", seen="asked",
)  # fmt: skip
DEPARTMENTS_UNRATED: Final = Metric(
    "tousu_departments_unrated", "gauge", "months",
    "Closed months of departments whose complaint rate is unknown, because nobody has told their services.",
    seen="asked",
)  # fmt: skip
LEDGER_AMOUNT: Final = Metric(
    "tousu_ledger_amount", "gauge", "money",
    "Sums of the ledger in each currency, by movement (awarded, paid, withdrawn) and kind of obligation.",
    ("movement", "kind", "currency"), seen="asked",
)  # fmt: skip
LEDGER_OUTSTANDING: Final = Metric(
    "tousu_ledger_outstanding_amount", "gauge", "money",
    "What the ledger has awarded and neither paid nor withdrawn, by kind of obligation and currency.",
    ("kind", "currency"), seen="asked",
)  # fmt: skip
LEDGER_OVERDRAWN: Final = Metric(
    "tousu_ledger_overdrawn_obligations", "gauge", "obligations",
    "Obligations of which more was paid and withdrawn than awarded: the ledger does not balance (`tousu ledger`).",
    seen="asked",
)  # fmt: skip
ARCHIVED: Final = Metric(
    "tousu_archived_states", "gauge", "states",
    "States of what ended so long ago that they lie in the archive of their table (`archive_days` of the pack).",
    ("kind",), seen="asked",
)  # fmt: skip
TIMERS_DUE: Final = Metric(
    "tousu_timers_due", "gauge", "states", "States whose next wake-up time has come and which were not woken yet.",
    ("kind",), seen="asked",
)  # fmt: skip
CENSUS_S: Final = Metric(
    "tousu_census_duration_seconds", "gauge", "seconds", "How long the last count in the database took.", seen="asked"
)
CENSUS_AGE: Final = Metric(
    "tousu_census_age_seconds", "gauge", "seconds",
    "How old the last count in the database is; a count that fails leaves the one before, and what it says grows old.",
    seen="asked",
)  # fmt: skip

# -- what is done ----------------------------------------------------------------------------------------------------

EVENTS: Final = Metric(
    "tousu_events_total", "counter", "events",
    "Inputs by event type and what became of them: applied, no_op, duplicate, rejected, ticked, "
    "handed_on (to the shard that its key belongs to).", ("type", "result"),
)  # fmt: skip
REJECTS: Final = Metric(
    "tousu_rejects_total", "counter", "events", "Inputs sent to complaints.rejected, by reason code.", ("reason",)
)
FAULTS_COVERED: Final = Metric(
    "tousu_faults_covered_total", "counter", "faults",
    "Faults of our own code that cost nobody anything so far, by reason code and how: fallback (the case went to the "
    "desk, or is kept without clocks or claims), clock_held_out (a clock that cannot be fired is tried again hourly).",
    ("reason", "how"),
)  # fmt: skip
DISBELIEVED: Final = Metric(
    "tousu_times_disbelieved_total", "counter", "records",
    "Records of our own topics whose time was not believed, by why: foreign_origin (none of ours writes there under "
    "that name; refused), ahead (it promises a time more than a minute ahead of the broker that appended it; taken, "
    "with the broker's time and a minute).",
    ("why",),
)  # fmt: skip
NO_OPS: Final = Metric(
    "tousu_no_ops_total", "counter", "events", "Inputs that changed nothing, by reason code.", ("reason",)
)
CASES_CLOSED: Final = Metric(
    "tousu_cases_closed_total", "counter", "cases",
    "Ends of cases as they were told, by responsible department, grade, and whether no clock stood as breached then. "
    "What a later correction says (case.outcome_corrected) is in `tousu report`, not here.",
    ("department", "grade", "in_time"),
)  # fmt: skip
OUTPUTS: Final = Metric(
    "tousu_outputs_total", "counter", "records", "Outputs committed, by topic and event type.", ("topic", "type")
)
TIMER_LATENESS: Final = Metric(
    "tousu_timer_lateness_seconds", "histogram", "seconds",
    "For each clock that fired: the watermark minus the time for which it was set.", buckets=_LATE_S,
)  # fmt: skip
SINCE_INBOUND: Final = Metric(
    "tousu_since_inbound_seconds", "histogram", "seconds",
    "For each applied event that intake saw: from the inbound record's time to the commit here. On the router it is "
    "the time from inbound to routed.", buckets=_ROUTE_S,
)  # fmt: skip
STEP_S: Final = Metric(
    "tousu_turn_step_duration_seconds", "histogram", "seconds",
    "Duration of the steps of a turn: read and commit (SQL), fold (rules), flush (waiting for the broker).",
    ("step",), _TURN_S,
)  # fmt: skip
BATCH: Final = Metric(
    "tousu_turn_records", "histogram", "records", "Input records in a turn.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
)  # fmt: skip

# -- the process -----------------------------------------------------------------------------------------------------

SHARDS: Final = Metric(
    "tousu_shards", "gauge", "shards",
    "Shards given to this copy, by state (open, opening, halted) and, where halted, the reason code.",
    ("state", "reason"), seen="asked",
)  # fmt: skip
READY: Final = Metric("tousu_ready", "gauge", "", "1 while /readyz answers 200, else 0.", seen="asked")
KNOWN: Final = Metric(
    "tousu_known_processor", "gauge", "",
    "Always 1, for every processor that the topic cards name: an alert holds them against those that are there.",
    ("name",), seen="asked",
)  # fmt: skip
OPENINGS: Final = Metric("tousu_shard_openings_total", "counter", "shards", "Shards opened (attempts that succeeded).")
HALTS: Final = Metric("tousu_shard_halts_total", "counter", "shards", "Shards halted, by reason code.", ("reason",))
REBALANCES: Final = Metric("tousu_rebalances_total", "counter", "", "Changes of the shards that the group gives to us.")
FENCED: Final = Metric(
    "tousu_fenced_total", "counter", "", "Commits refused because another owner had the shard: each is a near miss."
)
RETRIES: Final = Metric(
    "tousu_retries_total", "counter", "", "Turns given up because a dependency was away, by reason code.", ("reason",)
)
TURNS: Final = Metric("tousu_turns_total", "counter", "turns", "Turns committed (the attempts beside the retries).")
LAST_POLL: Final = Metric(
    "tousu_last_poll_timestamp_seconds", "gauge", "seconds since 1970", "When the loop last polled."
)
LAST_TURN: Final = Metric(
    "tousu_last_commit_timestamp_seconds", "gauge", "seconds since 1970", "When a turn was last committed."
)
LAST_PUBLISH: Final = Metric(
    "tousu_last_publish_timestamp_seconds", "gauge", "seconds since 1970", "When all outputs were last acknowledged."
)
CLOCK_DRIFT: Final = Metric(
    "tousu_clock_drift_seconds", "gauge", "seconds",
    "How far the machine's clock is ahead of the brokers' (intake), or has moved since the start. It decides nothing.",
    seen="asked",
)  # fmt: skip
INFO: Final = Metric(
    "tousu_process_info", "gauge", "", "Always 1; says what runs here.", ("pack", "pack_version", "time"), seen="asked"
)

METRICS: Final[tuple[Metric, ...]] = tuple(metric for metric in tuple(globals().values()) if isinstance(metric, Metric))


class Meter:
    """Keeps what is told, in a registry of its own (never the global one)."""

    def __init__(self, processor: str) -> None:
        self.processor = processor
        disable_created_metrics()  # type: ignore[no-untyped-call] # a series more for each counter that nobody looks at
        self.registry = CollectorRegistry()
        self._kept: dict[str, Counter | Gauge | Histogram] = {}
        for metric in METRICS:
            if metric.seen == "told":
                self._kept[metric.name] = self._make(metric)
                if not metric.labels:
                    self._kept[metric.name].labels(processor)  # there from the start, at zero

    def _make(self, metric: Metric) -> Counter | Gauge | Histogram:
        labels = (PROCESSOR, *metric.labels)
        if metric.kind == "counter":
            return Counter(metric.name, metric.meaning, labels, registry=self.registry)
        if metric.kind == "gauge":
            return Gauge(metric.name, metric.meaning, labels, registry=self.registry)
        return Histogram(metric.name, metric.meaning, labels, registry=self.registry, buckets=metric.buckets)

    def add(self, metric: Metric, amount: float, *labels: str) -> None:
        """Raise a counter."""
        kept = self._kept[metric.name]
        assert isinstance(kept, Counter)
        kept.labels(self.processor, *labels).inc(amount)

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Set a gauge."""
        kept = self._kept[metric.name]
        assert isinstance(kept, Gauge)
        kept.labels(self.processor, *labels).set(value)

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Add one value to a histogram."""
        kept = self._kept[metric.name]
        assert isinstance(kept, Histogram)
        kept.labels(self.processor, *labels).observe(value)

    def family(self, metric: Metric, rows: Mapping[tuple[str, ...], float]) -> GaugeMetricFamily:
        """A gauge that is looked up when asked for: its label values and what they stand at."""
        assert metric.seen == "asked"
        family = GaugeMetricFamily(metric.name, metric.meaning, labels=(PROCESSOR, *metric.labels))
        for labels, value in rows.items():
            family.add_metric((self.processor, *labels), value)
        return family


def as_markdown() -> str:
    """The table as docs/metrics.md."""
    lines = [
        "# Metrics",
        "",
        "Every processor serves these on `/metrics` (where: `TOUSU_METRICS_PORT`). All have the label `processor`",
        "besides those named here. This page is written by `python -m tousu.runtime.metrics > docs/metrics.md`.",
        "",
        "| metric | kind | unit | labels | meaning |",
        "| --- | --- | --- | --- | --- |",
    ]
    for metric in METRICS:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        lines.append(f"| `{metric.name}` | {metric.kind} | {metric.unit} | {labels} | {metric.meaning} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
