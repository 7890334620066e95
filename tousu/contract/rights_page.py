"""The tables of rights in docs/security.md: `python -m tousu.contract.rights_page` writes them; a test compares.

Users of a cell are those who have the right, by `rights`, in the order of their names; admin stands in words above.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Final

from tousu.contract.cards import cards
from tousu.contract.folder import schemas_folder
from tousu.contract.pipeline import published_topics
from tousu.contract.rights import ADMIN, Operation, Right, rights
from tousu.contract.speaking import inbound_cards

PAGE: Final = schemas_folder().parent / "docs" / "security.md"
_TABLE: Final = r"(^### {heading}$.*?^\| ---[^\n]*\n)(?:\|[^\n]*\n)*"


def with_tables(page: str) -> str:
    """The page with the rows of its tables as the cards have them."""
    every = rights(cards())
    topics = dict.fromkeys(
        (*(card.topic for card in inbound_cards()), *published_topics(), *(c.topic for c in cards()))
    )
    page = _filled(page, "Topics", (_topic_row(every, topic) for topic in topics))
    for heading, resource in (("Consumer groups", "group"), ("Transactional ids", "transactional_id")):
        of = sorted((right.name + "*" * right.is_prefix, right.user) for right in every if right.resource == resource)
        page = _filled(page, heading, ((f"`{name}`", user) for name, user in of))
    return page


def _topic_row(every: Iterable[Right], topic: str) -> tuple[str, ...]:
    of = [right for right in every if right.resource == "topic" and right.name == topic and right.user != ADMIN]

    def who(operation: Operation) -> str:
        return ", ".join(sorted(right.user for right in of if right.operation == operation))

    return f"`{topic}`", who("write"), who("read"), who("describe_configs")


def _filled(page: str, heading: str, rows: Iterable[tuple[str, ...]]) -> str:
    lines = "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
    table = re.compile(_TABLE.format(heading=heading), re.MULTILINE | re.DOTALL)
    return table.sub(lambda match: match[1] + lines, page, count=1)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
