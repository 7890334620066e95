"""Where the contract's files lie: beside the code in the repository, inside the package where tousu is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_PLACES: Final = (_PACKAGE.parent / "schemas", _PACKAGE / "schemas")


def schemas_folder() -> Path:
    """The folder that holds topics/, events/, shared/ and topic-card.json.

    Raises FileNotFoundError, naming the places looked at, when the installation is incomplete.
    """
    for place in _PLACES:
        if (place / "topic-card.json").is_file():
            return place
    looked = " or ".join(str(place) for place in _PLACES)
    raise FileNotFoundError(f"the contract is missing: expected topic-card.json in {looked}; install tousu again")
