"""Whether what a topic holds compressed can be unpacked here.

Producers and the topic's setting `compression.type` choose the codec, and change it at any time. librdkafka brings all
of them; kafka-python and aiokafka look for packages, and without them fail at the first such record only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from tousu.failure import Stop

KAFKA_PYTHON: Final = {"snappy": "python-snappy", "lz4": "lz4", "zstd": "zstandard"}
"""Codec -> the package by which kafka-python unpacks it."""
AIOKAFKA: Final = dict.fromkeys(KAFKA_PYTHON, "cramjam")


def check_codecs(codecs: ModuleType, packages: Mapping[str, str]) -> None:
    """Raises Stop `codec_missing` naming the packages to install, where a client's module of codecs lacks some."""
    missing = [name for name in packages if not getattr(codecs, f"has_{name}")()]
    if missing:
        wanted = " ".join(dict.fromkeys(packages[name] for name in missing))
        raise Stop(
            "codec_missing",
            f"records compressed by {', '.join(missing)} could not be read here: pip install {wanted}",
        )
