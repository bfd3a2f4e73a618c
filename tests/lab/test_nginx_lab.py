"""What nginx really does with thousands of requests to random configurations is what the model says."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from pathlib import Path

from mcplint.project.tree import Tree
from mcplint.proxies.nginx import configure, route_request
from mcplint.proxies.response import FILE, PROXY, REDIRECT, STATUS
from mcplint.readers.nginx import read
from mcplint.text.source import Source
from tests.lab import nginx
from tests.lab.nginx_random import Made, Maker

SEED, SERVERS = 20261120, 300
FEATURES = ("=", "^~", "~", "~*", "nested", "prefix", "rewrite", "variable", "named")
BACKEND = """
server_names_hash_bucket_size 128;
server_names_hash_max_size 8192;
upstream backend {{ server 127.0.0.1:{backend}; }}
server {{ listen 127.0.0.1:{backend}; merge_slashes off; location / {{ return 200 "$request_uri"; }} }}
server {{ listen 127.0.0.1:{port} default_server; return 444; }}
"""


def asked(port: int, host: str, method: str, path: str) -> tuple[object, ...]:
    """What nginx answers: (`proxy`, location, what the backend was asked for) or (status, location, redirect)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host)
        connection.putheader("Content-Length", "0")
        connection.endheaders()
        response = connection.getresponse()
        body = response.read().decode("latin-1")
    finally:
        connection.close()
    location = response.getheader("X-Location")
    if response.status == 200 and body.startswith("/"):
        return "proxy", location, body
    if body == "file" or response.status in (404, 405):
        return "file", location
    return response.status, location, response.getheader("Location")


def told(config, made: Made, port: int, method: str, path: str) -> tuple[object, ...]:
    """The same from the model."""
    found = route_request(config, made.name, port, "http", path, method)
    location = None
    if found.location:
        name = re.compile(r"X-Location (\d+)").search(found.location.source.text, found.location.end)
        location = name[1] if name else None
    match found.kind:
        case kind if kind == PROXY and " " in (found.uri or ""):
            return 400, location, None
        case kind if kind == PROXY:
            return "proxy", location, found.uri
        case kind if kind == REDIRECT:
            to = found.to or ""
            return found.status, location, to if "://" in to else f"http://{made.name}:{port}{to}"
        case kind if kind == STATUS and found.status not in (404, 405):
            return found.status, location, None
        case kind if kind in (FILE, STATUS):
            return "file", location
    return found.kind, location, [note.text for note in found.trace]


def test_the_model_answers_as_nginx_does(tmp_path: Path) -> None:
    backend, port = nginx.free_port(), nginx.free_port()
    servers = [Maker(SEED, number, backend).make() for number in range(SERVERS)]
    text = BACKEND.format(backend=backend, port=port)
    site = tmp_path / "site"
    site.mkdir()
    (site / "fallback.html").write_text("file")
    text += "".join(made.text.replace("{port}", str(port)).replace("{site}", str(site)) for made in servers)
    source = Source("nginx.conf", f"http {{\n{text}\n}}\n")
    file = read(source)
    assert file and not file.problems
    (config,) = configure({"nginx.conf": file}, Tree.of({"nginx.conf": source.text}))
    features: Counter[str] = Counter()
    wrong = []
    with nginx.running(tmp_path, text, port):
        for made in servers:
            features.update(made.features)
            for method, path in made.requests:
                real = asked(port, made.name, method, path)
                model = told(config, made, port, method, path)
                listing = model[0] == "file" and real[:2] == (403, model[1])
                if real != model and not listing:
                    wrong.append(f"{method} {path}\n  nginx {real}\n  model {model}\n{made.text}")
    assert not wrong, f"{len(wrong)} differ\n" + "\n".join(wrong[:5])
    assert all(features[feature] >= 20 for feature in (*FEATURES, "proxy_pass with URI")), features
