"""Which two models are compared, and what is said when one of them is not where it should be."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from finetuning.evaluate.subjects import Loading, find_subjects
from finetuning.model_folder import read_record
from generation_functions import UsageError

CPU = Loading("cpu")


def trained_from(base: str, source: Path, folder: Path) -> Path:
    """A copy of a model whose record names `base`."""
    shutil.copytree(source, folder)
    record = read_record(folder).model_copy(update={"base_model": base})
    (folder / "training.json").write_text(record.model_dump_json())
    return folder


def test_a_base_beside_the_model_is_found_from_any_directory(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_model, tmp_path / "run/base")
    model = trained_from("../base", tiny_model, tmp_path / "run/model")
    (tmp_path / "elsewhere").mkdir()
    shutil.copytree(tiny_model, tmp_path / "base")  # what ../base would be from there
    monkeypatch.chdir(tmp_path / "elsewhere")
    then, _ = find_subjects(str(model), None, CPU)
    assert then is not None
    assert then.source == str(tmp_path / "run/base")


@pytest.mark.parametrize("base", ["../base", "/nowhere/base"])
def test_a_base_that_has_gone_is_an_error_with_two_ways_out(tiny_model: Path, tmp_path: Path, base: str) -> None:
    model = trained_from(base, tiny_model, tmp_path / "model")
    with pytest.raises(
        UsageError, match=rf"trained from {re.escape(base)}, and no model is there .* `before` .* alone"
    ):
        find_subjects(str(model), None, CPU)
    assert find_subjects(str(model), "", CPU)[0] is None
    then, _ = find_subjects(str(model), str(tiny_model), CPU)
    assert then is not None
    assert then.source == str(tiny_model)


def test_what_was_measured_on_another_kind_of_device_is_not_gone_on_with(tiny_model: Path) -> None:
    """With dtype auto numbers differ between a CPU and an accelerator; with one that is named they hardly do."""

    def digest(device: str, dtype: str) -> str:
        return find_subjects(str(tiny_model), "", Loading(device, dtype))[1].digest

    assert digest("mps:0", "auto") == digest("mps:1", "auto") != digest("cpu", "auto")
    assert digest("mps", "float32") == digest("cpu", "float32")
