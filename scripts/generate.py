"""Makes the files that are made from others, or tells which of them are stale.

usage: python -m scripts.generate [--check]
"""

import difflib
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
Maker = Callable[[], dict[Path, str]]


def readmes() -> dict[Path, str]:
    """The table of each plugin's README, from what the plugin declares."""
    from sim_core.testing import readme_tables

    return {ROOT / path: text for path, text in readme_tables(ROOT / "plugins").items()}


def web_types() -> dict[Path, str]:
    """The web app's types of the API."""
    from scripts.web_types import typescript

    return {ROOT / "sim_web/app/src/api/schema.ts": typescript()}


def realtime() -> dict[Path, str]:
    """The realtime protocol as JSON Schema and TypeScript."""
    import json

    from scripts.realtime_types import json_schema, typescript

    return {
        ROOT / "docs/reference/realtime.schema.json": json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n",
        ROOT / "sim_web/app/src/realtime/protocol.ts": typescript(),
    }


MAKERS: tuple[Maker, ...] = (readmes, web_types, realtime)


def main() -> int:
    """Write the files, or with `--check` say which differ."""
    stale: list[str] = []
    for maker in MAKERS:
        for path, text in maker().items():
            current = path.read_text() if path.exists() else ""
            if current == text:
                continue
            if "--check" not in sys.argv:
                path.write_text(text)
                print(f"wrote {path.relative_to(ROOT)}")
                continue
            stale.append(str(path.relative_to(ROOT)))
            print("\n".join(list(difflib.unified_diff(current.splitlines(), text.splitlines(), lineterm=""))[:20]))
    if stale:
        print(f"stale: {', '.join(stale)}; run .venv/bin/python -m scripts.generate")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
