"""Write the manifests that code makes: `python -m deploy.kubernetes`. A test compares them with what lies there."""

from __future__ import annotations

from deploy.kubernetes.files import HERE, files

if __name__ == "__main__":
    for name, text in files().items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"wrote {name}")
