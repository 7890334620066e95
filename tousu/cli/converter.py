"""A picture as PNG, made by a converter that this machine happens to have; tousu itself draws SVG."""

from __future__ import annotations

import importlib
import shutil
import subprocess
from typing import Any, Final

from tousu.failure import Stop

SCALE: Final = 2
HOW: Final = (
    "no converter from SVG to PNG is here: install one (`apt-get install librsvg2-bin`, `brew install librsvg` or "
    "`pip install cairosvg`), or name a file that ends in .svg, which every browser shows"
)


def png_of(svg: str) -> bytes:
    """The picture as PNG, in twice its size. Raises Stop `no_converter`, or `not_converted` with what went wrong."""
    convert = shutil.which("rsvg-convert")
    if convert is not None:
        done = subprocess.run([convert, "--zoom", str(SCALE)], input=svg.encode(), capture_output=True, check=False)
        if done.returncode:
            raise Stop("not_converted", f"rsvg-convert failed: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout
    try:
        cairosvg: Any = importlib.import_module("cairosvg")
    except (ImportError, OSError):  # the module, or the library beneath it
        raise Stop("no_converter", HOW) from None
    made: bytes = cairosvg.svg2png(bytestring=svg.encode(), scale=SCALE)
    return made
