"""One processor in depth: where its time goes, what it reads, says, refuses, and why it waits."""

from __future__ import annotations

from typing import Final

from deploy.grafana.board import Board, Chosen, Look, Query, Row

_OF = 'processor="$processor"'


def _rate(metric: str, by: str, more: str = "") -> str:
    return f"sum by ({by}) (rate({metric}{{{_OF}{more}}}[$__rate_interval]))"


def _now(metric: str, how: str = "sum", by: str = "") -> str:
    return f"{how} {f'by ({by}) ' if by else ''}({metric}{{{_OF}}})"


NOW: Final = Row("Now", (
    Look("Copies ready", "Of those that are seen.", "number", (Query(_now("tousu_ready")),), "count", 3, 4, 1, 0.5,
         low=True),
    Look("Last polled", "How long ago the slowest copy last polled.", "number",
         (Query(f"time() - min(tousu_last_poll_timestamp_seconds{{{_OF}}})"),), "seconds", 4, 4, 10, 120),
    Look("Last committed", "How long ago a turn was last committed.", "number",
         (Query(f"time() - min(tousu_last_commit_timestamp_seconds{{{_OF}}} > 0)"),), "seconds", 4, 4,
         nothing="nothing was committed yet"),
    Look("Last published", "How long ago all outputs were last acknowledged.", "number",
         (Query(f"time() - min(tousu_last_publish_timestamp_seconds{{{_OF}}} > 0)"),), "seconds", 4, 4,
         nothing="nothing was published yet"),
    Look("Shards", "By state, and why where halted.", "table",
         (Query(f"sum by (state, reason) (tousu_shards{{{_OF}}})"),), "count", 4, 4),
    Look("What runs", "Pack, its version, and where time comes from.", "table",
         (Query(f"count by (pack, pack_version, time) (tousu_process_info{{{_OF}}})"),), "count", 5, 4),
))  # fmt: skip

BACKLOG: Final = Row("Backlog by shard", (
    Look("Oldest event that waits", "By topic and partition.", "lines",
         (Query(_now("tousu_oldest_unprocessed_age_seconds", "max", "topic, partition"), "{{topic}}/{{partition}}"),),
         "seconds"),
    Look("Records behind", "By topic and partition.", "areas",
         (Query(_now("tousu_messages_behind", "sum", "topic, partition"), "{{topic}}/{{partition}}"),)),
    Look("Outputs pending", "Committed in SQL, not acknowledged by the broker.", "lines",
         (Query(_now("tousu_outputs_pending"), "outputs"),)),
))  # fmt: skip

TURNS: Final = Row("Turns", (
    Look("Where the time goes", "Seconds a second in each step: read and commit (SQL), fold (rules), settle (broker).",
         "areas", (Query(_rate("tousu_turn_step_duration_seconds_sum", "step"), "{{step}}"),), "share",
         nothing="this processor has no turns of this kind"),
    Look("Duration of the steps", "99 of 100.", "lines",
         (Query(f"histogram_quantile(0.99, {_rate('tousu_turn_step_duration_seconds_bucket', 'step, le')})",
                "{{step}}"),), "seconds", nothing="this processor has no turns of this kind"),
    Look("Turns, and records in a turn", "Few records in a turn: nothing to do; many: catching up.", "lines",
         (Query(f"sum(rate(tousu_turns_total{{{_OF}}}[$__rate_interval]))", "turns a second"),
          Query(f"sum(rate(tousu_turn_records_sum{{{_OF}}}[$__rate_interval])) / "
                f"sum(rate(tousu_turn_records_count{{{_OF}}}[$__rate_interval]))", "records in a turn"))),
))  # fmt: skip

DOES: Final = Row("What it does", (
    Look("Inputs by type", "Without ticks.", "lines",
         (Query(_rate("tousu_events_total", "type", ',result!="ticked"'), "{{type}}"),), "rate", 12),
    Look("Inputs by result", "Applied, without effect, sent again, refused, ticks.", "lines",
         (Query(_rate("tousu_events_total", "result"), "{{result}}"),), "rate", 12,
         nothing="this processor counts no inputs by type"),
    Look("Without effect, by reason", "Inputs that changed nothing.", "lines",
         (Query(_rate("tousu_no_ops_total", "reason"), "{{reason}}"),), "rate", nothing="none was without effect"),
    Look("Refused, by reason", "They lie in complaints.rejected: `tousu rejected list`.", "lines",
         (Query(_rate("tousu_rejects_total", "reason"), "{{reason}}"),), "rate"),
    Look("Outputs by type", "Without ticks.", "lines",
         (Query(_rate("tousu_outputs_total", "type", ',type!="tousu.time.ticked.v1"'), "{{type}}"),), "rate",
         nothing="nothing was said"),
))  # fmt: skip

TROUBLE: Final = Row("Trouble", (
    Look("Turns given up", "By reason: who was away.", "lines",
         (Query(_rate("tousu_retries_total", "reason"), "{{reason}}"),), "rate", nothing="none was given up"),
    Look("Shards", "Openings, halts, changes by the group, owners that met.", "lines",
         (Query(f"sum(increase(tousu_shard_openings_total{{{_OF}}}[$__rate_interval]))", "opened"),
          Query(f"sum(increase(tousu_shard_halts_total{{{_OF}}}[$__rate_interval])) or vector(0)", "halted"),
          Query(f"sum(increase(tousu_rebalances_total{{{_OF}}}[$__rate_interval]))", "given anew"),
          Query(f"sum(increase(tousu_fenced_total{{{_OF}}}[$__rate_interval]))", "fenced"))),
    Look("Faults of ours", "Covered, so that they cost nobody anything: report them.", "lines",
         (Query(_rate("tousu_faults_covered_total", "reason, how"), "{{reason}}, {{how}}"),), "rate"),
))  # fmt: skip

MACHINE: Final = Row("Database, clocks, machine", (
    Look("Age of the count", "What is told of open cases was counted so long ago.", "lines",
         (Query(_now("tousu_census_age_seconds", "max"), "age"),
          Query(_now("tousu_census_duration_seconds", "max"), "took")), "seconds",
         nothing="this processor counts nothing"),
    Look("Clocks that wait to be fired", "By kind of state.", "lines",
         (Query(_now("tousu_timers_due", "sum", "kind"), "{{kind}}"),), nothing="this processor has no clocks"),
    Look("Drift of the machine's clock", "It decides nothing.", "lines",
         (Query(_now("tousu_clock_drift_seconds", "max"), "drift"),), "seconds"),
))  # fmt: skip

BOARD: Final = Board(
    "processor", "tousu: one processor", "Where its time goes, what it refuses, why it waits.",
    (NOW, BACKLOG, TURNS, DOES, TROUBLE, MACHINE), (Chosen("processor", "tousu_ready", several=False),), "1h",
)  # fmt: skip
