"""One request on its way through nginx: its variables, and the server and location it comes to."""

from __future__ import annotations

import re

from mcplint.knowledge.nginx import PASSES
from mcplint.proxies.nginx.config import Config, Listen, Location, Locations, VirtualServer
from mcplint.proxies.nginx.includes import Level
from mcplint.proxies.nginx.text import Undecided, search
from mcplint.text.bounded import bounded_sub
from mcplint.text.source import Span
from mcplint.values import Label

MOST_EXPRESSIONS = 100


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
        filled = bounded_sub(found, lambda m: self.variable(m[1] or m[2] or m[3], span), text) if "$" in text else text
        if filled is None:
            raise Undecided(span, "its variables make more of it than is followed")
        return filled

    def variable(self, name: str, span: Span, depth: int = 0) -> str:
        """What a variable is. Raises Undecided where the request or the files do not tell."""
        if name.isdecimal():
            number = int(name[:2])
            return (self.captures[number] or "") if number < len(self.captures) else ""
        if name in self.variables:
            text = self.variables[name]
            self.trace += [self.setters[name]] if name in self.setters else []
        elif name in self.config.maps and depth < 10:
            text = self._map_value(self.config.maps[name], depth + 1)
        else:
            text = self._builtin(name)
        if text is None:
            raise Undecided(span, f"${name} depends on the request")
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

    def _map_value(self, level: Level, depth: int) -> str:
        """What a `map` gives: exact texts first, then its expressions in order, then the default."""
        directive = level.directive
        assert directive is not None
        results = {line.name: line for line in level.inside if len(line.args) == 1}
        texts = {line.args[0].text for line in results.values()}
        if level.open:
            raise Undecided(directive.head, "this map is not completely known")
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


def find_server(config: Config, host: str, port: int) -> tuple[VirtualServer, Listen] | None:
    """The server that takes a request for a host name on a port, and the `listen` that hears it; None where none does.

    Raises Undecided where a placeholder or an expression that cannot be followed decides.
    """
    heard = [(found, listen) for found in config.servers for listen in found.listens if listen.port in (port, None)]
    heard = [pair for pair in heard if pair[1].host == "*"] or heard
    if len({id(found) for found, _ in heard}) < 2:
        return heard[0] if heard else None
    for unsure, listen in heard:
        if listen.port is None:
            raise Undecided(unsure.level.own["listen"][0].head, "the port is filled in later")
    return _server_by_name(heard, host.lower()) or next((pair for pair in heard if pair[1].default), heard[0])


def _server_by_name(heard: list[tuple[VirtualServer, Listen]], host: str) -> tuple[VirtualServer, Listen] | None:
    """The server by its names: exact, the longest `*.name`, the longest `name.*`, then expressions in order."""
    names = [(word, pair) for pair in heard for word in pair[0].names]
    exact = [pair for word, pair in names if word.text.lower().removeprefix(".") == host]
    if exact:
        return exact[0]
    for word, _ in names:
        if word.hole:
            raise Undecided(word.span, "the name is filled in later")
    before = [(len(t), pair) for word, pair in names if (t := _tail(word.text.lower())) and host.endswith(t)]
    after = [
        (len(t), pair) for word, pair in names if (t := word.text.lower()).endswith(".*") and host.startswith(t[:-1])
    ]
    for wild in (before, after):
        if wild:
            return max(wild, key=lambda item: item[0])[1]
    for word, pair in names:
        if word.text.startswith("~") and search(word.text[1:], host, True, word.span):
            return pair
    return None


def _tail(name: str) -> str | None:
    """What a host ends with to match `*.name` or `.name`."""
    return name.removeprefix("*") if name.startswith(("*.", ".")) else None


def find_location(request: Request) -> bool:
    """Moves the request to its location; True where nginx instead redirects to the same path with a slash behind it."""
    request.level, request.location = request.server.level, None
    return _descend(request, request.server.locations) == "redirect"


def _descend(request: Request, locations: Locations) -> str:
    """Looks for the request's location among some and in those: `found`, `prefix`, `none` or `redirect`."""
    at = request.level
    static, state = _static(locations, request.uri)
    if state != "exact":
        for unsure in locations.unsure[:1]:
            raise Undecided(unsure.span, "which paths this location matches is filled in later")
        request.certain = request.certain and not at.open
    if static:
        request.level, request.location = static.level, static
    if state in ("exact", "redirect"):
        return "found" if state == "exact" else state
    if static:
        inner = _descend(request, static.nested)
        if inner in ("found", "redirect"):
            return inner
        if static.kind == "^~":
            return "prefix"
    return "found" if _by_expression(request, locations) else "prefix" if static else "none"


def _by_expression(request: Request, locations: Locations) -> bool:
    """Whether the first expression that matches takes the request."""
    for number, found in enumerate(locations.expressions):
        if number == MOST_EXPRESSIONS:
            raise Undecided(found.span, "there are too many expressions to follow")
        match = search(found.text, request.uri, found.kind == "~*", found.span)
        if match:
            request.capture(match)
            request.level, request.location = found.level, found
            _descend(request, found.nested)
            return True
    return False


def _static(locations: Locations, uri: str) -> tuple[Location | None, str]:
    """The location of this very path, or the longest prefix of it."""
    if uri in locations.exact:
        return locations.exact[uri], "exact"
    prefixes = locations.prefixes
    best = next((prefixes[uri[:end]] for end in locations.lengths if uri[:end] in prefixes), None)
    slashed = [found for kind in (locations.exact, prefixes) if (found := kind.get(f"{uri}/"))]
    if any(PASSES & found.level.own.keys() for found in slashed) and not (best and best.text == uri):
        return slashed[0], "redirect"
    return best, "prefix" if best else "none"
