"""The money: claims, the ledger, penalties, payments in question."""

from __future__ import annotations

from typing import Final

from deploy.grafana.board import Board, Look, Query, Row

_SAID = 'sum by (type) (rate(tousu_outputs_total{topic="%s",type!="tousu.time.ticked.v1"}[$__rate_interval]))'

NOW: Final = Row("Now", (
    Look("Payments in question", "Confirmed payments that fit nothing that is owed: `tousu ledger questions`.",
         "number", (Query("sum(tousu_payment_questions) or vector(0)"),), "count", 6, 4, 1),
    Look("Does the ledger balance", "Obligations of which more was paid than owed: there must be none.", "number",
         (Query("sum(tousu_ledger_overdrawn_obligations)"),), "count", 6, 4, alarm=1),
    Look("Open claims", "Claims that are not closed.", "number", (Query("sum(tousu_open_claims) or vector(0)"),),
         "count", 6, 4),
    Look("Persons suspended", "For the complaints of a month that is not closed.", "number",
         (Query("sum(tousu_persons_suspended)"),), "count", 6, 4),
))  # fmt: skip

CLAIMS: Final = Row("Claims", (
    Look("Open by cause", "Loss, damage, delay, wrong contents.", "bars",
         (Query("sum by (cause) (tousu_open_claims)", "{{cause}}"),), nothing="no claim is open"),
    Look("Open by stage", "How far they have come.", "bars",
         (Query("sum by (stage) (tousu_open_claims)", "{{stage}}"),), nothing="no claim is open"),
    Look("What happens to them", "Filed, offered, agreed, paid, refused.", "lines",
         (Query(_SAID % "complaints.claims", "{{type}}"),), "rate"),
))  # fmt: skip

LEDGER: Final = Row("Ledger", (
    Look("Awarded, paid, withdrawn", "Of all obligations, by currency: awarded = paid + outstanding + withdrawn.",
         "lines", (Query("sum by (movement, currency) (tousu_ledger_amount)", "{{movement}} {{currency}}"),
                   Query("sum by (currency) (tousu_ledger_outstanding_amount)", "outstanding {{currency}}")), "money",
         12, nothing="nothing was awarded"),
    Look("Outstanding", "By kind of obligation and currency.", "bars",
         (Query("sum by (kind, currency) (tousu_ledger_outstanding_amount)", "{{kind}} {{currency}}"),), "money", 6,
         nothing="nothing is owed"),
    Look("Payments in question", "By reason.", "bars",
         (Query("sum by (reason) (tousu_payment_questions)", "{{reason}}"),), "count", 6, warn=1,
         nothing="none is in question"),
))  # fmt: skip

PENALTIES: Final = Row("Penalties", (
    Look("Standing penalties", "By kind of party, of months that can still be corrected.", "bars",
         (Query("sum by (kind) (tousu_penalties_standing)", "{{kind}}"),), nothing="no penalty stands"),
    Look("What happens to them", "Assessed, doubled, withdrawn, suspensions, months closed.", "lines",
         (Query(_SAID % "complaints.penalties", "{{type}}"),), "rate"),
    Look("Months that nobody can rate", "Nobody has told the services of the department.", "number",
         (Query("sum(tousu_departments_unrated)"),), "count", 8, 7, 1),
))  # fmt: skip

BOARD: Final = Board(
    "money", "tousu: money", "Claims, the ledger, penalties, payments in question.", (NOW, CLAIMS, LEDGER, PENALTIES),
    span="24h",
)  # fmt: skip
