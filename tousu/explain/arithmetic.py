"""The steps of an amount as arithmetic that a person can follow, and the limits that were tried.

The words are made of the trace alone: of what an event carries, or of what the table says now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tousu.policy.owed import Awarded, Lacking, NotOwed, Referred

Inputs = dict[str, str]
_DIVIDED: Final = "divided_by "
_LESS: Final = "less "
_STARTS: Final = frozenset({"take", "multiply", "divide", "decide"})
"""Steps with which the compensation, and each fee that goes back, begins."""
_RATE: Final[tuple[str, ...]] = ("currency", "rate", "rate_from", "rate_source")
_PLACES: Final = {"pieces": 1, "days_late": 2, "weight_kg": 3, "share_lost": 3, "times": 4}
"""Where inputs stand in a product: amounts first, then by how many of them."""
UNITS: Final = {"pieces": "pieces", "days_late": "days late", "weight_kg": "kg"}
OUTCOMES: Final = {
    "binds": "binds: it makes the amount what it is",
    "holds": "holds: the amount is not above it",
    "lifted": "lifted: it does not count here",
    "unknown": "not counted: what it is made of is not known, and the pack does not ask for it",
}


def inputs_of(inputs: Any) -> Inputs:
    """Inputs by name, from an event's list or from a step itself."""
    if isinstance(inputs, Mapping):
        return {str(name): str(value) for name, value in inputs.items()}
    return {pair["input"]: pair["value"] for pair in inputs}


def plain_trace(award: Awarded | NotOwed | Lacking | Referred) -> dict[str, Any]:
    """An answer of the table in the form of the events of claims."""
    trace: dict[str, Any] = {"rule": getattr(award, "rule", ""), "section": award.section}
    trace["steps"] = [
        {"operation": step.operation, "inputs": dict(step.inputs), "result": step.result, "section": step.section}
        for step in getattr(award, "steps", ())
    ]
    trace["limits"] = [
        {"of": dict(limit.of), "amount": limit.amount, "outcome": limit.outcome, "section": limit.section}
        for limit in getattr(award, "limits", ())
    ]
    trace["unproven"] = [
        {
            "exemption": exemption.exemption,
            "evidence_missing": list(exemption.evidence_missing),
            "section": exemption.section,
        }
        for exemption in getattr(award, "unproven", ())
    ]
    trace["parts"] = [
        {"what": part.name, "amount": f"{part.amount:.2f}", "section": part.section}
        for part in getattr(award, "parts", ())
    ]
    for name in ("goes_as", "cause", "set_by", "assumed", "exemption", "evidence", "reason"):
        if getattr(award, name, None):
            trace[name] = getattr(award, name)
    return trace


def lines_of(trace: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """A calculation as (what, words, section): its steps by number, those of a fee that goes back said to be so.

    A limit that changed the amount, or did not, is a step; those that do not count stand behind the steps.
    """
    lines: list[tuple[str, str, str]] = []
    refunds = [part["what"] for part in trace.get("parts", ())][1:]
    limits = [limit for limit in trace.get("limits", ()) if limit["amount"]]
    caps = [step for step in trace.get("steps", ()) if step["operation"] == "cap"]
    binding = {index for index, limit in enumerate(limits[len(limits) - len(caps) :]) if limit["outcome"] == "binds"}
    starts = capped = 0
    for number, step in enumerate(trace.get("steps", ()), start=1):
        words = step_words(step)
        if step["operation"] in _STARTS:
            starts += 1
            words = f"{spoken(refunds[starts - 2])} goes back: {words}" if 1 < starts <= len(refunds) + 1 else words
        elif step["operation"] == "cap":
            words += " (this limit binds)" if capped in binding else ""
            capped += 1
        lines.append((str(number), words, step["section"]))
    aside = limits[: len(limits) - len(caps)] + [limit for limit in trace.get("limits", ()) if not limit["amount"]]
    lines += [("limit", f"{limit_words(limit)} {OUTCOMES[limit['outcome']]}", limit["section"]) for limit in aside]
    return lines


def step_words(step: Mapping[str, Any]) -> str:
    """One step: `1000 × 2 pieces = 2000`."""
    inputs, result = inputs_of(step["inputs"]), step["result"]
    match step["operation"]:
        case "take" | "multiply" | "divide":
            made = product(inputs)
            return made if made == result or made.startswith(f"{result} ") else f"{made} = {result}"
        case "convert":
            rate = {name: inputs.pop(name) for name in _RATE if name in inputs}
            ((name, value),) = inputs.items()
            return f"{spoken(name)}: {value} {rate['currency']} × {_rate_words(rate)} = {result}"
        case "decide":
            decided, *fees = inputs.items()
            less = "".join(f" − {named(*fee)} = {result}" for fee in fees)
            return f"{decided[1]}, decided or agreed by people{less}"
        case "cap":
            return _cap_words(inputs, result)
        case "part":
            amount = inputs.pop("amount")
            return f"{amount} × {' × '.join(named(*factor) for factor in inputs.items())} = {result}"
        case "round":
            return f"{inputs['amount']} to the cent = {result}"
        case "add":
            return f"{' + '.join(named(*pair) for pair in inputs.items())} = {result}"
        case "percent":
            return f"{inputs['amount']} × {inputs['percent']} % = {result}"
        case other:
            return f"{other}: {', '.join(named(*pair) for pair in inputs.items())} = {result}"


def limit_words(limit: Mapping[str, Any]) -> str:
    """What a limit that was tried is made of, and its amount."""
    made, amount = product(inputs_of(limit["of"])), limit["amount"]
    return made if not amount or made == amount or made.startswith(f"{amount} ") else f"{made} = {amount}"


def product(inputs: Mapping[str, str]) -> str:
    """`8.33 XDR × 9.71 (rate from 2026-01-01, IMF) × 12 kg ÷ 500 real value`, the fixed amount first."""
    left = dict(inputs)
    rate = {name: left.pop(name) for name in _RATE if name in left}
    parts = []
    if "fixed" in left:
        parts.append(left.pop("fixed") + (f" {rate['currency']}" if rate else ""))
    if rate:
        parts.append(_rate_words(rate))
    divided = {name: left.pop(name) for name in list(left) if name.startswith(_DIVIDED)}
    less = {name: left.pop(name) for name in list(left) if name.startswith(_LESS)}
    parts += [named(*factor) for factor in sorted(left.items(), key=lambda pair: (_PLACES.get(pair[0], 0), pair[0]))]
    below = "".join(f" ÷ {named(name.removeprefix(_DIVIDED), value)}" for name, value in divided.items())
    off = "".join(f" − {named(name.removeprefix(_LESS), value)}" for name, value in less.items())
    return " × ".join(parts) + below + off


def named(name: str, value: str) -> str:
    """`3 days late`, `800 real value`; a bare number where the table has it, not the claim."""
    if name == "times":
        return value
    if not value:
        return f"{spoken(name)} (not known)"
    unit = "piece" if (name, value) == ("pieces", "1") else UNITS.get(name)
    return f"{value} {unit}" if unit else f"{value} ({spoken(name)})"


def spoken(name: str) -> str:
    """A fact's name in words."""
    return name.replace("_", " ")


def listed(names: Iterable[str]) -> str:
    """Names in words, with commas."""
    return ", ".join(map(spoken, names))


def _cap_words(inputs: Inputs, result: str) -> str:
    amount, limit = inputs.pop("amount"), inputs.pop("limit")
    made = product(inputs)
    of = (
        ""
        if made == limit
        else f" ({made.removeprefix(f'{limit} (').removesuffix(')') if made.startswith(f'{limit} (') else made})"
    )
    return (
        f"{amount} is not above {limit}{of}: stays {result}"
        if result == amount
        else f"{amount}, at most {limit}{of}: {result}"
    )


def _rate_words(rate: Mapping[str, str]) -> str:
    return f"{rate['rate']} (rate from {rate['rate_from']}, {rate['rate_source']})"
