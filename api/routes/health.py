"""Is it alive, is it ready, and its figures: /livez, /readyz, /metrics."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from api.auth import Here
from api.health import Figures, look

router = APIRouter(tags=["health"])

_NO_STORE = {"Cache-Control": "no-store"}


def _registry(here: Here) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(here))
    return registry


@router.get("/livez")
async def live() -> dict[str, str]:
    """Say that the process answers, without waiting for one of the request threads."""
    return {"status": "alive"}


@router.get("/readyz")
def ready(here: Here) -> JSONResponse:
    """Say what works: 200 when requests can be served (`degraded` names what is behind), 503 when they cannot."""
    health = look(here)
    return JSONResponse(health.to_json(), 200 if health.can_serve else 503, _NO_STORE)


@router.get("/metrics", response_class=Response)
def metrics(here: Here) -> Response:
    """Return the figures in the Prometheus text format."""
    return Response(generate_latest(_registry(here)), media_type=CONTENT_TYPE_LATEST, headers=_NO_STORE)
