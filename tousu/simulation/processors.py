"""Which processors there are: what `tousu up`, the demo, simulations and audits go by. Found, never listed.

A processor is whoever the topic cards say writes in shards, and a folder of `services/` with two modules: `processor`,
its composition, and `__main__`, its process. What else sets one apart its folder says in `__init__`: `KEEPS_CHECKPOINT
= False` where it has none to look at, `KEEPS_LEDGER = True` where it keeps one.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Final

from tousu.contract.pipeline import last_ones, processors
from tousu.failure import Stop


def found() -> tuple[str, ...]:
    """Every processor, each behind those whose topics it reads.

    Raises Stop `wrong_cards` where cards and folders do not agree.
    """
    on_cards = processors()
    folders = {module.name for module in iter_modules(import_module("services").__path__) if module.ispkg}
    for name in on_cards:
        if name not in folders or not all(find_spec(f"services.{name}.{part}") for part in ("processor", "__main__")):
            message = f"a topic card says that {name} writes, but services/{name} has no processor.py and __main__.py"
            raise Stop("wrong_cards", message)
    for name in sorted(folders - set(on_cards)):
        raise Stop("wrong_cards", f"services/{name} is there, but no topic card says what it writes")
    return on_cards


def _says(name: str, word: str, *, unless_said: bool) -> bool:
    return bool(getattr(import_module(f"services.{name}"), word, unless_said))


PROCESSORS: Final = found()
WITH_CHECKPOINT: Final = tuple(name for name in PROCESSORS if _says(name, "KEEPS_CHECKPOINT", unless_said=True))
WITHOUT_CHECKPOINT: Final = frozenset(PROCESSORS) - frozenset(WITH_CHECKPOINT)
LEDGERS: Final = tuple(name for name in PROCESSORS if _says(name, "KEEPS_LEDGER", unless_said=False))
NOT_EVERYWHERE: Final = last_ones()
"""Nobody reads what these write, so a data folder may be without them: whoever reads it says so and goes on."""
