"""The manifests that code makes: path below deploy/kubernetes -> text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml

from deploy.kubernetes import kafka, processors, watching

HERE: Final = Path(__file__).resolve().parent
_HEAD: Final = "# Made by `python -m deploy.kubernetes`: change the code, not this file.\n"


def files() -> dict[str, str]:
    """Every file, with its text."""
    return {
        "base/processors.yaml": _written(processors.manifests()),
        "base/topics.yaml": _written(kafka.topics()),
        "base/users.yaml": _written(kafka.kafka_users()),
        "base/rules.yaml": _written(watching.rules()),
        "overlays/production/scaling.yaml": _written(watching.scaling()),
    }


def _written(manifests: Iterable[dict[str, Any]]) -> str:
    return _HEAD + yaml.dump_all(manifests, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=118)


class _Plain(yaml.SafeDumper):
    """Writes what stands in several places in each of them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
