"""From images and services to containers: what runs, with its environment, command and names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from mcplint.facts.dockerfile import Dockerfile
from mcplint.findings import WARNING, NotFollowed
from mcplint.images.assembly import LAMBDA_USER, RUN_BY_LAMBDA, user_of_adapter
from mcplint.images.image import Image
from mcplint.knowledge.image_references import is_reference, placeholder
from mcplint.model import ASSUMED, MADE, MISSING, Container, Link
from mcplint.model.containers import MOST_CONTAINERS
from mcplint.project.tree import Tree
from mcplint.services.built_images import Builds
from mcplint.services.elsewhere import Elsewhere, Examples, Setup, StartFiles, may_be_ours
from mcplint.services.image_names import is_other_software, repository, tag_of
from mcplint.services.over_image import with_image
from mcplint.services.run_commands import given_at_run, with_given
from mcplint.values import UNKNOWN, Label, Value, join

if TYPE_CHECKING:
    from mcplint.services.compose.project import ComposeProject
    from mcplint.services.platforms.aws_lambda import FunctionImage


_FILLED_IN = re.compile(r"\$\{\w+\}|\$\w+")
"""An image of which nothing is written but what a program such as `envsubst` fills in."""
_ELSEWHERE = "is built from a folder that is not in the project, of which"


_FOR_WORK = re.compile(r"(?i)dev|test|debug|lint|build|ci\b|local|docs")
"""How stages are called that people work in."""
MOST_PARTS = 50_000
"""How many variables, ports and checks of all containers are followed in a run."""
_PLACEHOLDER = "runs an image that is filled in where it is deployed, and of the project"


class ContainerContext(NamedTuple):
    """A container with what it was made from: its image (None: not built here) and its compose project.

    `open`: whether the project may build the image that it runs, and which one that is is not known.
    """

    container: Container
    image: Image | None = None
    project: ComposeProject | None = None
    open: bool = False


def running(
    tree: Tree,
    dockerfiles: Mapping[str, Dockerfile],
    projects: tuple[ComposeProject, ...],
    workloads: tuple[Container, ...] = (),
    functions: tuple[FunctionImage, ...] = (),
) -> Iterator[ContainerContext]:
    """Every service of a platform over its image, then every Dockerfile whose image none of them runs.

    `functions`: the images that AWS Lambda runs.
    """
    examples = Examples(tree)
    everywhere = tuple(_first(_running(tree, dockerfiles, projects, workloads, functions), tree))
    start_files = StartFiles(_setup(found) for found in everywhere if found.image or may_be_ours(found.container))
    for found in everywhere:
        container = found.container
        if container.defaults:
            passed_on = container.service is None or not container.env_closed
            near = examples.variables_near(container.span.source.path) if passed_on else {}
            given = {name: join((near[name], value)) for name, value in container.examples.items() if name in near}
            near = {**container.examples, **near, **given}
            found = found._replace(container=container._replace(examples=Elsewhere(start_files, _setup(found), near)))
        yield found


def _setup(found: ContainerContext) -> Setup:
    """What a container sets, beside its image."""
    container, image = found.container, found.image
    files = found.project.files if found.project else (container.span.source.path,)
    env = {name: value for name, value in container.env.items() if not image or name not in image.env}
    return Setup(image.dockerfile if image else None, files, env)


def _first(found: Iterator[ContainerContext], tree: Tree) -> Iterator[ContainerContext]:
    """The first containers, as many as are followed; that there are more is said where the next one stands."""
    parts = 0
    for number, each in enumerate(found):
        parts += _detail_count(each.container)
        crowded = number > 0 and parts > MOST_PARTS
        if number == MOST_CONTAINERS or crowded:
            span = each.container.span.head
            most = f"{MOST_PARTS:,} variables, ports and checks" if crowded else f"{MOST_CONTAINERS:,}"
            why = f"has a container after the first {most}, the most that are followed"
            tree.problems.setdefault(span.source.path, NotFollowed(span, why, WARNING))
            return
        yield each


def _detail_count(container: Container) -> int:
    """How many details are known of a container, those that it shares with others included."""
    lists = (container.env, container.ports, container.expose, container.forwards, container.probes, container.stopped)
    return sum(map(len, lists))


def _running(
    tree: Tree,
    dockerfiles: Mapping[str, Dockerfile],
    projects: tuple[ComposeProject, ...],
    workloads: tuple[Container, ...],
    functions: tuple[FunctionImage, ...],
) -> Iterator[ContainerContext]:
    builds = Builds(tree, dockerfiles)
    built: set[str] = set()
    stages: dict[str, set[int]] = {}
    pushed: dict[str, list[tuple[str, Image]]] = {}
    named: list[tuple[ComposeProject | None, Container]] = []
    absent: list[tuple[ComposeProject, Container]] = []
    for project in projects:
        for service in project.services:
            image = builds.of(service)
            if image is None and service.build is None:
                named.append((project, service))
                continue
            if image is None and _is_absent(service, tree):
                absent.append((project, service))
                continue
            if image:
                if service.build and service.build.target.only:
                    stages.setdefault(image.dockerfile, set()).add(image.number)
                else:
                    built.add(image.dockerfile)
                whole = service.image.only or ""
                pushed.setdefault(repository(whole), []).append((tag_of(whole), image))
            yield ContainerContext(
                with_image(service, image, _image_link(image, service, builds), tree), image, project
            )
    for project, service in absent:
        only = _only_image(service, builds, _ELSEWHERE) if not (built or stages) and len(absent) == 1 else None
        image, link = only or (None, _image_link(None, service, builds))
        built |= {image.dockerfile} if image else set()
        yield ContainerContext(with_image(service, image, link, tree), image, project)
    strangers: list[Label] = []
    for stranger, service in (*named, *((None, workload) for workload in workloads)):
        image, link = _deployed_image(service, builds, pushed)
        built |= {image.dockerfile} if image else set()
        if image is None and stranger is None and "/" in repository(service.image.only or ""):
            strangers.append(
                Label(service.image.span or service.span, "this may be the image, which may set more variables")
            )
        open_ = image is None and bool(service.image.only) and builds.is_open(service.image.only or "")
        built |= {way.dockerfile for way in builds.builds_of_name(service.image.only or "")} if open_ else set()
        yield ContainerContext(with_image(service, image, link, tree), image, stranger, open_)
    users = dict(_users_of_functions(functions, builds))
    built |= {path for path, used in stages.items() if _is_used(builds.standalone_image(path), used)}
    left = sorted(dockerfiles.keys() - built)
    given = given_at_run(builds) if left else {}
    for path in left:
        if image := builds.standalone_image(path):
            user = users[path] if path in users else user_of_adapter(image)
            alone = Container(image.span, env_closed=not strangers, env_notes=tuple(strangers), user=user)
            alone = with_given(alone, image.env, given.get(path))
            yield ContainerContext(with_image(alone, image, _alone_link(image, builds), tree), image)


def _is_used(image: Image | None, used: Collection[int]) -> bool:
    """Whether the final stage of a Dockerfile is one of those that services build, or not meant to be deployed."""
    return image is None or image.number in used or _FOR_WORK.search(image.name or "") is not None


def _users_of_functions(functions: tuple[FunctionImage, ...], builds: Builds) -> Iterator[tuple[str, Value[str]]]:
    """The user that AWS Lambda runs images as, by the paths of their Dockerfiles."""
    for function in functions:
        path, name = function.dockerfile, repository(function.name)
        if name and not path:
            image = builds.image_named(function.name)
            named = [image[0]] if image else builds.images_by_likely_name.get(name.rpartition("/")[2].lower(), [])
            path = named[0].dockerfile if len(named) == 1 else ""
        if path:
            yield path, Value((LAMBDA_USER,), (Label(function.span, RUN_BY_LAMBDA),))


def _is_absent(service: Container, tree: Tree) -> bool:
    """Whether a service is built from a folder that is not in the project."""
    context = _context(service)
    return context not in ("", ".") and context not in tree.folders


def _context(service: Container) -> str:
    """The folder that a service is built from, as it is written where it lies outside; empty where it is not known."""
    given = service.build.context if service.build else UNKNOWN
    written = given.trace[0].span.text if given.trace else ""
    return given.only or (written if written.startswith("../") and "$" not in written else "")


def _only_image(service: Container, builds: Builds, why: str) -> tuple[Image, Link] | None:
    """The image of the one Dockerfile of the project, where a service that does not tell its own has its name and port.

    `why`: what the service says of its image, in front of the Dockerfile's name.
    """
    made = builds.standalone_image(next(iter(builds.dockerfiles))) if len(builds.dockerfiles) == 1 else None
    if not made:
        return None
    folder = posixpath.basename(_context(service))
    asked = {port.target.only for port in (*service.ports, *service.expose)}
    exposed = {port.target.only for port in made.expose}
    named = any(made in builds.images_by_likely_name.get(name.lower(), ()) for name in (service.service or "", folder))
    if not (asked <= exposed if exposed else named) or not (named or asked):
        return None
    note = Label(service.build.span, "build") if service.build else Label(service.image.span or service.span, "image")
    return made, Link(made.dockerfile, ASSUMED, f"{why} {made.dockerfile} is the only Dockerfile", (note,))


def _deployed_image(
    workload: Container, builds: Builds, pushed: Mapping[str, list[tuple[str, Image]]]
) -> tuple[Image | None, Link]:
    """The image of a workload: the one it builds, the one that is built under its name, or the only one called so."""
    image = builds.of(workload)
    name = repository(workload.image.only or "")
    written = workload.image.span.text if workload.image.span else ""
    plain = written and "$" not in written and "{{" not in written
    blank = _FILLED_IN.fullmatch(written) or placeholder(written) or (plain and not is_reference(written))
    if blank and (only := _only_image(workload, builds, _PLACEHOLDER)):
        return only
    if image or workload.build or not name:
        return image, _image_link(image, workload, builds)
    note = Label(workload.image.span or workload.span, "this image runs")
    made = _built_by_services(workload.image.only or "", pushed.get(name, []), builds)
    if made:
        return made, Link(made.dockerfile, MADE, f"runs {name}, which a service builds", (note,))
    other = is_other_software(name)
    if not other and (built := builds.image_named(workload.image.only or "")):
        image, label = built
        why = f"runs {name}, which {label.span.source.path} builds from {image.dockerfile}"
        return image, Link(image.dockerfile, MADE, why, (note, label))
    if not other and len(ways := builds.builds_of_name(workload.image.only or "")) > 1:
        why = f"runs the image {workload.image.only}, which is built in more than one way"
        return None, Link(None, MISSING, why, (note, *(way.label for way in ways[:4])))
    ours = builds.images_by_likely_name.get(name.rpartition("/")[2].lower(), [])
    if len(ours) == 1:
        why = f"runs {name}, and {ours[0].dockerfile} is the only Dockerfile of a project of that name"
        return ours[0], Link(ours[0].dockerfile, ASSUMED, why, (note,))
    return None, _image_link(None, workload, builds)


def _built_by_services(name: str, made: list[tuple[str, Image]], builds: Builds) -> Image | None:
    """The image of the services that build a name: with its tag, where one does, else the only one if not of tests."""
    same = [image for tag, image in made if tag == tag_of(name)]
    if same or not made:
        return same[0] if same else None
    ways = {(image.dockerfile, image.number) for _, image in made}
    return made[0][1] if len(ways) == 1 and not is_of_tests(made[0][1]) and not builds.may_build(name) else None


def is_of_tests(image: Image) -> bool:
    """Whether an image is only there for tests, by the name of its Dockerfile."""
    return "test" in re.split(r"[._-]", posixpath.basename(image.dockerfile).lower())


def named_image(service: Container, builds: Builds, running: Iterable[ContainerContext]) -> ContainerContext | None:
    """A container of an image that the project builds under the name it runs, None where it builds none such.

    `running`: all containers, some of which build it under that name as well.
    """
    pushed: dict[str, list[tuple[str, Image]]] = {}
    for other in running:
        if other.image and other.container.build and (whole := other.container.reference.only):
            pushed.setdefault(repository(whole), []).append((tag_of(whole), other.image))
    image, link = _deployed_image(service, builds, pushed)
    return ContainerContext(with_image(service, image, link, builds.tree), image) if image else None


def on_host(path: str, tree: Tree) -> str:
    """The file or folder of the project that lies at a path of a host: the longest end of it that is one, else `.`."""
    parts = path.strip("/").split("/")
    ends = ("/".join(parts[index:]) for index in range(len(parts)))
    return next((end for end in ends if end in tree.paths or end in tree.folders), ".")


def _alone_link(image: Image, builds: Builds) -> Link:
    """The link of an image that nothing runs, assumed where it may be built from several folders of the project."""
    rival = builds.other_context(image)
    if rival is None:
        return Link(image.dockerfile, MADE, f"is built from {image.dockerfile}")
    folder, other = ("the root" if each == "." else each for each in (image.folder, rival))
    why = f"is read as built from {folder}, while {other} has all that it needs as well and no file says which it is"
    return Link(image.dockerfile, ASSUMED, why, (Label(image.span, f"may be built from {folder} or from {other}"),))


def _image_link(image: Image | None, service: Container, builds: Builds) -> Link:
    if image:
        return Link(image.dockerfile, MADE, f"is built from {image.dockerfile}")
    if service.folder:
        files = "the project" if service.folder == "." else service.folder
        return Link(None, MADE, f"runs the files of {files} as they are")
    if service.build:
        path, stage = service.build.dockerfile.only, service.build.target.only
        why = "is built from what is not in the project"
        if service.build.inline is not None:
            why = "its Dockerfile stands in its compose file, which is not followed"
        elif path and path not in builds.dockerfiles and (path in builds.tree.paths or path in builds.tree.problems):
            why = f"is built from {path}, which cannot be read"
        elif stage and path in builds.dockerfiles:
            why = f"is built from the stage {stage}, which {path} does not have"
        return Link(None, MISSING, why, (Label(service.build.span, "build"),))
    name = service.image.only
    if not name:
        return Link(None, MISSING, "its image is not known")
    known = (
        "known to be " if not is_other_software(name) and (builds.may_build(name) or builds.is_unplaced(name)) else ""
    )
    return Link(None, MISSING, f"runs the image {name}, which is not {known}built here")
