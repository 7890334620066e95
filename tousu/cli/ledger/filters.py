"""Options by which the commands of the ledger narrow what they show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from tousu.ledger.obligation import Entry

Currency = Annotated[
    str, typer.Option("--currency", metavar="CODE", help="Only this currency, such as CNY.", show_default=False)
]
OfKind = Annotated[
    Literal["compensation", "bill", "handling_fee", "penalty", "repayment"] | None,
    typer.Option("--kind", help="Only obligations of this kind.", show_default=False),
]


def wanted(currency: str, kind: str | None) -> Callable[[Entry], bool]:
    """Whether an entry is asked for."""
    code = code_of(currency)
    return lambda entry: code in ("", entry.currency) and kind in (None, entry.kind)


def code_of(currency: str) -> str:
    """The code of a currency as typed; what cannot be one is wrong usage."""
    code = currency.upper()
    if code and not re.fullmatch("[A-Z]{3}", code):
        raise typer.BadParameter(f"{currency!r} is no currency; write its code, such as CNY", param_hint="--currency")
    return code


def only(entries: Iterable[Entry], currency: str, kind: str | None) -> list[Entry]:
    """The entries that are asked for."""
    asked = wanted(currency, kind)
    return [entry for entry in entries if asked(entry)]
