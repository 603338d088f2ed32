"""The YAML head of a dataset card, in the hub's own vocabulary."""

from __future__ import annotations

import re
from typing import Any

from generation_functions.datasets.holdout import EVAL_QUESTIONS_FILE
from generation_functions.datasets.summary import RunSummary, parquet_file

# Licences as the hub spells them: SPDX in lower case, mostly.
# fmt: off
_HUB_LICENCES = frozenset((
    "afl-3.0", "agpl-3.0", "apache-2.0", "bsd", "bsd-2-clause", "bsd-3-clause", "bsl-1.0", "cc",
    "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0",
    "cc-by-nc-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0", "cc-by-nd-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "ecl-2.0", "epl-1.0", "epl-2.0",
    "eupl-1.1", "gfdl", "gpl", "gpl-2.0", "gpl-3.0", "isc", "lgpl", "lgpl-2.1", "lgpl-3.0", "lppl-1.3c",
    "mit", "mpl-2.0", "ms-pl", "ncsa", "odbl", "odc-by", "ofl-1.1", "osl-3.0", "pddl", "postgresql",
    "unlicense", "wtfpl", "zlib",
))
# fmt: on
_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)


def card_metadata(run: RunSummary, *, eval_questions: bool) -> dict[str, Any]:
    """The YAML head: configs, licence, language, size, tasks and tags."""
    rows = sum(dataset["rows"] for dataset in run["datasets"])
    metadata: dict[str, Any] = {"pretty_name": run["title"], **_licence(run)}
    if run.get("languages"):
        metadata["language"] = list(run["languages"])
    metadata["task_categories"] = run.get("task_categories") or ["text-generation"]
    metadata["size_categories"] = [next((name for limit, name in _SIZES if rows < limit), "n>1T")]
    metadata["tags"] = list(dict.fromkeys(["synthetic", "augmentoolkit", run["pipeline"]]))
    configs = [
        {
            "config_name": dataset["name"].replace("/", "-"),
            "data_files": [{"split": "train", "path": parquet_file(dataset) or dataset["file"]}],
        }
        for dataset in run["datasets"]
        if dataset["rows"]
    ]
    if eval_questions:
        held_out = {"split": "test", "path": EVAL_QUESTIONS_FILE}
        configs.append({"config_name": "eval_questions", "data_files": [held_out]})
    if configs:
        metadata["configs"] = [{**configs[0], "default": True}, *configs[1:]]
    return metadata


def _licence(run: RunSummary) -> dict[str, Any]:
    """The sources' licences; a source without one makes the licence unknown, never a guess."""
    found = sorted({document["licence"] or "unknown" for document in run["documents"]["read"]})
    names = sorted({_hub_licence(name) for name in found})
    if not names:
        return {"license": "unknown"}
    licence: dict[str, Any] = {"license": names[0] if len(names) == 1 else names}
    if "other" in names:
        others = " ".join(name.lower() for name in found if _hub_licence(name) == "other")
        licence["license_name"] = re.sub(r"[^a-z0-9.]+", "-", others).strip("-")
    return licence


def _hub_licence(name: str) -> str:
    wanted = name.strip().lower().removesuffix("-only").removesuffix("-or-later").replace(" ", "-")
    return wanted if wanted in _HUB_LICENCES or wanted == "unknown" else "other"
