"""What turns callers of Traefik away before a router is asked: middlewares of an entry point, client certificates.

They are said by flags, variables, or files: https://doc.traefik.io/traefik/reference/install-configuration/entrypoints/,
https://doc.traefik.io/traefik/reference/routing-configuration/http/tls/tls-options/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from mcplint.facts.traefik import TraefikFile
from mcplint.model import Container, Mount
from mcplint.project.tree import Tree
from mcplint.proxies.traefik_labels import LETTING_IN, Labels, middleware
from mcplint.services.containers import ContainerContext
from mcplint.values import UNKNOWN, Value

ENTRY = re.compile(r"traefik\.entrypoints\.[^.]{1,100}\.http\.(middlewares|tls\.options)")
"""What gives all routers of an entry point middlewares, or says which certificates it asks callers for."""
FLAG = re.compile(r"(?i)--(entrypoints\.[^=\[]{1,200})(?:\[\d{1,3}\])?=?(.*)")
VARIABLE = re.compile(r"(?i)TRAEFIK_(ENTRYPOINTS_\w{1,200})")
CONFIG_FILE = re.compile(r"(?i)--configfile=(/.+)")
STATIC = re.compile(r"/traefik\.(?:ya?ml|toml)$|^/etc/traefik/?$")
"""The paths at which Traefik looks for its own configuration."""
ASKING = re.compile(r"(?i)middlewares|clientauth|options")
OPTIONAL = ("noclientcert", "requestclientcert", "verifyclientcertifgiven")
"""What `clientAuthType` says where a caller without a certificate is let in."""


def may_turn_away(
    origin: ContainerContext, around: Iterable[ContainerContext], files: Iterable[TraefikFile], tree: Tree
) -> bool:
    """Whether the Traefik of a container may turn callers away whichever router takes them.

    `around`: the containers whose labels may define its middlewares.
    """
    container = origin.container
    words = container.arguments.words if container.arguments else ()
    if words is None or any(_may_be_configuration(mount, container, tree) for mount in container.mounts):
        return True
    own = _of_command(words), _of_variables(container)
    labels = (context.container.labels.items() for context in around)
    all_labels = Labels(dict(chain.from_iterable((*labels, *(file.settings.items() for file in files), *own))))
    return any(_turns_away_by_caller(name, value, all_labels) for name, value in all_labels.items())


def _of_command(words: Iterable[Value[str]]) -> Iterator[tuple[str, Value[str]]]:
    """What flags say of entry points, by the names that files have for it."""
    for word in words:
        for text in word.options or (word.partly,):
            if found := FLAG.fullmatch(text):
                yield f"traefik.{found[1]}", Value((found[2],)) if word.only else UNKNOWN


def _of_variables(container: Container) -> Iterator[tuple[str, Value[str]]]:
    """What variables say of entry points, by the names that files have for it."""
    for name, value in container.env.items():
        if found := VARIABLE.fullmatch(name):
            yield f"traefik.{found[1].replace('_', '.')}", Value((value.only,)) if value.only else UNKNOWN


def _turns_away_by_caller(name: str, value: Value[str], said: Labels) -> bool:
    """Whether a setting has callers turned away for who they are, as far as it cannot be told that it does not."""
    if name.startswith("traefik.tls.options.default."):
        return _wants_certificate("default", said)
    entry = ENTRY.fullmatch(name)
    if entry is None:
        return False
    names = [each.strip().partition("@")[0] for each in (value.only or "").lower().split(",")]
    if entry[1] == "middlewares":
        return not LETTING_IN.issuperset(middleware(each, said)[0] for each in names)
    return _wants_certificate(names[0], said)


def _wants_certificate(name: str, said: Mapping[str, Value[str]]) -> bool:
    """Whether options of TLS ask for the caller's certificate; also where no file has them."""
    prefix = f"traefik.tls.options.{name}."
    own = {key.removeprefix(prefix): value for key, value in said.items() if key.startswith(prefix)}
    if not any(key.startswith("clientauth.") for key in own):
        return not own
    return not own.get("clientauth.clientauthtype", UNKNOWN).must(lambda kind: kind.lower() in OPTIONAL)


def _may_be_configuration(mount: Mount, container: Container, tree: Tree) -> bool:
    """Whether a mount may be Traefik's own configuration, and the project does not hold it."""
    if mount.kind == "tmpfs" or not mount.target.may(lambda target: _is_static(target, container)):
        return False
    if mount.text:
        return mount.text.may(lambda text: ASKING.search(text) is not None)
    return mount.path is None or not (mount.path in tree.paths or tree.below(mount.path))


def _is_static(target: str, container: Container) -> bool:
    """Whether Traefik reads its own configuration there."""
    words = (container.arguments.words if container.arguments else ()) or ()
    chosen = (found[1] for word in words if (found := CONFIG_FILE.fullmatch(word.only or word.partly)))
    return bool(STATIC.search(target)) or any(f"{file}/".startswith(f"{target.rstrip('/')}/") for file in chosen)
