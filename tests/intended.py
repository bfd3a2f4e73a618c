"""What the titles of fixes promise, and whether the project says so afterwards: in the model that `show` prints, in the
values that the format's own parser reads, else in the words that are new in a file or gone from it."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from mcplint.findings import Diagnostic
from mcplint.model import Deployment
from mcplint.text.source import Edit


class Made(NamedTuple):
    """A project after all its fixes: its model, and of the files of one fix what is new, what is gone, the texts.

    `part`: the id of the part that the finding was of, `said`: the text that it was about; `old`: the texts before.
    """

    model: Deployment
    new: Counter[str]
    gone: Counter[str]
    texts: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    part: str = ""
    said: str = ""

    def has(self, *words: str) -> bool:
        return all(self.new[word] > 0 for word in words)

    def lost(self, *words: str) -> bool:
        return all(self.gone[word] > 0 for word in words)

    def servers(self, test: Callable[[Any], bool]) -> bool:
        behind = {each.server.id for each in self.model.routes if each.id == self.part and each.server}
        return any(map(test, self._meant(self.model.servers, behind)))

    def routes(self, test: Callable[[Any], bool]) -> bool:
        before = {each.id for each in self.model.routes if each.server and each.server.id == self.part}
        return any(map(test, self._meant(self.model.routes, before)))

    def containers(self, test: Callable[[Any], bool]) -> bool:
        around = {each.container.id for each in self.model.servers if each.id == self.part and each.container}
        return any(map(test, self._meant(self.model.containers, around)))

    def _meant(self, parts: Iterable[Any], linked: set[str]) -> list[Any]:
        """The part that the finding was of, or those that it is linked to; all where a fix has given it another id."""
        every = list(parts)
        own = [each for each in every if each.id == self.part]
        return own or [each for each in every if each.id in linked] or every

    def left_out(self) -> bool:
        """Whether what the finding was about stands in the files less often."""
        return sum(text.count(self.said) for text in self.texts) < sum(text.count(self.said) for text in self.old)

    def ports(self, test: Callable[[Any], bool]) -> bool:
        return self.containers(lambda each: any(map(test, each.ports)))


def leaves(node: object) -> Iterator[str]:
    """The values of a document and, after a dot, its keys; words of a value count one by one too."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield f".{key}"
            yield from leaves(value)
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value)
    else:
        text = json.dumps(node) if node is None or isinstance(node, bool) else str(node)
        yield text
        yield from (word for word in re.split(r"[\s=]+", text) if word != text)
        yield f"{type(node).__name__} {text}"


def words(path: str, text: str) -> Counter[str]:
    """What a file says, by its format's own parser; the words of its text where there is none here."""
    try:
        if path.endswith(".json"):
            return Counter(leaves(json.loads(text)))
        if path.endswith((".yaml", ".yml")):
            return Counter(leaves(list(yaml.safe_load_all(text))))
        if path.endswith((".toml", ".lock")):
            return Counter(leaves(tomllib.loads(text)))
    except (ValueError, yaml.YAMLError):
        pass
    return Counter(re.findall(r"[^\s\"'`\[\](){},;=]+", text)) + Counter(text.split())


def made(each: Diagnostic, before: Mapping[str, str], after: Mapping[str, str], model: Deployment) -> Made:
    assert each.finding.fix
    paths = {edit.span.source.path for edit in each.finding.fix.edits}
    old, new = (sum((words(path, texts.get(path, "")) for path in paths), Counter()) for texts in (before, after))
    was, now = (tuple(texts.get(path, "") for path in paths) for texts in (before, after))
    return Made(model, new - old, old - new, now, was, each.part, each.finding.span.text)


def below(release: str | None, major: str) -> bool:
    return release is not None and int(release.partition(".")[0]) < int(major)


def paths(found: Iterable[str]) -> set[str]:
    return {urlsplit(each).path for each in found} | set(found)


ANY = "0.0.0.0"
Check = Callable[..., bool]
PROMISES: dict[str, Check] = {
    # What `show` prints.
    r"listen on 0\.0\.0\.0": lambda m: m.servers(lambda s: s.host.only == ANY),
    r"tell the SDK that the server listens on 0\.0\.0\.0": lambda m: m.servers(lambda s: s.declared_host.only == ANY),
    r"pass host 0\.0\.0\.0 to the server": lambda m: m.servers(lambda s: s.host.only == ANY),
    r"pass port (\d+) to the server": lambda m, port: m.servers(lambda s: s.port.only == int(port)),
    r"turn response buffering off": lambda m: m.routes(lambda r: r.buffering.only is False),
    r"use HTTP/1.1": lambda m: m.routes(lambda r: r.http_version.only == "1.1"),
    r"raise the read timeout to (\d+) s": lambda m, time: m.routes(lambda r: r.read_timeout.only == int(time)),
    r"raise the limit to (\d+) MB": lambda m, size: m.routes(lambda r: r.body_limit.only == int(size) << 20),
    r"match (\S+) alone": lambda m, path: m.routes(lambda r: r.location.only == f"= {path}"),
    r"insist on (\S+)": lambda m, name: any(f"${{{name}:?}}" in text for text in m.texts),
    r"match (\S+) instead": lambda m, path: m.routes(lambda r: r.location.only == path),
    r"match (\S+) and pass it on as it is": lambda m, path: m.routes(lambda r: r.path.only == path),
    r"make the server stateless": lambda m: m.servers(lambda s: s.stateless.only is True),
    r"limit the wait for open streams to (\d+) seconds": lambda m, time: m.servers(
        lambda s: s.asgi.patience.only == int(time)
    ),
    r"require (\S+) below (\d+)": lambda m, name, major: (
        m.servers(
            lambda s: (
                s.sdk.package == name and (below(s.sdk.admitted.only, major) or below(s.sdk.installed.only, major))
            )
        )
        or m.has(f"<{major}")
    ),
    r"serve MCP at (\S+)": lambda m, path: m.servers(lambda s: (s.path.only or "").rstrip("/") == path),
    r"(?:run as the unprivileged user|name the user by its number) (\w+)": lambda m, user: m.containers(
        lambda c: c.user.only == user
    ),
    r"raise the grace period to (\d+) s": lambda m, time: m.containers(lambda c: c.grace_period.only == int(time)),
    r"publish on 127\.0\.0\.1 only": lambda m: m.ports(lambda p: p.host_ip == "127.0.0.1"),
    r"publish port (\d+) of the container": lambda m, port: m.ports(lambda p: p.target.only == int(port)),
    r"let Docker pick a free port for each replica": lambda m: m.ports(
        lambda p: p.published is not None and p.published.only is None
    ),
    r"start it as the build has installed it": lambda m: m.containers(lambda c: "--no-sync" in c.words),
    r"let a shell expand it": lambda m: m.containers(lambda c: (c.command.only or ())[:2] == ("sh", "-c")),
    r"give it no terminal": lambda m: m.containers(lambda c: c.tty.only is not True) and m.lost(".tty"),
    r"pass requests to (\S+:\d+)": lambda m, to: m.routes(lambda r: to in (r.target.only or "")) or m.has(to),
    # What the format's own parser reads, or else the words of the text.
    r"pass requests to port (\d+)": lambda m, port: m.has(port),
    r"write `([^`]+)`": lambda m, value: m.has(value) or any(value in each for each in m.new),
    r"write (\d[\d.]*)(?:, for the server too)?": lambda m, value: m.has(value),
    r"write (true|false|\d+) without quotes": lambda m, value: m.has(f"bool {value}") or m.has(f"int {value}"),
    r"write it as a string": lambda m: any(each.startswith("str ") for each in m.new),
    r"(?:quote the value|put it in quotes)": lambda m: any(re.match(r"str \d|\W", each) for each in m.new),
    r"(?:set the type to|use) `([^`]+)`": lambda m, value: m.has(value),
    r"add the type `([^`]+)`": lambda m, value: m.has(".type", value),
    r"(?:rename the key to|set|add) `([^`]+)`": lambda m, key: m.has(f".{key}"),
    r"delete `([^`]+)`(?:: the package then comes from the default index)?": lambda m, key: m.lost(f".{key}"),
    r"rename it to (\w+)": lambda m, name: m.has(name),
    r"name the variable, `(\w+)`": lambda m, name: m.has(name),
    r"change the path to (\S+)": lambda m, path: path in paths(m.new),
    r"change the path to (\S+) and the type to (\S+)": lambda m, path, kind: path in paths(m.new) and m.has(kind),
    r"publish the URL with its trailing slash": lambda m: any(f"{each}/" in m.new for each in m.gone),
    r"connect to `(\w+)`": lambda m, name: any(f"{name}:" in each or each == name for each in m.new),
    r"ask `([\w.-]+:\d+)`": lambda m, place: any(place in each for each in m.new),
    r"ask for port (\d+)": lambda m, port: any(f":{port}" in each for each in m.new),
    r"wait until `\w+` is healthy": lambda m: m.has("service_healthy"),
    r"write it in lower case": lambda m: any(each.lower() in m.new and each.lower() != each for each in m.gone),
    r"move the version into the tag": lambda m: (
        m.lost(".version") and any(re.search(r":[\d.]+$", each) for each in m.new)
    ),
    r"move the host into `identifier`": lambda m: (
        m.lost(".registryBaseUrl") and any(re.search(r"[\w-]\.[\w-]+/", each) for each in m.new)
    ),
    r"use the current schema(?: and its keys)?": lambda m: any("/2025-12-11/" in each for each in m.new),
    r"leave `-[td]` out": lambda m: any(re.fullmatch(r"--?(?:[itd]+|tty|detach)", each) for each in m.gone),
    r"keep standard input open": lambda m: m.has("-i"),
    r"name it from the plugin's own folder": lambda m: any("${CLAUDE_PLUGIN_ROOT}/" in each for each in m.new),
    r"leave the quotes out": lambda m: any("'" in each or '"' in each for each in m.gone),
    r"leave out the variables of Services": lambda m: m.has(".enableServiceLinks", "bool false"),
    r"suspend it instead": lambda m: m.has("suspend") and m.lost("stop"),
    r"let the step fail": lambda m: m.lost(".continue-on-error"),
    r"declare the README": lambda m: m.has(".readme", "README.md"),
    r"require `([^`]+)` beside it": lambda m, pin: m.has(pin) or any(pin in each for each in m.new),
    r"require (\S+) (\d\S*)": lambda m, name, release: any(release in each for each in m.new),
    r"install supergateway (\S+)": lambda m, release: any(each.endswith(f"@{release}") for each in m.new),
    r"add (GET, POST, DELETE|[\w-]+(?:, [\w-]+)*)": lambda m, names: m.has(*names.split(", ")),
    r"remove (GZipMiddleware|compression)(?:\(\))?": lambda m, name: m.lost(name),
    r"give the transport the body that was read": lambda m: any(each.endswith(".body") for each in m.new),
    r"end its lines with LF": lambda m: any("eol" in each or each == "lf" for each in m.new),
    r"remove this setting": Made.left_out,
    r"stop caching POST responses": lambda m: m.lost("POST"),
    r"do not run scripts when packages are installed": lambda m: m.has("--ignore-scripts"),
    r"let everyone execute it": lambda m: m.has("--chmod") or any("755" in each or "+x" in each for each in m.new),
    r"install the dependencies alone in this step": lambda m: m.has("--no-install-project"),
    r"bring (\S+) into the image": lambda m, path: any(path in each for each in (*m.new, *m.gone)),
    r"let the file into the build": lambda m: any(m.gone) or any(each.startswith("!") for each in m.new),
    r"start it in the lifespan of the served application": lambda m: m.has("lifespan"),
    r"count it as started when it runs": lambda m: m.lost("notify"),
    r"add the label": lambda m: m.has("LABEL", "io.modelcontextprotocol.server.name"),
    r"write the name": lambda m: any(each.startswith("io.github.") for each in m.new),
    r"add the marker to the README": lambda m: m.has("mcp-name:"),
    r"correct the marker": lambda m: any("mcp-name: io." in text for text in m.texts),
    r"stop retrying POST requests": lambda m: m.lost("non_idempotent"),
    r"write to standard error": lambda m: any(re.search(r"stderr|&2|console\.error", each) for each in m.new),
    r"install the project itself into it": lambda m: m.has("--no-editable"),
    r"keep the status code": lambda m: any(re.fullmatch(r"=\d+", each) for each in m.gone),
    r"pass `WWW-Authenticate` on": lambda m: m.lost("WWW-Authenticate"),
    r"let the build fail": lambda m: m.containers(
        lambda c: any(m.said in i.span.text and not i.instead for i in c.installs)
    ),
    r"add --locked, so that a stale lock file fails the build": lambda m: m.has("--locked"),
    r"insist on the lock file: `(?:npm|bun) ci`": lambda m: m.has("ci"),
    r"write the path of the file": lambda m: any(each.endswith(".js") or each.startswith("@") for each in m.new),
    r"remove the WebSocket headers": lambda m: m.lost("Upgrade"),
    r"leave it off": lambda m: not any(re.search(r"reload\s*=\s*True", text) for text in m.texts),
    r"lead to port (\d+)": lambda m, port: m.has(f"int {port}"),
    r"ask port (\d+)": lambda m, port: any(f":{port}/" in text for text in m.texts) or m.has(f"int {port}"),
    r"download (\S+)": lambda m, name: any(f"/{name}" in text for text in m.texts),
}
UNCOMPARED = {
    r"(?:make it (?:plain|strict) JSON|leave the comma out)": "values stay; that a parser takes it is asked of all",
    r"(?:leave it out|remove it)": "nothing of it is left to compare; that the finding is gone is asked of all",
}


def unkept(each: Diagnostic, before: Mapping[str, str], after: Mapping[str, str], model: Deployment) -> str:
    """The title of a fix if the project does not say what it promises, or if nothing is known of it here."""
    fix = each.finding.fix
    assert fix
    title = re.sub(r", which (?:changes|turns|opens|brings) .*", "", fix.title)
    if any(re.fullmatch(pattern, title) for pattern in UNCOMPARED):
        return ""
    found = [(check, match) for pattern, check in PROMISES.items() if (match := re.fullmatch(pattern, title))]
    state = made(each, before, after, model)
    return "" if found and all(check(state, *match.groups()) for check, match in found) else fix.title


def unmeant(path: str, fixed: Iterable[Diagnostic], before: str, after: str) -> list[str]:
    """The values of a YAML file, as PyYAML alone reads it, that no edit of its fixes means.

    An edit means a value that is one of its words, or an old one with its text put in place once.
    """
    old, new = (Counter(leaves(list(yaml.safe_load_all(text)))) for text in (before, after))
    gone = {each.partition(" ")[2] for each in old - new}
    edits = {
        edit for each in fixed if each.finding.fix for edit in each.finding.fix.edits if edit.span.source.path == path
    }
    said = {word for edit in edits for word in (*re.findall(r"[^\s\"'{}\[\],]+", edit.text), edit.text.strip(" \"'"))}
    values = [each.partition(" ")[2] for each in new - old if re.match(r"(?:str|int|bool|float|NoneType) ", each)]
    return [each for each in values if each not in said and not _undone(each, edits, gone)]


def _undone(value: str, edits: Iterable[Edit], gone: set[str], left: int = 2) -> bool:
    """Whether a value is an old one once some edits are taken back in it."""
    if value in gone:
        return True
    back = {value.replace(edit.text, edit.span.text, 1) for edit in edits if edit.text and edit.text in value}
    back |= {
        value[:at] + edit.span.text + value[at:] for edit in edits if not edit.text for at in range(len(value) + 1)
    }
    return left > 0 and any(_undone(each, edits, gone, left - 1) for each in back - {value})
