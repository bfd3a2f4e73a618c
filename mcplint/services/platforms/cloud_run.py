"""Cloud Run, as `gcloud run deploy` is told of it: https://cloud.google.com/sdk/gcloud/reference/run/deploy."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from mcplint.commands.options import Parsed, grammar, parse
from mcplint.commands.words import Words, spelled
from mcplint.model import Argv, Build, Container, PlatformProbe, Port
from mcplint.project.tree import Tree
from mcplint.services.compose.assembly import path_in_project
from mcplint.services.settings import number
from mcplint.text.source import Span
from mcplint.values import Label, Value, join, tail

BARE = (
    "allow-unauthenticated no-allow-unauthenticated quiet async session-affinity no-session-affinity cpu-boost"
    " no-cpu-boost cpu-throttling no-cpu-throttling startup-cpu-boost no-traffic traffic use-http2 no-use-http2"
    " clear-env-vars clear-secrets deploy-health-check no-deploy-health-check default-url no-default-url"
)
DEPLOY = grammar(BARE, q="quiet")
BUILD = grammar("no-cache pull push load quiet rm force-rm", t="tag", f="file")


def builds(words: Words, folder: str, span: Span, tree: Tree) -> Iterator[tuple[str, Build]]:
    """The images that `docker build` makes, by their names without tags, as they are written where not known."""
    if len(words) > 1 and words[1].only in ("buildx", "image"):
        words = words[1:]
    if len(words) < 2 or words[1].only != "build":
        return
    options = parse(words[2:], BUILD, interspersed=True)
    if len(options.rest) == 1 and options.rest[0].only:
        file = next((value.only for value in options.values("file")), None)
        context = posixpath.join(folder, options.rest[0].only)
        made = build(options.rest[0].span or span, context, folder, file, tree)
        for name in options.values("tag"):
            yield without_tag(spelled(name)), made


def deployed_service(words: Words, known: Mapping[str, Build], span: Span, tree: Tree) -> Container | None:
    """The service that a command deploys, None where it deploys none; `known`: the images that are built by name."""
    at = next(
        (number for number in range(len(words) - 2) if _are_words(words[number : number + 2], "run", "deploy")), None
    )
    if at is None or at > 2:
        return None
    options = parse(words[at + 2 :], DEPLOY, interspersed=True)
    return _service(options, known, options.rest[0].span or span, tree) if options.rest else None


def _are_words(words: Words, *expected: str) -> bool:
    return tuple(word.only for word in words) == expected


def build(span: Span, context: str, folder: str, file: str | None, tree: Tree) -> Build:
    """A build, its paths from where it is called: the folder of the file that calls it, or the root."""
    note = (Label(span, "this is built"),)
    beside = posixpath.dirname(span.source.path) or "."
    for start in dict.fromkeys((beside, ".")):
        built = path_in_project(start, context)
        name = posixpath.join(folder, file) if file else posixpath.join(context, "Dockerfile")
        dockerfile = path_in_project(start, name)
        if built is not None and dockerfile in tree.paths:
            return Build(note[0].span, Value((built,), note), Value((dockerfile,), note))
    return Build(note[0].span, Value(None, note), Value(None, note))


def without_tag(name: str) -> str:
    """The name of an image without its tag and digest."""
    head, colon, tag = name.partition("@")[0].rpartition(":")
    return head if colon and "/" not in tag else name.partition("@")[0]


def _service(told: Parsed, known: Mapping[str, Build], span: Span, tree: Tree) -> Container:
    flags, name = told.flags, told.rest[0]
    image, source = flags.get("image"), flags.get("source")
    made = known.get(without_tag(spelled(image))) if image is not None else None
    if source is not None and source.only:
        made = build(source.span or span, source.only, ".", None, tree)
    port = number(flags["port"]) if "port" in flags else Value((8080,), (Label(span, "Cloud Run sends to 8080"),))
    return Container(
        service=name.only or spelled(name),
        span=span,
        platform="cloud-run",
        image=_known_image(image) if image is not None else Value((None,)),
        build=made,
        env={"PORT": Value(None if port.only is None else (str(port.only),), port.trace), **dict(_environment(told))},
        env_closed=False,
        env_notes=(Label(span, "secrets and variables of the service are not in the project"),),
        entrypoint=_unknown_argv(flags.get("command")),
        arguments=_unknown_argv(flags.get("args")),
        expose=(Port(port, None, None, port.span or span),),
        web=tuple(_public_access(told)),
        probes=tuple(_probes(flags)),
        replicas=_instances(flags, span),
        affinity=Value(("cookie" if "session-affinity" in flags else "none",)),
        grace_period=Value((10.0,), (Label(span, "Cloud Run waits 10 s before it kills the container"),)),
        memory=flags.get("memory", Value((None,))),
    )


def _probes(flags: Mapping[str, Value[str]]) -> Iterator[PlatformProbe]:
    """The probes of a service, as `--liveness-probe=httpGet.path=/health,httpGet.port=8080` gives them."""
    for kind in ("startup", "liveness", "readiness"):
        word = flags.get(f"{kind}-probe", Value((None,)))
        probe_fields = dict(part.split("=", 1) for part in (word.only or "").split(",") if "=" in part)
        path, port = probe_fields.get("httpGet.path", ""), probe_fields.get("httpGet.port", "")
        if word.trace and path and "$" not in f"{path}{port}":
            port_value = Value((int(port),), word.trace) if port.isdecimal() and len(port) < 6 else None
            yield PlatformProbe(kind, word.trace[0].span, Value((path,), word.trace), port_value)


def _known_image(word: Value[str]) -> Value[str | None]:
    """The name of an image, unknown where something else fills in more than its tag."""
    return word if "$" not in without_tag(word.only or "$") else Value(None, word.trace)


def _public_access(told: Parsed) -> Iterator[Label]:
    """What lets everybody call the service."""
    opened, entered = told.flags.get("allow-unauthenticated"), told.flags.get("ingress")
    if opened is not None and opened.span and (entered is None or entered.only == "all"):
        yield Label(opened.span, "Cloud Run lets everybody call it")


def _environment(told: Parsed) -> Iterator[tuple[str, Value[str | None]]]:
    """The variables that are set, unknown where something is filled in; those of Secret Manager as well."""
    for word in told.values("set-env-vars", "update-env-vars"):
        text = word.only or ""
        found = re.finditer(r"(?:^|,)(\w+)=([^,]*)", text) if not text.startswith("^") else ()
        for each in found:
            value = tail(word, each.start(2))
            spans = (note.span for note in reversed(value.trace) if each[2] in note.span.text)
            note = Label(next(spans, value.trace[0].span), f"Cloud Run is told {each[1]}")
            yield each[1], Value(None if "$" in each[2] else (each[2],), (note,))
    for word in told.values("set-secrets", "update-secrets"):
        for secret in re.findall(r"(?:^|,)(\w+)=", word.only or ""):
            yield secret, Value(None, word.trace)


def _unknown_argv(word: Value[str] | None) -> Argv | None:
    return Argv(None, word.trace[0].span, word.trace) if word is not None and word.trace else None


def _instances(flags: Mapping[str, Value[str]], span: Span) -> Value[int]:
    """The least and the most instances; one is the least that answers."""
    least = number(flags["min-instances"]) if "min-instances" in flags else Value((1,))
    most = Value((100,), (Label(span, "Cloud Run runs as many instances as it needs"),))
    most = number(flags["max-instances"]) if "max-instances" in flags else most
    return join((Value(None if least.only is None else (max(1, least.only),), least.trace), most))
