"""Backlog and time of the whole pipeline: the screen that hangs on the wall."""

from __future__ import annotations

from typing import Final

from deploy.grafana.board import Board, Look, Query, Row

_NOT_BY_WALL = "time by events"


def _rate(metric: str, by: str, where: str = "") -> str:
    return f"sum by ({by}) (rate({metric}{{{where}}}[$__rate_interval]))"


def _quantile(share: float, metric: str, where: str = "", by: str = "le") -> str:
    return f"histogram_quantile({share}, {_rate(f'{metric}_bucket', by, where)})"


NOW: Final = Row("Now", (
    Look("Oldest waits", "Age of the oldest record that some processor has not applied.", "number",
         (Query("max(tousu_oldest_unprocessed_age_seconds)"),), "seconds", 4, 4, 10, 60),
    Look("Records behind", "Records between the checkpoints and the ends of their inputs, of all processors.", "number",
         (Query("sum(tousu_messages_behind)"),), "count", 4, 4),
    Look("The watermark behind", "How late clocks fire. They never fire falsely.", "number",
         (Query("max(tousu_watermark_behind_seconds)"),), "seconds", 4, 4, 10, 60, nothing=_NOT_BY_WALL),
    Look("Halted shards", "A halted shard keeps its place and waits for somebody: runbook, 3.", "number",
         (Query('sum(tousu_shards{state="halted"}) or vector(0)'),), "count", 3, 4, alarm=1),
    Look("Not ready", "Copies whose /readyz says why.", "number",
         (Query("count(tousu_ready == 0) or vector(0)"),), "count", 3, 4, alarm=1),
    Look("Absent", "Those that the topic cards name and of which nobody is seen.", "number",
         (Query("count(count by (name) (tousu_known_processor)) - count(count by (processor) (tousu_ready))"),),
         "count", 3, 4, alarm=1),
    Look("Alerts", "Of the rules in deploy/prometheus.", "number",
         (Query('count(ALERTS{alertstate="firing",alertname=~"Tousu.+"}) or vector(0)'),), "count", 3, 4, alarm=1),
))  # fmt: skip

BACKLOG: Final = Row("Backlog", (
    Look("Oldest event that waits", "By processor. Never less than the truth.", "lines",
         (Query("max by (processor) (tousu_oldest_unprocessed_age_seconds)", "{{processor}}"),), "seconds"),
    Look("Records behind", "By processor.", "areas",
         (Query("sum by (processor) (tousu_messages_behind)", "{{processor}}"),)),
    Look("Outputs that the broker has not acknowledged", "How long the oldest has been waiting.", "lines",
         (Query("max by (processor) (tousu_outputs_pending_age_seconds)", "{{processor}}"),), "seconds"),
))  # fmt: skip

TIME: Final = Row("Time", (
    Look("The watermark behind", "By processor.", "lines",
         (Query("max by (processor) (tousu_watermark_behind_seconds)", "{{processor}}"),), "seconds",
         nothing=_NOT_BY_WALL),
    Look("Who holds time back", "The origin (processor/shard) whose silence holds it.", "lines",
         (Query("max by (origin) (tousu_watermark_held_back_seconds)", "{{origin}}"),), "seconds",
         nothing=_NOT_BY_WALL),
    Look("Held out by an operator", "Inputs without which time goes on: what is decided meanwhile is unconfirmed.",
         "lines", (Query("max by (processor, origin) (tousu_held_out_seconds)", "{{processor}} without {{origin}}"),),
         "seconds", nothing="nothing is held out"),
    Look("Clocks: how late they fire", "The watermark minus the time for which they were set, 99 of 100.", "lines",
         (Query(_quantile(0.99, "tousu_timer_lateness_seconds", by="processor, le"), "{{processor}}"),), "seconds"),
    Look("Clocks that wait to be fired", "A herd of deadlines is worked off in slices.", "lines",
         (Query("sum by (processor) (tousu_timers_due)", "{{processor}}"),)),
    Look("Open transactions of adapters", "What hides inputs and lets time wait.", "lines",
         (Query("max by (topic, partition) (tousu_open_transaction_seconds)", "{{topic}}/{{partition}}"),), "seconds",
         nothing="no transaction is open"),
))  # fmt: skip

WAY: Final = Row("The way of an event", (
    Look("From inbound to routed", "From the inbound record to the commit of the router.", "lines",
         (Query(_quantile(0.5, "tousu_since_inbound_seconds", 'processor="router"'), "half"),
          Query(_quantile(0.99, "tousu_since_inbound_seconds", 'processor="router"'), "99 of 100"),
          Query(_quantile(0.999, "tousu_since_inbound_seconds", 'processor="router"'), "999 of 1000")), "seconds"),
    Look("From inbound to each processor", "99 of 100.", "lines",
         (Query(_quantile(0.99, "tousu_since_inbound_seconds", by="processor, le"), "{{processor}}"),), "seconds"),
    Look("Events", "What each processor reads, without ticks.", "lines",
         (Query(_rate("tousu_events_total", "processor", 'result!="ticked"'), "{{processor}}"),), "rate"),
    Look("Outputs", "By topic, without ticks.", "areas",
         (Query(_rate("tousu_outputs_total", "topic", 'type!="tousu.time.ticked.v1"'), "{{topic}}"),), "rate", 12),
    Look("Retries and fenced turns", "Turns given up because somebody was away, or had the shard.", "lines",
         (Query(_rate("tousu_retries_total", "reason"), "{{reason}}"),
          Query("sum(rate(tousu_fenced_total[$__rate_interval]))", "fenced")), "rate", 12, nothing="none was given up"),
))  # fmt: skip

PROMISES: Final = Row("Objectives", (
    Look("Left of the month's 0.1 %", "The objective is 99.9 % over 30 days; of the 0.1 % this is "
         "left.", "number", (Query("1 - tousu:routed_after_1s:ratio_rate30d / 0.001"),), "share", 6, 5, 0.5, 0.01,
         low=True, nothing="nothing was routed"),
    Look("How fast it burns", "1 uses the 0.1 % up in 30 days, 14.4 in two days.", "lines",
         tuple(Query(f"tousu:routed_after_1s:ratio_rate{span} / 0.001", span) for span in ("5m", "1h", "6h", "3d")),
         "count", 12, 5, nothing="nothing was routed"),
    Look("Clocks later than 5 s", "Within the last hour. The objective is none.", "number",
         (Query("sum(tousu:timers_after_5s:increase1h)"),), "count", 6, 5, alarm=1, nothing="no clock fired"),
))  # fmt: skip

BOARD: Final = Board(
    "pipeline", "tousu: backlog and time", "Is everybody at work, how far behind, how late.",
    (NOW, BACKLOG, TIME, WAY, PROMISES),
)  # fmt: skip
