"""Write everything here that is made by code: `python -m deploy.grafana`. A test compares it with what lies there."""

from __future__ import annotations

from deploy.grafana.files import HERE, files


def main() -> None:
    for name, text in files().items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
