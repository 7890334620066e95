"""What comes in: by channel, what is refused and why, what is told twice, what the desk must decide."""

from __future__ import annotations

from typing import Final

from deploy.grafana.board import Board, Look, Query, Row

_CHANNEL = (
    'sum by (channel) (label_replace(rate(tousu_events_total{processor="intake",'
    'type=~"tousu\\\\.complaint\\\\.received\\\\..+"}[$__rate_interval]), '
    '"channel", "$1", "type", "tousu\\\\.complaint\\\\.received\\\\.(.+)\\\\.v1"))'
)
_OF = 'processor="intake",result!="ticked"'


def _of_result(result: str) -> str:
    return f'round(sum(increase(tousu_events_total{{processor="intake",result="{result}"}}[$__range]))) or vector(0)'


NOW: Final = Row("Now", (
    Look("Accepted", "In the time shown.", "number", (Query(_of_result("applied")),), "count", 4, 4),
    Look("Refused", "In the time shown: complaints.rejected has them with reason, place and bytes.", "number",
         (Query(_of_result("rejected")),), "count", 4, 4, 1),
    Look("Sent again", "Without any effect: the event had been taken.", "number",
         (Query(f"({_of_result('no_op')}) + ({_of_result('duplicate')})"),), "count", 4, 4),
    Look("Share refused", "Of what came in, in the time shown.", "number",
         (Query('sum(increase(tousu_rejects_total{processor="intake"}[$__range])) / '
                f"sum(increase(tousu_events_total{{{_OF}}}[$__range]))"),), "share", 4, 4, 0.02, 0.1,
         nothing="nothing came in"),
    Look("Triage", "Cases whose class nothing decided: `tousu triage`.", "number", (Query("sum(tousu_triage_cases)"),),
         "count", 4, 4, 1),
    Look("Faults of ours", "Good events refused through a fault of ours: there must be none.", "number",
         (Query('sum(increase(tousu_rejects_total{reason=~"internal_error|unpublishable_output|unstorable"}'
                "[$__range]))"),), "count", 4, 4, alarm=1),
))  # fmt: skip

CHANNELS: Final = Row("What comes in", (
    Look("Complaints by channel", "Events a second.", "areas", (Query(_CHANNEL, "{{channel}}"),), "rate", 12),
    Look("Reports", "Of departments, desk, finance, arbitration and operations, by type.", "lines",
         (Query('sum by (type) (rate(tousu_events_total{processor="intake",'
                'type=~"tousu\\\\.(handling|operations)\\\\..+"}[$__rate_interval]))', "{{type}}"),), "rate", 12),
))  # fmt: skip

REFUSED: Final = Row("What is refused", (
    Look("Refused at the gate, by reason", "In the time shown: runbook, 5.", "bars",
         (Query('round(sum by (reason) (increase(tousu_rejects_total{processor="intake"}[$__range])))',
                "{{reason}}"),)),
    Look("Refused later, by processor and reason", "A report that the case does not allow, say.", "bars",
         (Query('round(sum by (processor, reason) (increase(tousu_rejects_total{processor!="intake"}[$__range])))',
                "{{processor}}: {{reason}}"),)),
    Look("Without effect, by reason", "Told again, joined, noted.", "lines",
         (Query('sum by (reason) (rate(tousu_no_ops_total{processor="intake"}[$__rate_interval]))', "{{reason}}"),),
         "rate", nothing="nothing was without effect"),
))  # fmt: skip

TRUST: Final = Row("Adapters and brokers", (
    Look("Times not believed", "Somebody else writes to a topic of ours, or clocks differ.", "lines",
         (Query("sum by (processor, why) (rate(tousu_times_disbelieved_total[$__rate_interval]))",
                "{{processor}}: {{why}}"),), "rate"),
    Look("Open transactions", "Of adapters, by topic and partition.", "lines",
         (Query("max by (topic, partition) (tousu_open_transaction_seconds)", "{{topic}}/{{partition}}"),), "seconds",
         nothing="no transaction is open"),
    Look("Cases with a report that waits", "For another report: `tousu case` shows it.", "lines",
         (Query("sum(tousu_cases_with_waiting_reports)", "cases"),)),
))  # fmt: skip

BOARD: Final = Board(
    "intake", "tousu: intake", "What comes in by channel, what is refused and why, what waits for the desk.",
    (NOW, CHANNELS, REFUSED, TRUST), span="24h",
)  # fmt: skip
