"""Random nginx servers with requests to them, each location telling its name in a header."""

from __future__ import annotations

import random
from collections import Counter
from typing import NamedTuple

SEGMENTS = ("mcp", "api", "sse", "a", "mcp2", "messages", "v1")
EXPRESSIONS = (
    r"^/mcp",
    r"^/mcp/?$",
    r"/sse$",
    r"^/(api|mcp)(/|$)",
    r"\.json$",
    r"^/api/(.*)$",
    r"/mcp",
    r"^/v\d+/(?<rest>.+)$",
    r"^/a/([^/]+)",
)


class Made(NamedTuple):
    """One server block, the requests to try on it, and which features it has."""

    name: str
    text: str
    requests: tuple[tuple[str, str], ...]
    features: frozenset[str]


class Maker:
    """Makes one server block. A class because names and features are counted while it grows."""

    def __init__(self, seed: int, number: int, backend: int) -> None:
        self.random = random.Random(f"{seed}.{number}")
        self.name = f"s{number}.test"
        self.backend = backend
        self.number = 0
        self.features: Counter[str] = Counter()
        self.paths: set[str] = {"/", "/mcp", "/mcp/", "/other"}
        self.named: list[str] = []

    def make(self) -> Made:
        lines = ["listen 127.0.0.1:{port};", f"server_name {self.name};", "root {site};"]
        if self.random.random() < 0.3:
            self.features["variable"] += 1
            lines.append(f"set $target 127.0.0.1:{self.backend};")
        if self.random.random() < 0.15:
            lines += self.rewrites(True)
        lines += self.locations("", 0)
        lines += [f"location @{name} {{ {self.header()} {self.passing('@')} }}" for name in self.named]
        requests = tuple(dict.fromkeys(self.request() for _ in range(14)))
        text = "server {\n" + "\n".join(f"    {line}" for line in lines) + "\n}\n"
        return Made(self.name, text, requests, frozenset(self.features))

    def header(self) -> str:
        self.number += 1
        return f"add_header X-Location {self.number} always;"

    def path(self, prefix: str = "") -> str:
        path = prefix.rstrip("/") + "".join(
            f"/{self.random.choice(SEGMENTS)}" for _ in range(self.random.randint(1, 2))
        )
        if prefix and not prefix.endswith("/") and self.random.random() < 0.3:
            path = prefix + self.random.choice(SEGMENTS)
        return path + self.random.choice(("", "", "/", ".json"))

    def locations(self, prefix: str, depth: int) -> list[str]:
        seen: set[tuple[str, str]] = set()
        lines: list[str] = []
        for _ in range(self.random.randint(1, 5 if depth == 0 else 2)):
            kind = self.random.choice(("", "", "=", "^~", "~", "~*"))
            if depth == 0 and self.random.random() < 0.15:
                kind, text = "", "/"
            else:
                text = self.random.choice(EXPRESSIONS) if kind in ("~", "~*") else self.path(prefix)
            key = ("~" if kind.startswith("~") else "=" if kind == "=" else "", text)
            if key in seen or (prefix and text == prefix):
                continue
            seen.add(key)
            if not kind.startswith("~"):
                self.paths.add(text)
            self.features[kind or "prefix"] += 1
            if depth:
                self.features["nested"] += 1
            nested = (
                self.locations(text, depth + 1)
                if kind in ("", "^~") and depth < 2 and self.random.random() < 0.4
                else []
            )
            inside = [self.header(), *self.content(kind), *nested]
            lines.append(
                f'location {kind} "{text}" {{ {" ".join(inside)} }}'
                if kind
                else f"location {text} {{ {' '.join(inside)} }}"
            )
        return lines

    def content(self, kind: str) -> list[str]:
        choice = self.random.random()
        lines = self.rewrites(False) if self.random.random() < 0.35 else []
        if self.random.random() < 0.1:
            lines.append(f"if ($request_method = {self.random.choice(('GET', 'POST'))}) {{ return 405; }}")
        if self.random.random() < 0.05:
            self.features["limit_except"] += 1
            lines.append("limit_except GET { deny all; }")
        if choice < 0.08:
            return [
                *lines,
                self.random.choice(("return 404;", "return 200 text;", "return 308 https://$host$request_uri;")),
            ]
        if choice < 0.14:
            return [*lines, "deny all;", self.passing(kind)]
        if choice < 0.20:
            return [*lines, "internal;", self.passing(kind)]
        if choice < 0.30:
            name = f"n{len(self.named)}"
            self.named.append(name)
            self.features["named"] += 1
            return [*lines, self.random.choice((f"try_files $uri @{name};", f"error_page 404 = @{name}; return 404;"))]
        if choice < 0.35:
            return [*lines, "try_files $uri /fallback.html?x=1;"]
        return [*lines, self.passing(kind)]

    def passing(self, kind: str) -> str:
        """A `proxy_pass` that nginx takes in such a location."""
        choice = self.random.random()
        if choice < 0.2 and self.features["variable"]:
            uri = self.random.choice(("", "", "/fixed", "/fixed$uri", "$request_uri", "/x?$args"))
            self.features["proxy_pass with variable"] += 1
            return f"proxy_pass http://$target{uri};"
        backend = self.random.choice(("backend", f"127.0.0.1:{self.backend}"))
        if choice < 0.6 and kind in ("", "=", "^~"):
            self.features["proxy_pass with URI"] += 1
            return f"proxy_pass http://{backend}{self.random.choice(('/', '/mcp', '/mcp/', '/b/c', '/?k=v'))};"
        return f"proxy_pass http://{backend};"

    def rewrites(self, server: bool) -> list[str]:
        self.features["rewrite"] += 1
        flag = self.random.choice(("last", "break", "", "last", "break", "redirect", "permanent"))
        pattern, replacement = self.random.choice(
            (
                (r"^/api/(.*)$", "/$1"),
                (r"^/mcp(.*)$", "/v1/mcp$1"),
                (r"^/a/([^/]*)", "/$1?from=$1"),
                (r"^/v1/(?<tail>.*)$", "/sse/$tail?"),
                (r"^(.*)/$", "$1/index.json"),
                (r"/sse", "/messages?x=1"),
                (r"^/mcp/?$", "/mcp2/$arg_a"),
            )
        )
        lines = [f"rewrite {pattern} {replacement} {flag};"]
        if self.random.random() < 0.2:
            lines.append("break;")
        if self.random.random() < 0.3:
            lines = [f"if ($uri ~ ^/(mcp|api)) {{ {' '.join(lines)} }}"]
        return lines

    def request(self) -> tuple[str, str]:
        path = self.random.choice(sorted(self.paths))
        path += self.random.choice(
            ("", "", "", "/", "/x", "/mcp", "x", "/x%20y", "//z", "/../q", "/./r", "/%2e%2e/s", "/f.json")
        )
        if self.random.random() < 0.1:
            path = path.upper()
        query = self.random.choice(("", "", "", "?a=1", "?a=b%20c&d", "?"))
        return self.random.choice(("POST", "POST", "GET")), path + query
