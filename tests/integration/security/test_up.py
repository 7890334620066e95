"""`tousu up` on a cluster that holds everybody to ACLs: each processor comes in as its own user."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.integration.security.conftest import ROOT, Guarded

READY_S = 240.0


def test_each_processor_has_its_own_user_and_the_commands_has_no_right_of_theirs(
    cluster: Guarded, tmp_path: Path
) -> None:
    settings = cluster.settings(cluster.way_in("ops"))  # which may write nowhere and is in no group
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")} | settings
    environ["TOUSU_METRICS_PORT"] = "29464"  # another `tousu up` may start at the same moment and take those of old
    command = [
        str(Path(sys.executable).with_name("tousu")),
        "up",
        "--no-apply-topics",
        "--data",
        str(tmp_path / "here"),
    ]
    said = tmp_path / "up.log"
    with said.open("w") as log:
        process = subprocess.Popen(
            [*command, "--users", str(cluster.users_file)], env=environ, cwd=ROOT, stdout=log, stderr=log
        )
    try:
        until_s = time.monotonic() + READY_S
        while "all processors work on" not in said.read_text() and process.poll() is None:
            assert time.monotonic() < until_s, said.read_text()
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
        assert process.poll() is None, said.read_text()
        for file in (tmp_path / "here" / "run").glob("*.password"):
            assert file.stat().st_mode & 0o777 == 0o600
        assert "not_authorised" not in "".join(each.read_text() for each in (tmp_path / "here/logs").glob("*.log"))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
