"""A Prometheus of this machine's own that watches local processors: for tests of queries, drills and pictures.

Needs the programs `prometheus` and `promtool` (Debian: apt-get install prometheus). It finds the processors of a data
folder by the files in which they write their addresses (`DATA/run/NAME.address`), so it may start before they do.
"""

from __future__ import annotations

import json
import shutil
import signal
import threading
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import yaml

from tousu.local.machine import LOOPBACK, free_port
from tousu.local.process import ServerProcess

RULES: Final = Path(__file__).resolve().parents[1] / "prometheus"
PROGRAM: Final = "prometheus"
READY_S: Final = 60.0
STOP_S: Final = 20.0
ASK_S: Final = 30.0
LOOK_S: Final = 0.2
SERIES_POINTS_MAX: Final = 10_000

Series = dict[str, Any]
"""As the API of Prometheus has it: `metric`, and `value` or `values`."""


def is_here() -> bool:
    """Whether this machine has the program."""
    return shutil.which(PROGRAM) is not None


class Prometheus:
    """Scrapes every processor of `data` each `every_s`, and evaluates the alert rules as often."""

    def __init__(self, folder: Path, data: Path, every_s: float = 0.5, rules: tuple[Path, ...] = ()) -> None:
        self._folder, self._data, self._every = folder, data, f"{int(every_s * 1000)}ms"
        self._rules = rules or (RULES / "objectives.yaml", RULES / "rules.yaml")
        self.address = f"http://{LOOPBACK}:{free_port()}"
        self._targets = folder / "targets.json"
        self._process = ServerProcess("Prometheus", folder / "prometheus.log")
        self._ended = threading.Event()
        self._finder = threading.Thread(target=self._find, daemon=True)

    def start(self) -> Self:
        """Raises ServerFailed where it does not come up."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._targets.write_text("[]")
        config = self._folder / "prometheus.yaml"
        config.write_text(yaml.safe_dump({
            "global": {"scrape_interval": self._every, "scrape_timeout": self._every, "evaluation_interval": "1s"},
            "rule_files": [str(path) for path in self._rules],
            "scrape_configs": [{
                "job_name": "tousu", "file_sd_configs": [{"files": [str(self._targets)], "refresh_interval": "1s"}],
            }],
        }))  # fmt: skip
        command = [
            PROGRAM, f"--config.file={config}", f"--storage.tsdb.path={self._folder / 'tsdb'}", "--log.level=warn",
            f"--web.listen-address={self.address.removeprefix('http://')}",
        ]  # fmt: skip
        self._process.start(command, self._is_ready, READY_S)
        self._finder.start()
        return self

    def stop(self) -> None:
        self._ended.set()
        self._process.stop(signal.SIGTERM, STOP_S)

    def rest(self) -> None:
        """Scrape nobody any more; what was scraped can still be asked for."""
        self._ended.set()
        self._finder.join()
        self._targets.write_text("[]")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def ask(self, query: str, at_s: float | None = None) -> list[Series]:
        """An instant query, now or at a moment (seconds since 1970). Raises ValueError with the words of a refusal."""
        found = self._get("query", {"query": query} | ({} if at_s is None else {"time": f"{at_s:.3f}"}))
        if found["resultType"] == "scalar":
            return [{"metric": {}, "value": found["result"]}]
        return list(found["result"])

    def course(self, query: str, from_s: float, to_s: float, step_s: float = 1.0) -> list[Series]:
        """A range query. Raises ValueError with the words of a refusal."""
        words = {"query": query, "start": f"{from_s:.3f}", "end": f"{to_s:.3f}", "step": f"{step_s:g}"}
        return list(self._get("query_range", words)["result"])

    def rules(self) -> list[dict[str, Any]]:
        """Every rule as it stands: `name`, `health`, `state` of alerts."""
        return [rule for group in self._get("rules", {})["groups"] for rule in group["rules"]]

    def names(self) -> set[str]:
        """The names of all series it has."""
        return set(self._get("label/__name__/values", {}))

    def _get(self, what: str, words: dict[str, str]) -> Any:
        address = f"{self.address}/api/v1/{what}?{urllib.parse.urlencode(words)}"
        try:
            with urllib.request.urlopen(address, timeout=ASK_S) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(f"{error.read().decode()}: {words}") from None

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/-/ready", timeout=ASK_S):
                return True
        except OSError:
            return False

    def _find(self) -> None:
        """Keep the list of targets as the data folder has it."""
        known: list[str] = []
        while not self._ended.wait(LOOK_S):
            found = sorted(text for path in self._data.glob("run/*.address") if (text := _text(path)))
            if found != known:
                known = found
                new = self._targets.with_suffix(".new")
                new.write_text(json.dumps([{"targets": found}]))
                new.replace(self._targets)


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
