"""Public benchmarks by EleutherAI's lm-evaluation-harness (Gao et al., 2024), where its package is installed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from finetuning.evaluate.figures import Figure
from finetuning.evaluate.kept_results import KeptResults
from finetuning.evaluate.significance import Interval
from finetuning.evaluate.subjects import Loading, Subject, opened
from generation_functions import Run, UsageError
from generation_functions.records import stable_hash

PACKAGE = "lm_eval"
_OWN = ".yaml"
_BATCH = 16
_Z = 1.959963984540054
_PREFERRED = ("acc_norm,none", "acc,none", "exact_match,strict-match", "exact_match,none", "f1,none")
_LOWER_IS_BETTER = ("perplexity", "bits_per_byte", "loss")


def require_harness(tasks: Sequence[str]) -> None:
    """Raise UsageError when lm-eval is not installed, with how to install it, or when a task's own file is missing."""
    for task in tasks:
        if task.endswith(_OWN) and not Path(task).is_file():
            raise UsageError(f"lm_eval_tasks names {task}, which does not exist.")
    if find_spec(PACKAGE) is None:
        raise UsageError(
            "lm_eval_tasks needs the package lm-eval, which is not installed: .venv/bin/pip install 'lm-eval[hf]'\n"
            "  Its tasks download their data sets. Without a network leave lm_eval_tasks empty."
        )


def run_tasks(
    run: Run, subjects: Sequence[Subject], tasks: Sequence[str], limit: int | None, loading: Loading, seed: int
) -> list[Figure]:
    """The main figure of each task, for each model; what was measured before is not measured again.

    Raises:
        UsageError: lm-eval does not know a task, or its data cannot be had.
    """
    results: dict[str, dict[str, Any]] = {}
    for subject in subjects:
        kept = KeptResults(run.work_folder / "measured" / f"{subject.role}.jsonl")
        own = [Path(task).read_text(encoding="utf-8") for task in tasks if task.endswith(_OWN)]
        key = stable_hash("lm-eval", subject.digest, sorted(tasks), own, limit, seed)
        if key not in kept:
            run.progress(95, f"{subject.role}: lm-eval")
            kept.add([(key, _evaluate(subject, tasks, limit, loading, seed))])
        results[subject.role] = kept[key]
    return [_figure(task, results) for task in results["after"]]


def _evaluate(
    subject: Subject, tasks: Sequence[str], limit: int | None, loading: Loading, seed: int
) -> dict[str, dict[str, Any]]:
    """Of each task: the main measure's name, value, standard error and number of samples."""
    harness, wrapping = import_module(PACKAGE), import_module(f"{PACKAGE}.models.huggingface")
    with opened(subject, loading, seed) as model:
        wrapped = wrapping.HFLM(pretrained=model.model, tokenizer=model.tokenizer, batch_size=_BATCH)
        own = [Path(task) for task in tasks if task.endswith(_OWN)]
        manager = import_module(f"{PACKAGE}.tasks").TaskManager(include_path=[str(path.parent) for path in own] or None)
        try:
            found = harness.simple_evaluate(
                model=wrapped,
                tasks=[Path(task).stem if task.endswith(_OWN) else task for task in tasks],
                task_manager=manager,
                limit=limit,
                random_seed=seed,
                numpy_random_seed=seed,
                torch_random_seed=seed,
                fewshot_random_seed=seed,
                log_samples=False,
            )
        except (KeyError, ValueError, OSError) as error:
            raise UsageError(
                f"lm-eval could not run {', '.join(tasks)}: {error}. Its tasks are listed by: lm-eval ls tasks; most "
                "download their data."
            ) from error
    counts = found.get("n-samples", {})
    main = {task: _main(measures) for task, measures in found["results"].items()}
    return {
        task: measured | {"count": int(counts.get(task, {}).get("effective", 0))}
        for task, measured in main.items()
        if measured
    }


def _main(measures: Mapping[str, Any]) -> dict[str, Any]:
    """Of one task; nothing for a group whose tasks have no figure in common."""
    numbers = {
        name: value
        for name, value in measures.items()
        if isinstance(value, int | float) and "," in name and "_stderr" not in name
    }
    name = next((one for one in _PREFERRED if one in numbers), next(iter(numbers), ""))
    if not name:
        return {}
    measure, _, how = name.partition(",")
    error = measures.get(f"{measure}_stderr,{how}")
    return {
        "measure": measure,
        "value": float(numbers[name]),
        "error": float(error) if isinstance(error, int | float) else None,
    }


def _figure(task: str, results: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Without the single samples the models cannot be paired: their standard errors are added, which is cautious."""
    now, then = results["after"][task], results.get("before", {}).get(task)
    lower = any(word in now["measure"] for word in _LOWER_IS_BETTER)
    share = not lower and all(0 <= one["value"] <= 1 for one in (now, then) if one)
    difference = p = None
    if then is not None:
        error = math.hypot(then["error"] or 0.0, now["error"] or 0.0)
        difference = _around(now["value"] - then["value"], error or None)
        p = math.erfc(abs(difference.value) / (error * math.sqrt(2))) if error else None
    return Figure(
        name=f"{task}: {now['measure']}",
        measure=now["measure"],
        subject=f"lm-eval {task}",
        unit="share" if share else "",
        better="lower" if lower else "higher",
        count=now["count"],
        after=_around(now["value"], now["error"], share),
        before=_around(then["value"], then["error"], share) if then is not None else None,
        difference=difference,
        p=p,
        test="z, unpaired" if p is not None else "",
    )


def _around(value: float, error: float | None, share: bool = False) -> Interval:
    """With 1.96 standard errors on each side; a share ends at 0 and 1."""
    if not error:
        return Interval(value)
    low, high = value - _Z * error, value + _Z * error
    return Interval(value, max(0.0, low), min(1.0, high)) if share else Interval(value, low, high)
