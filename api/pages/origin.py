"""Who may post to pages: only our own pages in the same browser (cross-site request forgery).

Promises: a request that a browser marks as coming from another site is refused; cookies of the pages are SameSite=Strict besides.
"""

from urllib.parse import urlsplit

from fastapi import Depends, Request

from ledger.errors import NotAllowed


async def require_same_origin(request: Request) -> None:
    """Pass when the browser says that one of our pages asks; raise NotAllowed("request.cross-site")."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site in {"same-origin", "none"}  # none: typed, or opened from outside of any page
    else:
        ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not ours:
        raise NotAllowed("request.cross-site", "this was asked from another site; open the page itself and do it there")


SameOrigin = Depends(require_same_origin)
