"""What is in a run's folder: the routes below /api/runs/{run_id} that only read it, and reviews."""

from __future__ import annotations

from fastapi import APIRouter

from web.reading import datasets, failures, history, logs, records, reviews, samples

router = APIRouter(prefix="/api/runs/{run_id}", tags=["runs"])
for part in (history, logs, datasets, samples, records, failures, reviews):
    router.include_router(part.router)
