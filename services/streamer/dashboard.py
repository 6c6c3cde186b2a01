"""The page at ``/``: plain files, nothing built, nothing from elsewhere.

Every file is served under a hash of all of them, so that browsers may keep it for ever: another version has other
addresses, its modules import each other by relative ones, and only the page itself is asked for again.
"""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path
from typing import Final

from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import HTMLResponse

FILES: Final = Path(__file__).parent / "static"
POLICY: Final = (
    "default-src 'none'; img-src 'self' blob:; script-src 'self'; style-src 'self'; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
TYPES: Final = {".js": "text/javascript"}  # the system's list may say otherwise
CLASSIC_SCRIPTS: Final = frozenset({"js/early.js"})


def add_dashboard(app: FastAPI) -> None:
    """Serve the dashboard from ``app``. Its files are read once: they are few, and change with the program alone."""
    files = {path.relative_to(FILES).as_posix(): path.read_bytes() for path in FILES.rglob("*") if path.is_file()}
    version = _version(files)
    page = _page(files.pop("index.html").decode(), files, f"/static/{version}")

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    def index() -> HTMLResponse:
        return HTMLResponse(page, headers={**HEADERS, "Cache-Control": ASK_AGAIN})

    @app.api_route("/static/{asked}/{name:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def static(asked: str, name: str) -> Response:
        if name not in files:
            raise HTTPException(404, f"there is no file {name!r}")
        # Beside a replica of another version, a page may ask for what was its own: it gets ours, and asks again.
        caching = FOR_EVER if asked == version else ASK_AGAIN
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": caching}
        return Response(files[name], media_type=_type(name), headers=headers)


def _version(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.hexdigest()[:16]


def _page(template: str, files: dict[str, bytes], static: str) -> str:
    # Named in the page, modules are fetched side by side instead of one import after the other.
    modules = sorted(name for name in files if name.endswith(".js") and name not in CLASSIC_SCRIPTS)
    links = "\n".join(f'<link rel="modulepreload" href="{static}/{name}">' for name in modules)
    return template.replace("{{modules}}", links).replace("{{static}}", static)


def _type(name: str) -> str:
    return TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
