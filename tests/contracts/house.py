"""The house rules as functions: each takes a folder and returns what breaks the rule, one sentence a fault.

They read a tree on disk and nothing else, so that each can be shown a small tree that must fail.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import takewhile
from pathlib import Path

ROOMS = ("tousu", "services", "deploy", "bench", "tests", "examples")
SHIPPED = ("tousu", "services")
BANNED_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"})
MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
BANNED_IN_TESTS = {
    "unittest.mock": "write a small fake and run one suite on the fake and on the real thing",
    "time.sleep": "wait on a condition with a deadline",
}
BANNED_CALLS = {
    "describe_cluster": "ask for topics: librdkafka ends the process where a cluster names no broker for a moment",
}
CHANGES = frozenset({"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"})


def modules(root: Path, rooms: Iterable[str]) -> Iterator[Path]:
    """Every Python file of the named rooms, as a path below `root`."""
    for room in rooms:
        for file in sorted((root / room).rglob("*.py")):
            if "__pycache__" not in file.parts:
                yield file.relative_to(root)


def banned_names(root: Path) -> list[str]:
    """Modules are domain nouns (a file or a folder called `utils` says nothing)."""
    return [
        f"{file}: `{part}` says nothing; name it after the thing in the domain that it is about"
        for file in modules(root, ROOMS)
        for part in (*file.parts[:-1], file.stem)
        if part in BANNED_NAMES
    ]


def long_modules(root: Path) -> list[str]:
    """One public idea per module: at most 400 lines."""
    return [
        f"{file}: {lines} lines, at most {MODULE_LINES_MAX}; give its second idea a module of its own"
        for file in modules(root, ROOMS)
        if (lines := len((root / file).read_text().splitlines())) > MODULE_LINES_MAX
    ]


def long_functions(root: Path) -> list[str]:
    """A function is at most 70 lines, from `def` to its last line."""
    return [
        f"{file}:{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES_MAX}"
        for file in modules(root, ROOMS)
        for node in ast.walk(ast.parse((root / file).read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]


def banned_in_tests(root: Path) -> list[str]:
    """Tests patch nothing and sleep nowhere."""
    return [
        f"{file}:{line}: {name}: {BANNED_IN_TESTS[name]}"
        for file in modules(root, ("tests",))
        for line, name in _names_used(ast.parse((root / file).read_text()))
        if name in BANNED_IN_TESTS
    ]


def banned_calls(root: Path) -> list[str]:
    """What is shipped calls nothing of librdkafka that may end the process. kafka-python has the same names."""
    return [
        f"{file}:{node.lineno}: {node.attr}: {BANNED_CALLS[node.attr]}"
        for file in modules(root, SHIPPED)
        if "from kafka.admin" not in (root / file).read_text()
        for node in ast.walk(ast.parse((root / file).read_text()))
        if isinstance(node, ast.Attribute) and node.attr in BANNED_CALLS
    ]


def dead_modules(root: Path) -> list[str]:
    """A shipped module is imported by another shipped one, or is started by hand; tests alone do not keep it alive.

    Migrations are found by their names (tousu/runtime/table_versions.py).
    """
    imported: set[str] = set()
    for file in modules(root, SHIPPED):
        tree = ast.parse((root / file).read_text())
        imported |= {name for name in _modules_imported(tree, file) if name != _dotted(file)}
    started = set(_scripts(root))
    return [
        f"{file}: nothing that is shipped imports it; use it or remove it"
        for file in modules(root, SHIPPED)
        if file.stem not in {"__init__", "__main__"} and file.parent != Path("tousu/migrations")
        if _dotted(file) not in imported | started
        if 'if __name__ == "__main__":' not in (root / file).read_text()
    ]


def import_circles(root: Path) -> list[str]:
    """No module leads back to itself by imports, and no package to one beside it, at whatever depth.

    `tousu` and `services` themselves are held apart by import-linter, which knows where a whole pipeline is composed.
    """
    files = {_dotted(file).removesuffix(".__init__"): file for file in modules(root, SHIPPED)}
    plain = {name for name, file in files.items() if file.stem != "__init__"}
    levels: dict[str, dict[str, set[str]]] = {"modules": {name: set() for name in files}}
    for name, file in files.items():
        for other in _imports(ast.parse((root / file).read_text()), file, files):
            levels["modules"][name].add(other)
            above = _shared(name, other)
            if above and above not in (name, other):
                here, there = _below(above, name), _below(above, other)
                if here != there:
                    levels.setdefault(above, {}).setdefault(here, set()).add(there)
    return [
        f"{level}: {' -> '.join(reversed(circle))}: each needs the next; give what they share a module of its own"
        for level, graph in sorted(levels.items())
        if (circle := _circle(graph)) and (level == "modules" or not plain.issuperset(circle))
    ]


def _circle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter({name: others - {name} for name, others in graph.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _shared(name: str, other: str) -> str:
    """The package that two modules have in common."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(name.split("."), other.split("."), strict=False))
    return ".".join(part for part, _ in pairs)


def _below(above: str, name: str) -> str:
    return ".".join(name.split(".")[: above.count(".") + 2])


def _imports(tree: ast.Module, file: Path, known: Container[str]) -> Iterator[str]:
    """The modules of ours that a module imports, wherever in it and for whatever."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = file.parts[: -node.level] if node.level else ()
            start = ".".join((*above, *(node.module or "").split("."))).strip(".")
            names = [f"{start}.{alias.name}" for alias in node.names]
            yield from (name if name in known else start for name in names if name in known or start in known)


def repeated_class_names(root: Path) -> list[str]:
    """A class name is given once in all that is shipped: who reads it knows which thing is meant."""
    found: dict[str, list[str]] = {}
    for file in modules(root, SHIPPED):
        for node in ast.walk(ast.parse((root / file).read_text())):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(f"{file}:{node.lineno}")
    return [
        f"{name} is the name of {len(places)} classes: {', '.join(places)}"
        for name, places in sorted(found.items())
        if len(places) > 1
    ]


def string_subscripts(root: Path, folder: str) -> int:
    """How often code of a folder looks a field up by its name as text: `said["clock"]`, `said.get("clock")`."""
    return sum(
        _is_lookup_by_text(node)
        for file in modules(root, (folder,))
        for node in ast.walk(ast.parse((root / file).read_text()))
    )


def _is_lookup_by_text(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(value=ast.Name(id="Literal")):
            return False
        case ast.Subscript(slice=ast.Constant(value=str())):
            return True
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str()), *_]):
            return True
        case _:
            return False


def stale_exemptions(root: Path, exempt: Iterable[str]) -> list[str]:
    """A path that is exempt from a rule exists; else the exemption waits for a file that nobody thought of."""
    return [f"{path}: exempt in pyproject.toml, and not there" for path in exempt if not any(root.glob(path))]


def untidy_changelog(text: str) -> list[str]:
    """Keep a Changelog: an Unreleased chapter first, releases with a date, changes under the six known headings."""
    faults = []
    chapters = re.findall(r"^## (.+)$", text, re.MULTILINE)
    if not chapters or chapters[0] != "[Unreleased]":
        faults.append("the first chapter is `## [Unreleased]`")
    faults += [
        f"`## {chapter}`: a release is `## [1.2.3] - 2026-01-31`"
        for chapter in chapters[1:]
        if not re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", chapter)
    ]
    faults += [
        f"`### {heading}`: one of {', '.join(sorted(CHANGES))}"
        for heading in re.findall(r"^### (.+)$", text, re.MULTILINE)
        if heading not in CHANGES
    ]
    return faults


def _dotted(file: Path) -> str:
    return ".".join(file.with_suffix("").parts)


def _scripts(root: Path) -> Iterator[str]:
    project = root / "pyproject.toml"
    if project.exists():
        yield from re.findall(r'^\w+ = "([\w.]+):\w+"$', project.read_text(), re.MULTILINE)


def _modules_imported(tree: ast.Module, file: Path) -> Iterator[str]:
    """Every dotted name that an import statement might mean as a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = file.parts[: -node.level] if node.level else ()
            start = ".".join((*above, *(node.module or "").split("."))).strip(".")
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value  # `python -m tousu.local.embedded` and importlib take a module's name as text


def _names_used(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node)
