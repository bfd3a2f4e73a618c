"""A container over its image: what the service says itself counts, else what the image says."""

from __future__ import annotations

from collections.abc import Mapping

from mcplint.images.image import Image
from mcplint.knowledge.base_images import base
from mcplint.knowledge.executables import HELP
from mcplint.model import Argv, Container, Link
from mcplint.project.tree import Tree
from mcplint.values import UNKNOWN, Label, Value

_REPLACED = "has it tell of itself, unless whoever starts the image gives other arguments"


def with_image(service: Container, image: Image | None, link: Link, tree: Tree) -> Container:
    """A container over its image, with what its health checks ask for."""
    whole = _with_image_defaults(service, image, link)
    if whole.probe is None and not whole.probes:
        return whole
    from mcplint.services.health.checks import checks

    return whole._replace(checks=checks(whole, image, tree))


def _with_image_defaults(service: Container, image: Image | None, link: Link) -> Container:
    """A container over its image: what it says itself counts, else what the image says."""
    defaults = image.env_closed if image else service.defaults
    service = service._replace(argv=command(service, image), links=(link,), defaults=defaults, reference=service.image)
    if image is None:
        root = Value(("/",), (Label(service.span, "runs files as they are"),)) if service.folder else UNKNOWN
        return service._replace(workdir=service.workdir if service.workdir != UNKNOWN else root, env_closed=False)
    return service._replace(
        dockerfile=image.dockerfile,
        image=image.base,
        env=environment(image, service),
        env_closed=image.env_closed and service.env_closed,
        user=service.user if service.user != UNKNOWN else image.user,
        workdir=service.workdir if service.workdir != UNKNOWN else image.workdir,
        expose=image.expose + service.expose,
        probe=None if service.probe_disabled else service.probe or (image.probe if service.obeys_healthcheck else None),
        probe_disabled=service.probe_disabled or (None if service.probe else image.probe_disabled),
        installs=image.installs,
        node_installs=image.node_installs,
        new_variable=image.new_variable,
        account=image.account,
        accounts=image.accounts,
        outlets=(*image.output_links, *(image.volume_paths if service.obeys_healthcheck else ())),
        lacks=image.lacks,
    )


def command(service: Container, image: Image | None) -> Argv | None:
    """The entrypoint and command that count, in one; None where neither file says what is started.

    A service's entrypoint empties the image's CMD; the shell form of ENTRYPOINT takes no arguments.
    """
    entrypoint = image.entrypoint.argv if image and image.entrypoint else None
    if image is None and service.arguments and not service.build:
        entrypoint = _known_entrypoint(service)
    arguments = image.cmd.argv if image and image.cmd else None
    takes = not (image and image.entrypoint and image.entrypoint.shell)
    if service.entrypoint:
        entrypoint, arguments, takes = service.entrypoint, None, True
    arguments = service.arguments or arguments
    if entrypoint and arguments and not service.platform and not service.arguments and _only_tells(arguments):
        arguments = arguments._replace(words=(Value(None, (Label(arguments.span, _REPLACED),)),))
    parts = [part for part in (entrypoint, arguments if takes else None) if part]
    if not parts:
        return None
    words = tuple(word for part in parts for word in part.words or ())
    trace = tuple(note for part in parts for note in part.trace)
    return Argv(None if any(part.words is None for part in parts) else words, parts[-1].span, trace)


def _only_tells(arguments: Argv) -> bool:
    """Whether arguments have a program tell of itself and end, so that nobody starts the image with them to serve."""
    return bool(arguments.words) and all(word.only in HELP for word in arguments.words or ())


def _known_entrypoint(service: Container) -> Argv | None:
    """The ENTRYPOINT of an image that others publish, which a service gives arguments."""
    name = service.image.only
    known = base(name) if name and ("mcp" in name or "supergateway" in name) else None
    if not known or not known.entrypoint:
        return None
    span = service.image.span or service.span
    note = Label(span, f"the ENTRYPOINT of the image is {' '.join(known.entrypoint)}")
    return Argv(tuple(Value((word,), (note,)) for word in known.entrypoint), span, (note,))


def environment(image: Image, service: Container) -> Mapping[str, Value[str]]:
    """The variables of image and service; the trace of one that both set tells of both."""
    env = dict(image.env)
    for name, value in service.env.items():
        env[name] = value._replace(trace=env[name].trace + value.trace) if name in env else value
    return env
