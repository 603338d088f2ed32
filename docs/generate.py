"""Writes the generated parts of the documentation; with --check only says what is stale.

    python docs/generate.py [--check]

Between `<!-- include: FILE -->` and `<!-- end -->` stands that file; between `<!-- row: DATASET -->` and `<!-- end -->`
in a pipeline's README stands a row that its config.yaml really makes; docs/config.md is the whole reference.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
_REGION = re.compile(r"(<!-- (include|row): (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
_LONGEST_STRING = 300


def documents() -> dict[Path, str]:
    """Every document with generated parts, as it should be."""
    from generation_functions.commands import reference
    from generation_functions.registry import load_registry

    registry = load_registry()
    wanted = {
        ROOT / "docs" / "config.md": reference.markdown([registry.find(name) for name in registry.names]).rstrip()
        + "\n"
    }
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("generation/**/README.md")]:
        text = path.read_text(encoding="utf-8")
        if _REGION.search(text):
            wanted[path] = _REGION.sub(lambda found, folder=path.parent: _filled(found, folder), text)
    return wanted


def _filled(found: re.Match[str], folder: Path) -> str:
    start, kind, name, end = found.groups()
    if kind == "include":
        body = f"```python\n{(ROOT / name).read_text(encoding='utf-8').rstrip()}\n```"
    else:
        row = json.dumps(_shortened(_row(folder, name)), ensure_ascii=False, indent=2)
        body = f"```json\n{row}\n```"
    return f"{start}\n{body}\n\n{end}"


def _row(pipeline: Path, dataset: str) -> dict[str, Any]:
    from generation_functions.commands.execute import execute
    from generation_functions.config import load_config
    from generation_functions.registry import load_registry

    with tempfile.TemporaryDirectory() as folder:
        os.environ["ATK_STATE_DIR"] = folder
        config = load_config(pipeline / "config.yaml", load_registry(), [f"output_dir={folder}/run"])
        execute(config)
        found = [Path(folder, "run", place, f"{dataset}.jsonl") for place in ("datasets", "")]
        file = next(path for path in found if path.exists())
        lines = file.read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    # A typical row says more about a dataset than its first one.
    return sorted(rows, key=lambda row: len(json.dumps(row)))[len(rows) // 2]


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    if isinstance(value, str) and len(value) > _LONGEST_STRING:
        return value[:_LONGEST_STRING].rsplit(" ", 1)[0] + " …"
    return value


def main() -> int:
    """Write what is stale, or only name it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when something is stale")
    options = parser.parse_args()
    os.chdir(ROOT)
    wanted = documents()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if not options.check:
            path.write_text(wanted[path], encoding="utf-8")
        sys.stdout.write(f"{'stale' if options.check else 'written'}: {path.relative_to(ROOT)}\n")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
