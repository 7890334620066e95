"""Packs a release: wheel and sdist from a commit, twice, and stops unless both times give the same bytes.

`make release` runs it. What is packed is the commit, never the folder around it (`git archive`); times in the files are
the commit's. The image is built from the same, where podman is there. Notes are the changelog's entry of the version.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

from deploy.local.setup import SetUpFailed, install_uv, uv_environment

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"


def git(*words: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True).stdout.strip()


def unpacked(folder: Path) -> Path:
    """The commit as files, with its name filled in."""
    packed = folder / "source.tar"
    git("archive", "--format=tar", f"--output={packed}", "HEAD")
    with tarfile.open(packed) as archive:
        archive.extractall(folder / "source", filter="data")
    return folder / "source"


def built(uv: Path, folder: Path, epoch: str) -> dict[str, str]:
    """Wheel and sdist of the commit in a folder; name -> SHA-256."""
    out = folder / "dist"
    environment = {**uv_environment(), "SOURCE_DATE_EPOCH": epoch}
    subprocess.run(
        [str(uv), "build", "--quiet", "--out-dir", str(out), str(unpacked(folder))], env=environment, check=True
    )
    files = sorted(file for file in out.iterdir() if file.suffix in {".whl", ".gz"})
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def notes(version: str) -> str:
    """What the changelog says of a version; of one that it does not name, what is unreleased."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = dict(re.findall(r"^## \[([^]]+)\][^\n]*\n(.*?)(?=^## \[|\Z)", text, re.MULTILINE | re.DOTALL))
    return str(entries.get(version) or entries["Unreleased"]).strip()


def image(source: Path, version: str, commit: str) -> str:
    """Build the image of the commit where podman is there; says what came of it."""
    podman = shutil.which("podman")
    if podman is None:
        return "image: not built, podman is not here (apt-get install podman)"
    tag = f"localhost/tousu:{version}"
    words = ["build", "--file", str(source / "deploy/container/Containerfile"), "--tag", tag]
    words += ["--timestamp", git("log", "-1", "--format=%ct")]
    words += ["--build-arg", f"VERSION={version}", "--build-arg", f"REVISION={commit}"]
    done = subprocess.run([podman, *words, str(source)], check=False)
    return f"image: {tag}" if done.returncode == 0 else "image: not built; podman says above why"


def main() -> int:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    commit, epoch = git("rev-parse", "HEAD"), git("log", "-1", "--format=%ct")
    if git("status", "--porcelain", "--untracked-files=no"):
        print("release stopped: there are changes that no commit holds; commit or undo them.", file=sys.stderr)
        return 1
    uv = install_uv()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first, second = built(uv, Path(one), epoch), built(uv, Path(two), epoch)
        if first != second:
            print(f"release stopped: built twice, and not the same: {first} and {second}", file=sys.stderr)
            return 1
        DIST.mkdir(exist_ok=True)
        for name in first:
            shutil.copy(Path(one) / "dist" / name, DIST / name)
        said = image(Path(one) / "source", version, commit) if "--no-image" not in sys.argv else "image: not asked for"
    (DIST / f"tousu-{version}.sha256").write_text("".join(f"{each}  {name}\n" for name, each in first.items()))
    (DIST / f"tousu-{version}.md").write_text(f"# tousu {version}\n\nCommit {commit}\n\n{notes(version)}\n")
    print(*(f"{each}  {DIST / name}" for name, each in first.items()), said, sep="\n")
    print(f"notes: {DIST / f'tousu-{version}.md'}; now: git tag -a v{version} -F dist/tousu-{version}.md")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (SetUpFailed, subprocess.CalledProcessError) as error:
        sys.exit(f"release stopped: {error}")
