"""Cloud Run, as the steps of Cloud Build deploy to it: `gcloud run deploy` in a `cloudbuild.yaml`.

https://cloud.google.com/build/docs/build-config-file-schema, https://cloud.google.com/sdk/gcloud/reference/run/deploy
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from mcplint.commands.options import Parsed, grammar, parse
from mcplint.commands.words import tail
from mcplint.facts.document import Node, ScalarNode, at, items, pairs
from mcplint.facts.platform import App
from mcplint.model import Argv, Build, Container, Port
from mcplint.project.tree import Tree
from mcplint.services.compose.assembly import within
from mcplint.services.settings import number, seconds
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value, join

BARE = (
    "allow-unauthenticated no-allow-unauthenticated quiet async session-affinity no-session-affinity cpu-boost"
    " no-cpu-boost cpu-throttling no-cpu-throttling startup-cpu-boost no-traffic traffic use-http2 no-use-http2"
    " clear-env-vars clear-secrets deploy-health-check no-deploy-health-check default-url no-default-url"
)
DEPLOY = grammar(BARE, q="quiet")
BUILD = grammar("no-cache pull push load quiet rm force-rm", t="tag", f="file")
SUBSTITUTED = re.compile(r"\$\{?(_\w+)(?::-([^}]*))?\}?")
MOST_STEPS = 200


def cloud_build(app: App, tree: Tree) -> Iterator[Container]:
    """The services that a build deploys to Cloud Run."""
    said = pairs(at(app.root, "substitutions"))
    given = {key.text: value for key, value in said if isinstance(value, ScalarNode)}
    steps = [(step, _words(step, given)) for step in items(at(app.root, "steps"))[:MOST_STEPS]]
    builds = {name: build for step, words in steps for name, build in _builds(step, words, app, tree)}
    for _, words in steps:
        start = next(
            (index for index in range(len(words) - 2) if _says(words[index : index + 2], "run", "deploy")), None
        )
        if start is not None and start < 3:
            told = parse(words[start + 2 :], DEPLOY, interspersed=True)
            if told.rest and told.rest[0].only:
                yield _service(told, told.rest[0], builds, app, tree)


def _says(words: tuple[Value[str], ...], *expected: str) -> bool:
    return tuple(word.only for word in words) == expected


def _words(step: Node, given: Mapping[str, ScalarNode]) -> tuple[Value[str], ...]:
    return tuple(_word(node, given) for node in items(at(step, "args")))


def _word(node: Node, given: Mapping[str, ScalarNode]) -> Value[str]:
    """A word with what the file substitutes in it; `$PROJECT_ID` and the like stay as they are written."""
    if not isinstance(node, ScalarNode):
        return UNKNOWN
    used = [given[found[1]] for found in SUBSTITUTED.finditer(node.text) if found[1] in given]
    text = SUBSTITUTED.sub(lambda found: given[found[1]].text if found[1] in given else found[2] or found[0], node.text)
    slot = EditSite(node.span) if node.span.text == text else None
    trace = (Label(node.span, "Cloud Build says it"), *(Label(each.span, "substitutes this") for each in used))
    return Value((text,), trace, slot)


def _builds(step: Node, words: tuple[Value[str], ...], app: App, tree: Tree) -> Iterator[tuple[str, Build]]:
    """The images that a step builds with Docker, by their names without tags."""
    if not words or words[0].only != "build":
        return
    told = parse(words[1:], BUILD, interspersed=True)
    if len(told.rest) == 1 and told.rest[0].only:
        place = at(step, "dir")
        folder = place.text if isinstance(place, ScalarNode) else "."
        file = next((value.only for value in told.values("file")), None)
        build = _build(told.rest[0], posixpath.join(folder, told.rest[0].only), folder, file, app, tree)
        for name in told.values("tag"):
            yield _untagged(name.only or ""), build


def _build(word: Value[str], context: str, folder: str, file: str | None, app: App, tree: Tree) -> Build:
    """A build, its paths from where builds are submitted: the folder of the file, or the root."""
    note = (Label(word.span or app.root.span.head, "Cloud Build builds this"),)
    beside = posixpath.dirname(app.source.path) or "."
    for start in dict.fromkeys((beside, ".")):
        place = within(start, context)
        name = posixpath.join(folder, file) if file else posixpath.join(context, "Dockerfile")
        dockerfile = within(start, name)
        if place is not None and dockerfile in tree.paths:
            return Build(note[0].span, Value((place,), note), Value((dockerfile,), note))
    return Build(note[0].span, Value(None, note), Value(None, note))


def _untagged(name: str) -> str:
    head, colon, tag = name.partition("@")[0].rpartition(":")
    return head if colon and "/" not in tag else name.partition("@")[0]


def _service(told: Parsed, name: Value[str], builds: Mapping[str, Build], app: App, tree: Tree) -> Container:
    flags, span = told.flags, name.span or app.root.span.head
    image, source = flags.get("image"), flags.get("source")
    build = builds.get(_untagged(image.only or "")) if image is not None else None
    if source is not None and source.only:
        build = _build(source, source.only, ".", None, app, tree)
    port = number(flags["port"]) if "port" in flags else Value((8080,), (Label(span, "Cloud Run sends to 8080"),))
    return Container(
        service=name.only,
        span=span,
        platform="cloud-run",
        image=_known(image) if image is not None else Value((None,)),
        build=build,
        env={"PORT": Value(None if port.only is None else (str(port.only),), port.trace), **dict(_environment(told))},
        env_closed=False,
        env_notes=(Label(span, "secrets and variables of the service are not in the project"),),
        entrypoint=_replaced(flags.get("command")),
        arguments=_replaced(flags.get("args")),
        expose=(Port(port, None, None, port.span or span),),
        web=tuple(_opened(told)),
        replicas=_instances(flags, span),
        affinity=Value(("cookie" if "session-affinity" in flags else "none",)),
        request_timeout=_timeout(flags.get("timeout"), span),
        grace_period=Value((10.0,), (Label(span, "Cloud Run waits 10 s before it kills the container"),)),
        memory=flags.get("memory", Value((None,))),
    )


def _known(word: Value[str]) -> Value[str | None]:
    """The name of an image, unknown where Cloud Build fills in more than its tag."""
    return word if "$" not in _untagged(word.only or "$") else Value(None, word.trace)


def _opened(told: Parsed) -> Iterator[Label]:
    """What lets everybody call the service."""
    opened, entered = told.flags.get("allow-unauthenticated"), told.flags.get("ingress")
    if opened is not None and opened.span and (entered is None or entered.only == "all"):
        yield Label(opened.span, "Cloud Run lets everybody call it")


def _environment(told: Parsed) -> Iterator[tuple[str, Value[str | None]]]:
    """The variables that are set, unknown where Cloud Build fills something in; those of Secret Manager as well."""
    for word in told.values("set-env-vars", "update-env-vars"):
        text = word.only or ""
        found = re.finditer(r"(?:^|,)(\w+)=([^,]*)", text) if not text.startswith("^") else ()
        for each in found:
            value = tail(word, each.start(2))
            places = (note.span for note in reversed(value.trace) if each[2] in note.span.text)
            note = Label(next(places, value.trace[0].span), f"Cloud Run is told {each[1]}")
            yield each[1], Value(None if "$" in each[2] else (each[2],), (note,))
    for word in told.values("set-secrets", "update-secrets"):
        for secret in re.findall(r"(?:^|,)(\w+)=", word.only or ""):
            yield secret, Value(None, word.trace)


def _replaced(word: Value[str] | None) -> Argv | None:
    return Argv(None, word.trace[0].span, word.trace) if word is not None and word.trace else None


def _instances(flags: Mapping[str, Value[str]], span: Span) -> Value[int]:
    """The least and the most instances; one is the least that answers."""
    least = number(flags["min-instances"]) if "min-instances" in flags else Value((1,))
    most = Value((100,), (Label(span, "Cloud Run runs as many instances as it needs"),))
    most = number(flags["max-instances"]) if "max-instances" in flags else most
    return join((Value(None if least.only is None else (max(1, least.only),), least.trace), most))


def _timeout(word: Value[str] | None, span: Span) -> Value[float]:
    if word is None:
        return Value((300.0,), (Label(span, "Cloud Run cuts a request after 300 s"),))
    count = number(word)
    return seconds(word) if count.only is None else Value((float(count.only),), word.trace)
