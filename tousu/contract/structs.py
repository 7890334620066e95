"""The Structs of `tousu/events`, made from the schemas: one class for each event type, the shared definitions once.

`python -m tousu.contract.structs` writes them; a test keeps the committed files up to date. They say the shape of an
event: which fields there are, of which type, which of them may be absent, which values a closed list has. What else a
schema says (patterns, bounds, formats, either-or) only the schema says (docs/decisions/0027).
"""

from __future__ import annotations

import keyword
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from unicodedata import east_asian_width
from urllib.parse import urljoin

from tousu.contract.schemas import ADDRESS, Documents, Schema, documents

_HEADING: Final = "Made by `python -m tousu.contract.structs` from schemas/: do not edit by hand."
_BEGINNING: Final = ("# fmt: off", "from __future__ import annotations", "")
_WIDTH: Final = 113
_PREFIXES: Final = {
    "case": "Case", "claim": "Claim", "clock": "Clock", "complaint": "Received", "handling": "Handling",
    "penalty": "Penalty", "registration": "Registered", "rejection": "Rejection", "values": "",
}  # fmt: skip
"""What names of shared definitions begin with, by their file: a piece as received is not one as registered."""
_NAMES: Final = {
    "case.case": "CaseBehind", "values.clock": "ClockName", "values.calendar": "CalendarReference",
    "values.class": "ClassCode",
    "values.limit": "TimeLimit", "values.object": "ComplainedObject",
    "values.pack": "PackReference",
    "values.responsible": "ResponsibleParty", "values.severity": "SeverityFound", "claim.claimant": "ClaimantReference",
    "claim.payee": "PayeeReference", "claim.facts": "ClaimFactsFound",
}  # fmt: skip
"""Definitions whose own name would say something else in the code, or less."""
_FAMILIES: Final = {
    "received": (
        "complaint.received.app", "complaint.received.email", "complaint.received.letter", "complaint.received.onsite",
        "complaint.received.phone", "complaint.received.web",
    ),
    "received_elsewhere": ("complaint.received",),
    "claim_case": ("claim.registered", "claim.routed", "claim.opened", "claim.filed", "claim.file_"),
    "claim_payment": ("claim.paid", "claim.payment", "claim.billed", "claim.outlet"),
    "claim_handling": ("handling.claim",),
    "claim_outlets": ("handling.outlet",),
    "payment_handling": ("handling.payment", "handling.amount", "handling.deduction"),
    "handover": (
        "handling.passed", "handling.taken_back", "handling.disputed", "handling.appeal", "handling.responsibility",
        "handling.separated", "handling.final_opinion",
    ),
    "handling_plan": ("handling.plan", "handling.corrective", "handling.assessed", "handling.judged"),
    "duplicate": ("duplicate", "person.erased"),
    "month": ("month", "person", "department"),
}  # fmt: skip
"""Families that are cut otherwise than at the first dot, by how their events' names begin."""
_PLAIN: Final = {"string": "str", "integer": "int", "number": "int | float", "boolean": "bool"}


def class_name(words: str) -> str:
    """`case.corrective_action_overdue` gives CaseCorrectiveActionOverdue."""
    return "".join(word[:1].upper() + word[1:] for word in words.replace("-", "_").replace(".", "_").split("_"))


def class_of(event_type: str) -> str:
    """The name of the class of an event type: the first version's without number, such as ClockMet, then ClockMetV2."""
    name, _, version = event_type.removeprefix("tousu.").rpartition(".v")
    return class_name(name) + (f"V{version}" if version != "1" else "")


def family_of(event_type: str) -> str:
    """The module of an event type."""
    name = event_type.removeprefix("tousu.").rpartition(".v")[0]
    for family, beginnings in _FAMILIES.items():
        if name.startswith(beginnings):
            return family
    return name.partition(".")[0]


class _Module:
    """One module while it is written: its classes and what it needs of the others."""

    def __init__(self, about: str) -> None:
        self.about = about
        self.parts: list[str] = []
        self.needed: dict[str, set[str]] = defaultdict(set)
        self.names: set[str] = set()

    def text(self) -> str:
        body = "\n\n".join(self.parts)
        typing = [word for word in ("ClassVar", "Literal", "TypeAlias") if f"{word}[" in body or f": {word} " in body]
        first, *more = _docstring(f"{self.about} {_HEADING}", "")
        lines = [first, *more, "", *_BEGINNING]
        if "Sequence[" in body:
            lines += ["from collections.abc import Sequence"]
        if typing:
            lines += [f"from typing import {', '.join(typing)}"]
        lines += [""]
        if " = field(" in body:
            lines += ["from msgspec import field", ""]
        for module, names in sorted(self.needed.items()):
            lines += _import(module, sorted(names))
        return "\n".join(lines).rstrip("\n") + "\n\n\n" + body.lstrip("\n") + "\n"


def _import(module: str, names: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 120:
        return [line]
    return [f"from {module} import (", *_wrapped(", ".join(names) + ",", "    "), ")"]


def _wrapped(text: str, indent: str) -> list[str]:
    """A text in lines; a sign that is two columns wide counts as two."""
    lines: list[str] = []
    for word in text.split():
        if lines and _columns(lines[-1]) + 1 + _columns(word) <= _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(indent + word)
    return lines


def _columns(text: str) -> int:
    return len(text) + sum(east_asian_width(sign) in "WF" for sign in text)


def _docstring(text: str, indent: str) -> list[str]:
    text = " ".join(text.replace("\\", "\\\\").split())
    text = text.replace('"', "'")
    lines = _wrapped(text, indent)
    lines[0] = f'{indent}"""{lines[0].strip()}'
    if len(lines) == 1:
        return [lines[0] + '"""']
    return [*lines, f'{indent}"""']


class Writer:
    """Writes the modules of one contract."""

    def __init__(self, contract: Documents) -> None:
        self._contract = contract
        self._modules: dict[str, _Module] = {}

    def modules(self) -> dict[str, str]:
        """Every module as file name below tousu/events and text."""
        for event_type, address in sorted(self._contract.address_of_type.items()):
            self._event(event_type, address)
        files = {f"{name}.py": module.text() for name, module in self._modules.items()}
        files["registry.py"] = self._registry()
        return files

    # -- the parts of a module ----------------------------------------------------------------------------------

    def _module(self, name: str, about: str) -> _Module:
        return self._modules.setdefault(name, _Module(about))

    def _event(self, event_type: str, address: str) -> None:
        family = family_of(event_type)
        module = self._module(family, f"What events of the family {family.replace('_', ' ')} say.")
        module.needed["tousu.events.content"].add("Content")
        schema = self._contract.by_address[address]
        about = f"{schema['title']}. {schema['description']}"
        self._class(module, address, class_of(event_type), schema, about, event_type)

    def _class(
        self, module: _Module, address: str, name: str, schema: Schema, about: str, event_type: str = ""
    ) -> None:
        module.names.add(name)
        fields: list[str] = []
        required = set(schema.get("required", ()))
        for key, child in schema.get("properties", {}).items():
            hint = f"{name}{class_name(key)}"
            default = self._default(address, child, is_required=key in required)
            kind = self._type(module, address, child, hint) + (" | None" if default == "None" else "")
            fields += self._field(key, kind, default)
            if "description" in child:
                fields += _docstring(child["description"], "    ")
        parent = "Content" if event_type else "Part"
        module.needed["tousu.events.content"].add(parent)
        lines = [f"class {name}({parent}, frozen=True, kw_only=True, omit_defaults=True):", *_docstring(about, "    ")]
        if event_type:
            lines += [f'    TYPE: ClassVar[str] = "{event_type}"']
        lines += fields
        module.parts.append("\n" + "\n".join(lines))

    @staticmethod
    def _field(key: str, kind: str, default: str) -> list[str]:
        name = key.replace("-", "_")
        if name != key or keyword.iskeyword(name):
            name += "_" if keyword.iskeyword(name) else ""
            given = f", default={default}" if default else ""
            return [f'    {name}: {kind} = field(name="{key}"{given})']
        return [f"    {name}: {kind}" + (f" = {default}" if default else "")]

    def _default(self, address: str, schema: Schema, *, is_required: bool) -> str:
        """What an absent field reads as; empty for a field that is never absent."""
        if is_required:
            return ""
        resolved, _ = self._contract.follow(schema, address)
        return "()" if resolved.get("minItems", 0) > 0 else "None"

    # -- types --------------------------------------------------------------------------------------------------

    def _type(self, module: _Module, address: str, schema: Schema, hint: str) -> str:
        """The type of a value as Python writes it; what has no name yet is written under the name `hint`."""
        if "$ref" in schema:
            return self._shared(module, address, schema["$ref"])
        if "enum" in schema or "const" in schema:
            return self._closed(module, schema, hint)
        if schema.get("type") == "array":
            of_one = hint[:-1] if hint.endswith("s") else f"{hint}Item"
            item = self._type(module, address, schema["items"], of_one)
            return f"Sequence[{item}]"
        if schema.get("type") == "object":
            self._class(module, address, hint, schema, schema.get("description", "One of them."))
            return hint
        return _PLAIN[schema["type"]]

    @staticmethod
    def _closed(module: _Module, schema: Schema, hint: str) -> str:
        values = schema.get("enum", [schema["const"]] if "const" in schema else [])
        if any(isinstance(value, bool) for value in values):
            return "bool"
        literal = "Literal[" + ", ".join(f'"{value}"' for value in values) + "]"
        if len(literal) <= 70:
            return literal
        module.parts.append("\n" + _alias(hint, literal, ""))
        return hint

    def _shared(self, module: _Module, address: str, reference: str) -> str:
        """The name of a shared definition, which is written where it belongs on first use."""
        target, _, pointer = urljoin(address, reference).partition("#")
        document = target.removeprefix(f"{ADDRESS}shared/").removesuffix(".json")
        definition = pointer.rpartition("/")[2]
        name = _NAMES.get(f"{document}.{definition}") or _name_of(document, definition)
        home_name = f"shared_{document}"
        home = self._module(home_name, f"What events share: {self._contract.by_address[target]['description']}")
        if name not in home.names:
            home.names.add(name)
            node: Any = self._contract.by_address[target]
            for step in pointer.split("/")[1:]:
                node = node[step]
            self._define(home, target, name, node)
        if home is not module:
            module.needed[f"tousu.events.{home_name}"].add(name)
        return name

    def _define(self, home: _Module, address: str, name: str, schema: Schema) -> None:
        about = schema.get("description", "")
        if schema.get("type") == "object":
            self._class(home, address, name, schema, about)
            return
        if "enum" in schema:
            values = "Literal[" + ", ".join(f'"{value}"' for value in schema["enum"]) + "]"
            home.parts.append("\n" + _alias(name, values, about))
            return
        home.parts.append("\n" + _alias(name, self._type(home, address, schema, name), about))

    def _registry(self) -> str:
        classes: Mapping[str, list[str]] = defaultdict(list)
        for event_type in sorted(self._contract.address_of_type):
            classes[family_of(event_type)].append(class_of(event_type))
        lines = ['"""The class of every event type.', "", _HEADING, '"""', "", *_BEGINNING]
        lines += ["from types import MappingProxyType", "from typing import Final", ""]
        for family, names in sorted({**classes, "content": ["Content"]}.items()):
            lines += _import(f"tousu.events.{family}", names)
        every = ", ".join(sorted(name for names in classes.values() for name in names))
        lines += ["", "_ALL: Final[tuple[type[Content], ...]] = (", *_wrapped(f"{every},", "    "), ")"]
        lines += ["CLASSES: Final = MappingProxyType({each.TYPE: each for each in _ALL})"]
        lines += ['"""By event type, such as tousu.clock.met.v1."""', ""]
        return "\n".join(lines)


def _name_of(document: str, definition: str) -> str:
    prefix, name = _PREFIXES[document], class_name(definition)
    return name if name.startswith(prefix) else prefix + name


def _alias(name: str, value: str, about: str) -> str:
    line = f"{name}: TypeAlias = {value}"
    if len(line) <= 120:
        lines = [line]
    else:
        inner = value.removeprefix("Literal[").removesuffix("]")
        lines = [f"{name}: TypeAlias = Literal[", *_wrapped(inner + ",", "    "), "]"]
    return "\n".join([*lines, *_docstring(about, "")]) if about else "\n".join(lines)


def text_of_modules() -> dict[str, str]:
    """Every module that is made, as file name and text, byte for byte as it is committed."""
    return Writer(documents()).modules()


def folder() -> Path:
    """Where the modules lie."""
    return Path(__file__).resolve().parent.parent / "events"


if __name__ == "__main__":
    for name, text in sorted(text_of_modules().items()):
        (folder() / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{folder() / name}\n")
