"""Everything below /api/settings."""

from __future__ import annotations

from fastapi import APIRouter

from web.preferences import providers, secrets

router = APIRouter(prefix="/api/settings", tags=["settings"])
router.include_router(secrets.router)
router.include_router(providers.router)
router.include_router(providers.connections)
