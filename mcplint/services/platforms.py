"""What hosting platforms run: Kubernetes, Fly.io, Railway, Render, whatever takes a Procfile, and systemd.

https://fly.io/docs/reference/configuration/, https://docs.railway.com/reference/config-as-code,
https://render.com/docs/blueprint-spec, https://devcenter.heroku.com/articles/procfile,
https://devcenter.heroku.com/articles/app-json-schema
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode, at, items, pairs
from mcplint.facts.platform import App, Kustomization, Manifests, Procfile, Unit
from mcplint.model import Argv, Build, Container, Mistyped, PlatformProbe, Port, UnmatchedSelector
from mcplint.project.tree import Tree
from mcplint.services.cloud_build import cloud_build
from mcplint.services.compose.assembly import within
from mcplint.services.compose.variables import variables
from mcplint.services.containers import on_host
from mcplint.services.deploy_scripts import deploy_scripts
from mcplint.services.kubernetes import knative, pods
from mcplint.services.kubernetes.cluster import PODS, cluster
from mcplint.services.kubernetes.ingress import Entry
from mcplint.services.kubernetes.selectors import unselected
from mcplint.services.kubernetes.traffic import traffic
from mcplint.services.kubernetes.types import mistyped
from mcplint.services.settings import argv, number, optional, shell, split, string, wait
from mcplint.text.paths import is_test
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value, join

WORD = re.compile(r"""(?:[^\s"']|"[^"\n]*"|'[^'\n]*')+""")
"""A word of a unit's setting, quoted or not."""
HOME = "/%h/"
"""The home of a unit's user, which the machine knows."""


def fly(app: App, tree: Tree) -> Iterator[Container]:
    """Each process group of a fly.toml, or the one that the image starts."""
    root, folder = app.root, dirname(app.source.path) or "."
    name = at(root, "app")
    env = {key.text: optional(value, f"fly.toml sets {key.text}") for key, value in pairs(at(root, "env"))}
    served = (at(root, "http_service"), *items(at(root, "services")))
    targets = [port for port in (at(node, "internal_port") for node in served) if port]
    numbers = [number(string(port, "fly.toml sends requests to this port")) for port in targets]
    patience = Value((5.0,), (Label(root.span.head, "Fly waits 5 s before it kills the machine"),))
    base = Container(
        service=name.text if isinstance(name, ScalarNode) else "app",
        span=name.span if name else root.span.head,
        platform="fly",
        image=optional(at(root, "build", "image"), "fly.toml sets the image"),
        build=_fly_build(root, folder, tree),
        env=env,
        env_closed=False,
        env_notes=(Label(root.span.head, "secrets of the app are not in its files"),),
        entrypoint=argv(at(root, "experimental", "entrypoint"), "fly.toml sets the entrypoint"),
        arguments=argv(at(root, "experimental", "cmd"), "fly.toml sets the command"),
        expose=tuple(Port(port, None, None, node.span) for port, node in zip(numbers, targets, strict=True)),
        web=tuple(Label(node.span, "Fly sends requests from the internet to this port") for node in targets),
        replicas=Value(None, (Label(root.span.head, "`fly scale count` says how many machines run"),)),
        probes=tuple(_fly_checks(root)),
        grace_period=wait(at(root, "kill_timeout"), patience),
        affinity=Value(("none",)),
        stopped=tuple(_fly_stops(root)),
    )
    groups = pairs(at(root, "processes"))
    for key, command in groups:
        yield base._replace(
            service=f"{base.service}/{key.text}", span=key.span, arguments=split(command, "fly.toml sets it")
        )
    if not groups:
        yield base


def _fly_stops(root: MappingNode) -> Iterator[Label]:
    """Where a machine is stopped that nobody asks; one that is suspended keeps its memory."""
    for node in (at(root, "http_service"), *items(at(root, "services"))):
        said = at(node, "auto_stop_machines")
        if isinstance(said, ScalarNode) and said.text in ("true", "stop"):
            yield Label(said.span, "Fly stops a machine that no request is open to")


def _fly_build(root: MappingNode, folder: str, tree: Tree) -> Build | None:
    """The build of a fly.toml: the Dockerfile's path starts from its folder, the context is where fly is called."""
    build = at(root, "build")
    said = at(build, "dockerfile")
    path = within(folder, said.text if isinstance(said, ScalarNode) else "Dockerfile")
    if at(build, "image") or at(build, "builder") or (said is None and path not in tree.paths):
        return None
    span = said.span if said else root.span.head
    note = (Label(span, "fly.toml builds this"),)
    return Build(
        span,
        Value((".",) if folder == "." else None, note),
        Value(None if path is None else (path,), note),
        target=optional(at(build, "build-target"), "fly.toml builds this stage"),
        args={key.text: string(value, f"fly.toml sets {key.text}") for key, value in pairs(at(build, "args"))},
    )


def _fly_checks(root: MappingNode) -> Iterator[PlatformProbe]:
    """The checks of a fly.toml, at the top and under its services."""
    served = (at(root, "http_service"), *items(at(root, "services")))
    checks = [check for node in served for key in ("checks", "http_checks") for check in items(at(node, key))]
    for check in (*(value for _, value in pairs(at(root, "checks"))), *checks):
        path, port = at(check, "path"), at(check, "port")
        yield PlatformProbe(
            "check",
            check.span.head,
            string(path, "Fly checks this path") if path else None,
            number(string(port, "Fly checks this port")) if port else None,
        )


def railway(app: App, tree: Tree) -> Iterator[Container]:
    """The one service of a railway.json or railway.toml."""
    root, folder = app.root, dirname(app.source.path) or "."
    span, deploy = root.span.head, at(root, "deploy")
    path = at(root, "build", "dockerfilePath")
    file = within(folder, path.text if isinstance(path, ScalarNode) else "Dockerfile")
    built = path is not None or file in tree.paths
    note = (Label(path.span if path else span, "Railway builds this"),)
    start, count, check = at(deploy, "startCommand"), at(deploy, "numReplicas"), at(deploy, "healthcheckPath")
    one = Value((1,), (Label(span, "Railway runs one instance"),))
    replicas = number(string(count, "Railway runs this many instances")) if count else one
    build = Build(note[0].span, Value((folder,), note), Value(None if file is None else (file,), note))
    yield Container(
        service="railway",
        span=span,
        platform="railway",
        build=build if built else None,
        env={"PORT": Value(None, (Label(span, "Railway sets PORT"),))},
        env_closed=False,
        env_notes=(Label(span, "variables of the dashboard are not in the project"),),
        entrypoint=split(start, "Railway starts this") if built else None,
        arguments=None if built else shell(start),
        replicas=UNKNOWN if at(deploy, "multiRegionConfig") else replicas,
        probes=(PlatformProbe("check", check.span, string(check, "Railway checks this path")),) if check else (),
        grace_period=wait(at(deploy, "drainingSeconds")),
        affinity=Value(("none",)),
        folder=None if built else folder,
        defaults=not built,
    )


def render(app: App, tree: Tree) -> Iterator[Container]:
    """The services of a Blueprint that run code."""
    for node in items(at(app.root, "services")):
        kind, runtime = at(node, "type"), at(node, "runtime") or at(node, "env")
        words = {part.text for part in (kind, runtime) if isinstance(part, ScalarNode)}
        if words & {"web", "pserv", "worker"} and "static" not in words:
            yield _service(node, words, app)


def _service(node: Node, kinds: set[str], app: App) -> Container:
    name, folder = at(node, "name"), _folder(at(node, "rootDir"), dirname(app.source.path) or ".")
    span = name.span if name else node.span.head
    kind, native, check = at(node, "type"), not kinds & {"docker", "image"}, at(node, "healthCheckPath")
    started, docker = at(node, "startCommand"), at(node, "dockerCommand")
    patience = Value((30.0,), (Label(span, "Render waits 30 s before it kills the service"),))
    return Container(
        service=name.text if isinstance(name, ScalarNode) else "service",
        span=span,
        platform="render",
        image=optional(at(node, "image", "url"), "render.yaml sets the image"),
        build=_build(node, folder, span) if "docker" in kinds else None,
        env=_environment(node, span),
        env_closed=False,
        env_notes=(Label(span, "variables of the dashboard are not in the project"),),
        arguments=shell(started) if native else split(docker, "render.yaml sets the command"),
        replicas=_instances(node, span),
        probes=(PlatformProbe("check", check.span, string(check, "Render checks this path")),) if check else (),
        grace_period=wait(at(node, "maxShutdownDelaySeconds"), patience),
        affinity=Value(("none",)),
        web=(Label(kind.span, "Render opens a web service to the internet"),) if kind and "web" in kinds else (),
        folder=folder if native else None,
        defaults=native,
    )


def _environment(node: Node, span: Span) -> dict[str, Value[str | None]]:
    """The variables that are named; one without a value comes from the dashboard or another service."""
    found: dict[str, Value[str | None]] = {"PORT": Value(("10000",), (Label(span, "Render sets PORT to 10000"),))}
    for entry in items(at(node, "envVars")):
        key, value = at(entry, "key"), at(entry, "value")
        if isinstance(key, ScalarNode):
            elsewhere: Value[str | None] = Value(
                None, (Label(entry.span.head, "render.yaml takes the value from elsewhere"),)
            )
            found[key.text] = optional(value, f"render.yaml sets {key.text}") if value else elsewhere
    return found


def _instances(node: Node, span: Span) -> Value[int]:
    """How many run: a number, or the least and the most of its scaling."""
    said, least = at(node, "numInstances"), at(node, "scaling", "minInstances")
    if least:
        most = number(string(at(node, "scaling", "maxInstances"), "Render runs at most this many instances"))
        return join((number(string(least, "Render runs at least this many instances")), most))
    one = Value((1,), (Label(span, "Render runs one instance"),))
    return number(string(said, "render.yaml sets how many instances run")) if said else one


def _build(node: Node, folder: str | None, span: Span) -> Build:
    """The build of a Blueprint's service; both paths start from its root folder."""
    file, context = at(node, "dockerfilePath"), at(node, "dockerContext")
    path = None if folder is None else within(folder, file.text if isinstance(file, ScalarNode) else "Dockerfile")
    base = None if folder is None else within(folder, context.text if isinstance(context, ScalarNode) else ".")
    note = (Label(file.span if file else span, "render.yaml builds this"),)
    return Build(
        note[0].span, Value(None if base is None else (base,), note), Value(None if path is None else (path,), note)
    )


def _folder(node: Node | None, otherwise: str) -> str | None:
    return within(otherwise, node.text) if isinstance(node, ScalarNode) else otherwise


def procfile(file: Procfile, tree: Tree) -> Iterator[Container]:
    """The processes of a Procfile, which a platform runs from the folder as it is."""
    folder = dirname(file.source.path)
    path = posixpath.join(folder, "app.json")
    app: App | None = tree.facts("platform.heroku", path) if path in tree.paths else None
    for process in file.processes:
        if process.name != "release":
            note = Label(process.command, "the Procfile starts this")
            shell = (Value(("/bin/sh",)), Value(("-c",)), Value((process.command.text,), (), EditSite(process.command)))
            yield Container(
                service=process.name,
                span=process.key,
                platform="procfile",
                env={**dict(_app_json(app)), "PORT": Value(None, (Label(process.key, "the platform sets PORT"),))},
                env_closed=False,
                env_notes=(Label(process.key, "variables of the platform are not in the project"),),
                arguments=Argv(shell, process.command, (note,)),
                web=(Label(process.key, "the platform expects it to listen on PORT"),) if process.name == "web" else (),
                folder=folder or ".",
                defaults=True,
            )


def _app_json(app: App | None) -> Iterator[tuple[str, Value[str]]]:
    """The variables that an app.json sets, as text or in `value`, and those that it asks for."""
    for name, said in pairs(at(app.root if app else None, "env")):
        value = said if isinstance(said, ScalarNode) else at(said, "value")
        note = f"app.json sets {name.text}"
        asked = Value[str](None, (Label(name.span, f"app.json asks for {name.text}"),))
        yield name.text, string(value, note) if value else asked


APPS = {"fly": fly, "render": render, "railway": railway, "cloudbuild": cloud_build}


def unit(file: Unit, tree: Tree) -> Container | None:
    """The service of a systemd unit, which runs on the host itself; None where it starts nothing."""
    command, place, user = file.last("ExecStart"), file.last("WorkingDirectory"), file.last("User")
    kind = file.last("Type")
    if command is None or not command.text:
        return None
    env, hidden, notes = _unit_environment(file, tree)
    text = command.text.lstrip("@-:+!|")
    start = command.end - len(text)
    found = [word.span() for word in WORD.finditer(text) if word[0] != "\\"]
    words = tuple(_unit_word(Span(command.source, start + first, start + end), env) for first, end in found)
    return Container(
        service=file.name,
        span=command,
        platform="systemd",
        env=env,
        env_closed=not notes,
        env_notes=notes,
        entrypoint=Argv(words, command, (Label(command, "systemd starts this"),)),
        user=_setting(user, "the unit sets User") if user else UNKNOWN,
        workdir=_setting(place, "the unit sets WorkingDirectory") if place else UNKNOWN,
        network_mode=Value(("host",), (Label(command, "systemd runs it on the host"),)),
        folder=".",
        defaults=not hidden,
        notified=_setting(kind, "the unit sets Type") if kind and kind.text.startswith("notify") else UNKNOWN,
    )


def _setting(span: Span, note: str) -> Value[str]:
    """A setting of a unit, unknown where systemd puts something in, but for the home of its user in front."""
    text = _at_home(span.text.removeprefix("-").strip("\"'"))
    return Value(
        None if "%" in text.removeprefix(HOME) or text == "~" else (text,),
        (Label(span, note),),
        EditSite(span) if text == span.text else None,
    )


def _at_home(text: str) -> str:
    """A path below `%h` as one from the root, as only its end is looked for in the project."""
    return f"/{text}" if text.startswith("%h/") else text


def _unit_word(span: Span, env: Mapping[str, Value[str | None]]) -> Value[str]:
    """A word of a unit's command; `${NAME}` is what the unit sets."""
    text = _at_home(span.text.strip("\"'"))
    if known := re.fullmatch(r"\$\{?(\w+)\}?", text):
        value = env.get(known[1])
        text = (value.only if value is not None else None) or "$"
    if "$" in text or "%" in text.removeprefix(HOME).replace("%%", ""):
        return Value(None, (Label(span, "systemd fills this in"),))
    return Value((text,), (), EditSite(span) if span.text == text else None)


def _unit_environment(file: Unit, tree: Tree) -> tuple[dict[str, Value[str | None]], bool, tuple[Label, ...]]:
    """The variables that a unit sets, also in files of the project; whether files elsewhere set more; notes on these.

    A file that may be missing, or that lies with the program as `.env` does, may leave programs to their defaults.
    """
    env: dict[str, Value[str | None]] = {}
    notes: list[Label] = []
    hidden = False
    place = file.last("WorkingDirectory")
    inside = f"{place.text.strip()}/" if place else "/"
    for key, span in file.settings:
        if key == "Environment":
            for word in WORD.finditer(span.text):
                name, _, value = word[0].strip("\"'").partition("=")
                env[name] = Value((value,), (Label(span, f"the unit sets {name}"),))
        elif key == "EnvironmentFile":
            path = _environment_file(span.text.removeprefix("-"), tree)
            if path is None:
                hidden = hidden or not span.text.startswith(("-", inside))
                notes.append(Label(span, "this file is not in the project, so more may be set"))
                continue
            for name, text in variables(tree, (path,), lambda name: None).items():
                env[name] = text.value
    return env, hidden, tuple(notes)


def _environment_file(path: str, tree: Tree) -> str | None:
    """The file of the project that is put at a path of the host: where it lies, or the only one of such a name."""
    found, name = on_host(path, tree), posixpath.basename(path)
    if found in tree.paths:
        return found
    called = tree.called(name)
    return called[0] if len(called) == 1 and not name.startswith(".") and not is_test(called[0]) else None


class Platforms(NamedTuple):
    """What the platforms of a project run, the paths of their Ingresses, and notes on what is not followed.

    `unselected`: selectors that meet no pod, `mistyped`: values of wrong types.
    """

    services: tuple[Container, ...] = ()
    entries: tuple[Entry, ...] = ()
    notes: tuple[Label, ...] = ()
    unselected: tuple[UnmatchedSelector, ...] = ()
    mistyped: tuple[Mistyped, ...] = ()


def platforms(
    tree: Tree,
    manifests: Iterable[Manifests] = (),
    kustomizations: Iterable[Kustomization] = (),
    configurations: Iterable[App] = (),
    procfiles: Iterable[Procfile] = (),
    units: Iterable[Unit] = (),
    scripts: tuple[str, ...] = (),
) -> Platforms:
    """Everything that the files of platforms say is run: first in Kubernetes, then elsewhere."""
    objects = cluster(manifests, kustomizations)
    ways = traffic(objects)
    found = [service for one in objects.of(*sorted(PODS)) for service in pods.services(one, ways)]
    for one in objects.of("Service"):
        run = knative.service(one, objects) if one.api == knative.API else None
        found += [run] if run else []
    for app in configurations:
        found += APPS[app.platform](app, tree)
    for file in procfiles:
        found += procfile(file, tree)
    found += deploy_scripts(tree, scripts)
    found += filter(None, (unit(file, tree) for file in units))
    entries = tuple(entry for into in ways.entries.values() for entry in into)
    return Platforms(tuple(found), entries, objects.notes, tuple(unselected(objects)), tuple(mistyped(objects)))
