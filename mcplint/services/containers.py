"""From images and services to containers: what runs, with its environment, command and names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.commands.argv import Argv
from mcplint.facts.dockerfile import Dockerfile
from mcplint.images.image import Image
from mcplint.model import ASSUMED, MADE, MISSING, Container, Link, Volume
from mcplint.project.tree import Tree
from mcplint.services.built_images import Builds
from mcplint.services.service import ComposeProject, Service
from mcplint.values import UNKNOWN, Label, Value

# Folders whose files deploy nothing, whatever they look like.
ASIDE = frozenset({"test", "tests", "testdata", "fixtures", "__tests__", ".devcontainer", "node_modules"})


class ContainerContext(NamedTuple):
    """A container with what it was made from: its image (None: not built here), its service, its whole command.

    `unread`: what may say otherwise of it, as its command, and cannot be read.
    """

    container: Container
    image: Image | None
    service: Service | None
    project: ComposeProject | None
    argv: Argv | None
    unread: tuple[Label, ...] = ()


def running(
    tree: Tree,
    dockerfiles: Mapping[str, Dockerfile],
    projects: tuple[ComposeProject, ...],
    workloads: tuple[Service, ...] = (),
) -> Iterator[ContainerContext]:
    """Every service of a platform over its image, then every Dockerfile whose image none of them runs."""
    builds = Builds(tree, dockerfiles)
    built: set[str] = set()
    pushed: dict[str, Image] = {}
    named: list[tuple[ComposeProject | None, Service]] = []
    for project in projects:
        for service in project.services:
            made = builds.of(service)
            if made is None and service.build is None:
                named.append((project, service))
                continue
            if made:
                built.add(made.dockerfile)
                pushed.setdefault(repository(service.image.only or ""), made)
            yield _running(made, service, project, _image_link(made, service, builds))
    strangers: list[Label] = []
    for stranger, service in (*named, *((None, workload) for workload in workloads)):
        made, link = _deployed(service, builds, pushed)
        built |= {made.dockerfile} if made else set()
        if made is None and stranger is None and "/" in repository(service.image.only or ""):
            strangers.append(
                Label(service.image.span or service.span, "this may be the image, and set variables of it")
            )
        yield _running(made, service, stranger, link)
    for path in sorted(dockerfiles.keys() - built):
        if made := builds.alone(path):
            yield _opened(_running(made, None, None, _image_link(made, None, builds)), tuple(strangers))


def _opened(place: ContainerContext, strangers: tuple[Label, ...]) -> ContainerContext:
    """A container whose image may be one that a workload runs under a name that says nothing."""
    if not strangers:
        return place
    return place._replace(container=place.container._replace(env_closed=False, env_notes=strangers))


def repository(image: str) -> str:
    """The name of an image without its tag and digest."""
    name, _, tag = image.partition("@")[0].rpartition(":")
    return name if name and "/" not in tag else image.partition("@")[0]


def _deployed(workload: Service, builds: Builds, pushed: Mapping[str, Image]) -> tuple[Image | None, Link]:
    """The image of a workload: the one it builds, the one a service pushes by that name, or the only one called so."""
    made = builds.of(workload)
    name = repository(workload.image.only or "")
    if made or workload.build or not name:
        return made, _image_link(made, workload, builds)
    note = Label(workload.image.span or workload.span, "this image is run")
    if name in pushed:
        return pushed[name], Link(pushed[name].dockerfile, MADE, f"runs {name}, which a service builds", (note,))
    ours = builds.called.get(name.rpartition("/")[2].lower(), [])
    if len(ours) == 1:
        why = f"runs {name}, and {ours[0].dockerfile} is the only Dockerfile of a project of that name"
        return ours[0], Link(ours[0].dockerfile, ASSUMED, why, (note,))
    return None, _image_link(None, workload, builds)


def aside(path: str) -> bool:
    """Whether a file lies in a folder that deploys nothing, such as one of tests."""
    return not ASIDE.isdisjoint(path.split("/")[:-1])


def _running(
    image: Image | None, service: Service | None, project: ComposeProject | None, link: Link
) -> ContainerContext:
    argv = command(image, service)
    return ContainerContext(_container(image, service, argv, link), image, service, project, argv)


def command(image: Image | None, service: Service | None) -> Argv | None:
    """The entrypoint and command that count, in one; None where neither file says what is started.

    A service's entrypoint empties the image's CMD; the shell form of ENTRYPOINT takes no arguments.
    """
    entrypoint = image.entrypoint.argv if image and image.entrypoint else None
    arguments = image.cmd.argv if image and image.cmd else None
    takes = not (image and image.entrypoint and image.entrypoint.shell)
    if service and service.entrypoint:
        entrypoint, arguments, takes = service.entrypoint, None, True
    if service and service.command:
        arguments = service.command
    parts = [part for part in (entrypoint, arguments if takes else None) if part]
    if not parts:
        return None
    words = tuple(word for part in parts for word in part.words or ())
    trace = tuple(note for part in parts for note in part.trace)
    return Argv(None if any(part.words is None for part in parts) else words, parts[-1].span, trace)


def _container(image: Image | None, service: Service | None, argv: Argv | None, link: Link) -> Container:
    span = service.span if service else image.span if image else None
    assert span
    probe = service.probe if service and service.probe else image.probe if image else None
    said = argv.value if argv else UNKNOWN
    return Container(
        id=f"{span.source.path}:{service.name}" if service else image.dockerfile if image else "",
        span=span,
        dockerfile=image.dockerfile if image else None,
        service=service.name if service else None,
        names=service.names if service else frozenset(),
        env=environment(image, service),
        env_closed=bool(image and image.env_closed and (not service or service.env_closed)),
        env_notes=service.env_notes if service else (),
        command=said if said.trace or not argv else said._replace(trace=(Label(argv.span, "starts it"),)),
        user=_first(service and service.user, image and image.user),
        workdir=_first(service and service.working_dir, image and image.workdir, _at_root(service)),
        ports=service.ports if service else (),
        expose=(image.expose if image else ()) + (service.expose if service else ()),
        probe=None if service and service.probe_disabled else probe,
        installs=image.installs if image else (),
        replicas=service.replicas if service else UNKNOWN,
        networks=service.networks if service else frozenset(),
        image=image.base if image else service.image if service else UNKNOWN,  # type: ignore[arg-type]
        privileges=service.privileges if service else (),
        shared_network=_shared(service),
        stdin_open=service.stdin_open if service else UNKNOWN,
        platform=service.platform if service else None,
        container_name=service.container_name if service else Value((None,)),
        grace_period=service.grace_period if service else UNKNOWN,
        swarm=service.swarm if service else (),
        volumes=tuple(_volumes(service)),
        links=(link,),
    )


def _at_root(service: Service | None) -> Value[str] | None:
    """Where a service starts that has no image: the folder that it runs counts as the root of its file system."""
    return Value(("/",), (Label(service.span, "runs files as they are"),)) if service and service.folder else None


def _volumes(service: Service | None) -> Iterator[Volume]:
    """What a service puts into its container, what can only be read and what is gone with the container left out."""
    for mount in service.mounts if service else ():
        if not mount.read_only and mount.kind not in ("tmpfs", "config", "secret"):
            yield Volume(mount.target, mount.kind, mount.span)


def _first(*values: Value[str] | None) -> Value[str]:
    """The first value of which anything is said."""
    return next((value for value in values if value is not None), UNKNOWN)


def _shared(service: Service | None) -> Value[bool]:
    """Whether the container uses the network of its host or of another container."""
    if service is None:
        return Value((False,))
    mode = service.network_mode
    if mode.options is None:
        return Value(None, mode.trace)
    shared = {name == "host" or str(name).startswith(("service:", "container:")) for name in mode.options}
    return Value(tuple(sorted(shared)), mode.trace)


def environment(image: Image | None, service: Service | None) -> Mapping[str, Value[str]]:
    """The variables of image and service; the trace of one that both set tells of both."""
    env = dict(image.env) if image else {}
    for name, value in service.env.items() if service else ():
        below = env.get(name)
        env[name] = value._replace(trace=below.trace + value.trace) if below is not None else value  # type: ignore[assignment]
    return env


def _image_link(image: Image | None, service: Service | None, builds: Builds) -> Link:
    if image:
        return Link(image.dockerfile, MADE, f"is built from {image.dockerfile}")
    assert service
    if service.folder:
        files = "the project" if service.folder == "." else service.folder
        return Link(None, MADE, f"runs the files of {files} as they are")
    if service.build:
        path, stage = service.build.dockerfile.only, service.build.target.only
        why = "what it is built from is not in the project"
        if path and path not in builds.dockerfiles and (path in builds.tree.paths or path in builds.tree.problems):
            why = f"is built from {path}, which is not read"
        elif stage and path in builds.dockerfiles:
            why = f"is built from the stage {stage}, which {path} does not have"
        return Link(None, MISSING, why, (Label(service.build.span, "build"),))
    name = service.image.only
    return Link(
        None, MISSING, f"runs the image {name}, which is not built here" if name else "has no image that is known"
    )
