"""The composition of deploy/compose in real containers, by podman: images of our own making, one copy of the files.

Where no registry is in reach, brokers, PostgreSQL, Prometheus and Alertmanager come from images that are built here
(tests/deploy/images) and are started by the same compose.yaml. TOUSU_TEST_REGISTRY=1 takes the public ones.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tousu.local.jars import jar_paths

ROOT: Final = Path(__file__).resolve().parents[2]
IMAGES: Final = ROOT / "tests" / "deploy" / "images"
BASE: Final = "localhost/tousu-base"
TOOLS: Final = {
    "podman": "apt-get install podman", "buildah": "apt-get install buildah", "runc": "apt-get install runc",
    "debootstrap": "apt-get install debootstrap", "amtool": "apt-get install prometheus-alertmanager",
    "promtool": "apt-get install prometheus",
}  # fmt: skip
# runc and these limits: inside a container crun may not raise limits (podman 4.3).
CONTAINERS_CONF: Final = """
[engine]
runtime = "runc"
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=9000:9000"]
"""
PARTITIONS: Final = 4


def missing() -> list[str]:
    """What this machine lacks, each with how to get it."""
    return [f"{tool} ({how})" for tool, how in TOOLS.items() if shutil.which(tool) is None]


def ran(*command: str | Path, env: Mapping[str, str] = {}, cwd: Path = ROOT, check: bool = True) -> str:
    """What a command printed. An AssertionError with its words where it fails."""
    done = subprocess.run(
        [str(each) for each in command], cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def exists(image: str) -> bool:
    return subprocess.run(["podman", "image", "exists", image], check=False).returncode == 0


def build(containerfile: Path, image: str, context: Path = ROOT, *more: str) -> None:
    """Build an image; what the machine trusts for TLS is trusted while it is built, and is not in it."""
    ran(
        "buildah", "bud", "--layers", "--format", "docker", "--isolation", "chroot", "--build-arg", f"BASE={BASE}",
        *more, "-f", containerfile, "-t", image, context,
    )  # fmt: skip


def make_base(folder: Path) -> None:
    """A base with Python, as a registry would give it."""
    if exists(BASE):
        return
    tree = folder / "base"
    ran("debootstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates", "bookworm", tree)
    for left in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
        shutil.rmtree(tree / left, ignore_errors=True)
    ran("sh", "-c", f"tar -C {tree} -c . | podman import - {BASE}")
    shutil.rmtree(tree)


def make_images(folder: Path) -> dict[str, str]:
    """The image of this tree, and those of the servers. Returns the variables of .env that name them."""
    make_base(folder)
    build(ROOT / "deploy/container/Containerfile", "localhost/tousu", ROOT, "-v", "/etc/ssl/certs:/etc/ssl/certs:ro")
    if os.environ.get("TOUSU_TEST_REGISTRY"):
        return {"TOUSU_IMAGE": "localhost/tousu"}
    context = folder / "context"
    shutil.copytree(IMAGES / "scripts", context / "scripts")
    (context / "jars").mkdir()
    for jar in jar_paths():
        shutil.copy(jar, context / "jars")
    named = {"TOUSU_IMAGE": "localhost/tousu"}
    for name in ("kafka", "postgres", "prometheus", "alertmanager"):
        image = f"localhost/tousu-test-{name}"
        build(IMAGES / "Containerfile", image, context, "--target", name)
        named[f"{name.upper()}_IMAGE"] = image
    return named


class Composition:
    """A copy of deploy/ that is up; `folder` is the one of compose.yaml."""

    def __init__(self, folder: Path, images: Mapping[str, str]) -> None:
        shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("secrets"))
        self.folder = folder / "deploy" / "compose"
        conf = folder / "containers.conf"
        conf.write_text(CONTAINERS_CONF)
        self._env = {"CONTAINERS_CONF": str(conf)}
        if not os.environ.get("TOUSU_TEST_REGISTRY"):
            self._without("grafana")  # its program cannot be had without a registry
        settings = self.folder / ".env"
        chosen = {**images, "TOUSU_PARTITIONS": str(PARTITIONS), "KAFKA_HEAP": "-Xmx320m"}
        lines = (line for line in settings.read_text().splitlines() if line.partition("=")[0] not in chosen)
        settings.write_text("\n".join([*lines, *(f"{name}={value}" for name, value in chosen.items())]) + "\n")

    def _without(self, service: str) -> None:
        file = self.folder / "compose.yaml"
        composed = yaml.safe_load(file.read_text())
        del composed["services"][service]
        file.write_text(yaml.safe_dump(composed))

    def compose(self, *words: str, check: bool = True) -> str:
        return ran(sys.executable, "-m", "podman_compose", *words, env=self._env, cwd=self.folder, check=check)

    def podman(self, *words: str, check: bool = True) -> str:
        return ran("podman", *words, env=self._env, check=check)

    def log(self, service: str) -> str:
        return self.podman("logs", f"tousu_{service}_1", check=False)

    def kill(self, service: str) -> None:
        """kill -9, and nobody starts it again."""
        self.podman("kill", f"tousu_{service}_1")

    def start(self, service: str) -> None:
        self.podman("start", f"tousu_{service}_1")

    def tousu(self, user: str, *words: str) -> tuple[int, str]:
        """The command line on this machine, through the door outside, as a user of the cluster: exit code, output."""
        own = self.folder / "secrets" / user
        env = {
            **os.environ,
            "TOUSU_BROKER": "localhost:19092,localhost:19093,localhost:19094", "TOUSU_KAFKA_PROTOCOL": "SASL_SSL",
            "TOUSU_KAFKA_CA_FILE": str(own / "ca.pem"), "TOUSU_KAFKA_USER": user,
            "TOUSU_KAFKA_PASSWORD_FILE": str(own / "password"), "TOUSU_PARTITIONS": str(PARTITIONS),
        }  # fmt: skip
        done = subprocess.run(
            [str(Path(sys.executable).parent / "tousu"), *words], env=env, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def ops(self, *words: str) -> tuple[int, str]:
        """The command line in a container of its own, beside the servers."""
        done = subprocess.run(
            [sys.executable, "-m", "podman_compose", "--profile", "tools", "run", "--rm", "ops", *words],
            env={**os.environ, **self._env}, cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    def asked(self, query: str) -> list[dict[str, Any]]:
        """What Prometheus answers to a query; nothing while it does not."""
        address = f"http://localhost:9090/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        except (urllib.error.URLError, OSError):
            return []
        return found

    def ready(self) -> set[str]:
        """The processors that Prometheus has seen ready."""
        return {each["metric"]["processor"] for each in self.asked("tousu_ready == 1")}
