"""One request on its way through nginx: what it asks for now, and what its variables are."""

from __future__ import annotations

import re

from mcplint.proxies.nginx.blocks import Location, VirtualServer
from mcplint.proxies.nginx.config import Config
from mcplint.proxies.nginx.levels import Level
from mcplint.proxies.nginx.text import Undecided, search
from mcplint.text.source import Span
from mcplint.values import Label


class Request:
    """A request and the block that nginx would answer it with so far.

    A class because each phase changes it: `uri` is decoded and rewritten, `raw` is what the client sent.
    `raw_holds`: no rewrite has replaced it; `prefix_holds`: `uri` still begins with the location's prefix.
    `setters`: the `set` that gave a variable its value.
    """

    def __init__(
        self, config: Config, server: VirtualServer, where: tuple[str, str, int], target: str, method: str
    ) -> None:
        self.config, self.server = config, server
        self.scheme, self.host, self.port = where
        self.raw, self.method = target, method
        self.uri, _, self.args = target.partition("?")
        self.quoted = "%" in self.uri
        self.raw_holds = self.prefix_holds = True
        self.internal = self.changed = self.stopped = self.tried_files = self.failed = False
        self.level: Level = server.level
        self.location: Location | None = None
        self.captures: tuple[str | None, ...] = ()
        self.variables: dict[str, str | None] = {}
        self.setters: dict[str, Label] = {}
        self.certain = True
        self.trace: list[Label] = []

    def capture(self, match: re.Match[str]) -> None:
        """Keeps what a regular expression found."""
        self.captures = (match[0], *match.groups())
        self.variables.update({name: text or "" for name, text in match.groupdict().items()})

    def evaluate(self, text: str, span: Span) -> str:
        """The text with its variables replaced. Raises Undecided."""
        found = r"\$(?:([1-9])|\{(\w+)\}|([A-Za-z_]\w*))"
        return re.sub(found, lambda m: self.variable(m[1] or m[2] or m[3], span), text) if "$" in text else text

    def variable(self, name: str, span: Span, depth: int = 0) -> str:
        """What a variable is. Raises Undecided where the request or the files do not tell."""
        if name.isdecimal():
            number = int(name[:2])
            return (self.captures[number] or "") if number < len(self.captures) else ""
        if name in self.variables:
            text = self.variables[name]
            self.trace += [self.setters[name]] if name in self.setters else []
        elif name in self.config.maps and depth < 10:
            text = self._mapped(self.config.maps[name], depth + 1)
        else:
            text = self._builtin(name)
        if text is None:
            raise Undecided(span, f"${name} is not known before there is a request")
        return text

    def _builtin(self, name: str) -> str | None:
        authority = self.host if self.port == (443 if self.scheme == "https" else 80) else f"{self.host}:{self.port}"
        if name.startswith("arg_"):
            pairs = (pair.partition("=") for pair in self.args.split("&"))
            return next((value for key, _, value in pairs if key.lower() == name[4:].lower()), "")
        known = {
            "scheme": self.scheme,
            "https": "on" if self.scheme == "https" else "",
            "host": self.host,
            "http_host": authority,
            "server_port": str(self.port),
            "server_name": self.server.names[0].text if self.server.names else "",
            "uri": self.uri,
            "document_uri": self.uri,
            "request_uri": self.raw,
            "args": self.args,
            "query_string": self.args,
            "is_args": "?" if self.args else "",
            "request_method": self.method,
            "http_upgrade": "",
        }
        return known.get(name)

    def _mapped(self, level: Level, depth: int) -> str:
        """What a `map` gives: exact texts first, then its expressions in order, then the default."""
        directive = level.directive
        assert directive is not None
        results = {line.name: line for line in level.inside if len(line.args) == 1}
        texts = {line.args[0].text for line in results.values()}
        if level.open:
            raise Undecided(directive.head, "this map is not wholly known")
        if len(texts) == 1 and "default" in results and "$" not in (only := texts.pop()):
            return only
        if "hostnames" in level.own:
            raise Undecided(directive.head, "this map is one of host names")
        source = self._source(directive.args[0].text, directive.head, depth)
        chosen = results.get(source.lower()) or results.get(source) or results.get(f"\\{source}")
        for name, line in results.items():
            if not chosen and name.startswith("~"):
                pattern = name[1:]
                match = search(pattern.removeprefix("*"), source, pattern.startswith("*"), line.head)
                if match:
                    self.capture(match)
                    chosen = line
        chosen = chosen or results.get("default")
        return self._source(chosen.args[0].text, chosen.head, depth) if chosen else ""

    def _source(self, text: str, span: Span, depth: int) -> str:
        found = r"\$(?:([1-9])|\{(\w+)\}|([A-Za-z_]\w*))"
        return re.sub(found, lambda m: self.variable(m[1] or m[2] or m[3], span, depth), text)
