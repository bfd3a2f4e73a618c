"""What programs serve HTTP with, and what machines are called that may run anything."""

from __future__ import annotations

WEB_MODULES = frozenset(
    (
        *("fastapi", "starlette", "flask", "django", "quart", "sanic", "tornado", "bottle", "cherrypy", "falcon"),
        *("litestar", "robyn", "blacksheep", "pyramid", "connexion", "apiflask", "ninja", "socketio", "werkzeug"),
        *("uvicorn", "gunicorn", "hypercorn", "granian", "waitress", "cheroot", "gevent.pywsgi", "aiohttp.web"),
        *("aiohttp import web", "http.server", "socketserver", "wsgiref", "xmlrpc.server", "http import server"),
        *("streamlit", "gradio", "dash", "panel", "bokeh", "nicegui", "chainlit", "reflex", "shiny", "mesop", "solara"),
        *("taipy", "marimo", "bentoml", "langserve", "twisted.web", "websockets", "fasthtml", "ray"),
    )
)
"""The modules of Python with which programs serve HTTP, as they are spelled after `from` or `import`."""
WEB_CALLABLES = ("start_response", "receive, send")
"""Parameters of the functions that servers of WSGI and ASGI call."""
LISTENING_CALLS = (".listen(", "createServer(", ".serve(", "serve(", "Server.start(")
"""What programs for Node, Bun and Deno call to listen."""
SERVING_SCRIPTS = frozenset({"start", "serve", "server", "preview", "dev", "develop", "prod"})
"""What people call the scripts of a `package.json` that start a program which goes on."""
OTHER_LANGUAGES = (
    *(".go", ".rs", ".java", ".kt", ".scala", ".groovy", ".clj", ".cs", ".fs", ".vb", ".php", ".rb", ".ru", ".pl"),
    *(".ex", ".exs", ".erl", ".swift", ".dart", ".hs", ".ml", ".zig", ".nim", ".cr", ".lua", ".jl", ".r", ".R"),
    *(".c", ".cc", ".cpp", ".jsx", ".tsx", ".vue", ".svelte", ".astro", ".ipynb"),
)
"""The suffixes of programs that are not followed."""
ANY_MACHINE = frozenset(
    (
        *("app", "application", "node", "host", "server", "srv", "backend", "machine", "vm", "instance", "worker"),
        *("box", "up", "upstream", "pool", "cluster", "group", "replica", "member", "target", "service", "svc"),
        *("localhost", "internal", "local", "lan", "home", "localdomain", "prod", "production", "staging", "stage"),
        *("dev", "test", "primary", "secondary", "main", "ip", "ec2", "http", "https", "tcp", "your", "my", "the"),
        *("python", "default", "blue", "green"),
    )
)
"""Words in the names of machines, and of groups of them, that do not say what these run."""
