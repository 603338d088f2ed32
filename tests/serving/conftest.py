"""Tests that need a model; without the packages for that they are skipped."""

from tests.support.needs_models import one_thread, pytest_pycollect_makemodule, tiny_model

__all__ = ["one_thread", "pytest_pycollect_makemodule", "tiny_model"]
