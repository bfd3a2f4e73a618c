"""The secrets that stand in the files of a deployment, and what carries them into its images."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import islice

from mcplint.commands.words import span_of
from mcplint.facts.document import ScalarNode, items, pairs
from mcplint.facts.platform import Resource
from mcplint.images.image import Copy, Image
from mcplint.knowledge import secrets as known
from mcplint.knowledge.clients import HEADERS
from mcplint.model import ClientConfig, Container
from mcplint.model.secrets import Secret
from mcplint.project.ignored import ignored_by_git, is_ignored
from mcplint.project.tree import Paths, Tree
from mcplint.runtime.variable_files import LIVE, TRIED, Carried, copied, first_secret, may_hold
from mcplint.services.clients import URLS
from mcplint.services.containers import ContainerContext
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import Label

KEYS = ("id_rsa", "id_ed25519", "id_ecdsa")
"""The names of files that hold private keys."""
MAY_HOLD = re.compile(
    r"id_(?:rsa|ed25519|ecdsa)|.{1,200}\.(?:pem|key)|[\w.-]{0,100}(?:account|credentials)[\w.-]{0,100}\.json"
)
"""The names of files that may hold one: certificates often end in `.pem` too."""
MOST = 50
SETTINGS = (".npmrc", ".yarnrc.yml", ".pypirc", ".netrc", "pip.conf")
"""The settings of package managers, in which a token may stand."""
HOLDS = re.compile(r"(?i)_auth(?:token)?\s*=|password|authtoken")
KEPT = re.compile(r"""[=\s]["']?\$\{?(\w{1,100})(?::?-)?\}?["']?$""")
"""The end of a pair of ENV whose value is a variable."""
ASSIGNED = re.compile(
    r"""(?:^[ \t]{0,40}(?:export )?|[{,][ ]?(?="))["']?([\w.-]{1,100})["']?[ ]?[:=][ ]?["']?([^\s"']{16,400})""",
    re.MULTILINE,
)
LOGIN = re.compile(
    r"""(?::_authToken(?:=|[\s"']{1,3})["']?"""
    r"""|\bmachine(?:\s|\\n){1,9}[\w.-]{1,200}(?:\s|\\n){1,9}login(?:\s|\\n){1,9}[\w.@-]{1,200}(?:\s|\\n){1,9}password(?:\s|\\n){1,9})"""
    r"""([^\s"'\\;&|]{16,400})"""
)
"""The token of an npm registry, and the password of a machine in `.netrc`."""
SENT = re.compile(
    r"""(?i:authorization:\s{0,4}(?:bearer|token)\s{1,4})([^\s"'\\;&|]{16,400})"""
    r"""|\bcurl\s[^;&|]{0,400}?\s(?:-u|--user)[ =]?["']?[\w.@-]{1,100}:([^\s"'\\;&|]{16,400})"""
)
"""What a command sends to say who asks: a token in a header, and the password that curl is told with a user."""
GIVEN = re.compile(
    r"(?s:(?:(?:--env=|-e)?([A-Za-z_]\w{0,100})=|(--?[\w-]{1,100}(?==)|[\w-]{1,100}(?=:))[=:]\s{0,9})(.+))"
)
"""A word that gives a variable, an option or a header its value: `NAME=…`, `-eNAME=…`, `--token=…`, `X-Key: …`."""


def all_secrets(
    tree: Tree,
    paths: Paths,
    contexts: Iterable[ContainerContext],
    serving: Collection[str],
    clients: Iterable[ClientConfig],
) -> Iterator[Secret]:
    """Every secret, those of a span that several containers share once. `serving`: the containers of servers."""
    seen: set[tuple[str, Span, str]] = set()
    for secret in _each_secret(tree, paths, contexts, serving, clients):
        key = (secret.where, secret.span, secret.name)
        if key not in seen:
            seen.add(key)
            yield secret


def _each_secret(
    tree: Tree,
    paths: Paths,
    contexts: Iterable[ContainerContext],
    serving: Collection[str],
    clients: Iterable[ClientConfig],
) -> Iterator[Secret]:
    served = [context for context in contexts if context.container.id in serving]
    keys = tuple(_keys(tree)) if served else ()
    projects = {id(context.project) for context in served if context.project}
    clustered = any(context.container.platform == "kubernetes" for context in served)
    env_secrets = {path: each for path in paths.get("env", ()) if (each := _in_env_file(tree, path))}
    carried: Carried = {path: [] for path in env_secrets}
    for context in contexts:
        container = context.container
        beside = id(context.project) in projects or (clustered and container.platform == "kubernetes")
        if container.id in serving and context.image:
            yield from _in_image(context.image, tree, keys, carried)
        if container.id in serving or beside:
            yield from _in_environment(container)
            yield from _in_command(container)
    for path, file in tree.all_facts("kubernetes", paths.get("kubernetes", ())).items() if served else ():
        real = clustered or not TRIED.search(path)
        for resource in file.resources if real and not _is_kept_out(tree, path, ignored_by_git(tree, path)) else ():
            yield from _in_object(resource)
    for client in clients:
        yield from _in_client(client)
    for path, secret in env_secrets.items():
        yield secret._replace(notes=(*secret.notes, *carried[path][:1]))


def _keys(tree: Tree) -> Iterator[str]:
    """The files of the project that may hold a private key which opens something."""
    named = (path for path in tree.paths if MAY_HOLD.fullmatch(posixpath.basename(path)))
    return islice((path for path in sorted(named) if not TRIED.search(path)), MOST)


def _in_image(image: Image, tree: Tree, keys: tuple[str, ...], carried: Carried) -> Iterator[Secret]:
    for name, value in (*image.env.items(), *image.args.items(), *image.labels.items()):
        text, span = value.only, value.span
        if not isinstance(text, str) or span is None or span.source.path != image.dockerfile:
            continue
        if text in span.text and (kind := known.secret_or_url(name, text)):
            yield Secret("image", name, kind, span)
    yield from _kept_arguments(image)
    for launch in filter(None, (image.entrypoint, image.cmd)):
        if launch.shell is None and launch.span.source.path == image.dockerfile:
            yield from _in_words("image", [(word.text, word.span()) for word in launch.words])
    of_runs = tuple(_in_runs(image))
    yield from of_runs
    spans = {secret.span for secret in of_runs}
    for copy in image.copies:
        if copy.text is not None and copy.span not in spans:
            yield from _secrets_in_file(copy.text)
        elif not copy.mount and copy.stage is None and copy.image is None:
            yield from _copied_secrets(copy, image, tree, keys, carried)


def _kept_arguments(image: Image) -> Iterator[Secret]:
    """The build arguments that ENV keeps in the configuration of the image, unless their default is no secret."""
    for name, value in image.env.items():
        span = value.trace[0].span if value.trace else image.span
        spelled = KEPT.search(span.text) if span.source.path == image.dockerfile else None
        argument = spelled[1] if spelled else ""
        given = image.args.get(argument)
        if given is None or not known.is_private(name) or not known.is_private(argument):
            continue
        if given.only in (None, "") or known.secret(argument, given.only):
            yield Secret("argument", argument, "secret", span)


def _secrets_in_file(text: LocatedText) -> Iterator[Secret]:
    """The secrets in a file that the build writes, by the names that they are given in it."""
    for found in ASSIGNED.finditer(text.text):
        if kind := known.secret_or_url(found[1], found[2]):
            yield Secret("image", found[1], kind, text.span(*found.span(2)))


def _in_runs(image: Image) -> Iterator[Secret]:
    """What a RUN is given as a build argument, which the history of the image shows."""
    names = [name for name, value in image.args.items() if known.is_private(name) and value.only in (None, "")]
    for run in image.runs:
        mounted = any("type=secret" in flag.value.text for flag in run.flags if flag.name == "mount" and flag.value)
        for name in () if mounted else names:
            if re.search(rf"\$\{{?{re.escape(name)}\b", run.text.text):
                yield Secret("build", name, "secret", run.span)
        sent = (each.groups() for pattern in (LOGIN, SENT) for each in pattern.finditer(run.text.text))
        kinds = (known.secret("token", text) for texts in sent for text in texts if text)
        kind = known.secret_or_url("", run.text.text) or next(filter(None, kinds), "")
        if kind:
            yield Secret("image", "this RUN", kind, run.span)


def _copied_secrets(copy: Copy, image: Image, tree: Tree, keys: tuple[str, ...], carried: Carried) -> Iterator[Secret]:
    """What a COPY brings from the build context: a file of secrets by its name, or a folder that has one."""
    if image.context is None:
        return
    for source in copy.sources:
        path = posixpath.normpath(f"/{source.only or '?'}").lstrip("/")
        name = posixpath.basename(path)
        file = posixpath.join(image.folder, path)
        note = (
            _credential_line(tree.source(file))
            if name in SETTINGS
            else _key(tree.source(file))
            if file in keys
            else None
        )
        if (name in LIVE and may_hold(tree, file)) or name in KEYS or note:
            yield Secret("copy", path, "", copy.span, (note,) if note and name not in KEYS else ())
        else:
            yield from copied(path, copy, image, tree, carried)
            yield from _keys_below(path, copy, image, tree, keys)
            yield from () if path else _history(copy, image, tree)


def _credential_line(source: Source | None) -> Label | None:
    """The first line of the settings of a package manager that has a token or a password."""
    for line in re.finditer(r"[^\n]+", source.text) if source else ():
        value = re.split(r"[=:\s]+", line[0].strip())[-1]
        kind = known.secret("token" if HOLDS.search(line[0]) else "", value) or known.in_url(line[0])[1]
        if source and kind:
            return Label(Span(source, *line.span()), f"holds the {kind}")
    return None


def _keys_below(folder: str, copy: Copy, image: Image, tree: Tree, keys: tuple[str, ...]) -> Iterator[Secret]:
    """The private keys of a folder that is copied, where nothing leaves them out."""
    base = f"{image.folder}/" if image.folder else ""
    above = f"{base}{folder}/" if folder else base
    for key in keys if not copy.excludes else ():
        path = key.removeprefix(base)
        if key.startswith(above) and not is_ignored(image.ignored, path) and (note := _key(tree.source(key))):
            yield Secret("copy" if folder else "context", path, "", copy.span, (note,))


def _key(source: Source | None) -> Label | None:
    """Where a file holds a private key that needs no passphrase."""
    found = known.PRIVATE_KEY.search(source.text) if source else None
    return Label(Span(source, *found.span(1)), "is a private key") if source and found else None


def _history(copy: Copy, image: Image, tree: Tree) -> Iterator[Secret]:
    """The `.git` of a context that is copied whole, with the token of the job that builds the image."""
    if is_ignored(image.ignored, ".git/config") or any(fnmatchcase(".git", pattern) for pattern in copy.excludes):
        return
    from mcplint.runtime.checkout import kept_tokens

    if note := next(kept_tokens(image, tree), None):
        yield Secret("context", ".git", "token", copy.span, (note,), present=False)


def _in_environment(container: Container) -> Iterator[Secret]:
    """The variables of a container, and the arguments that a platform builds its image with."""
    where = "kubernetes" if container.platform == "kubernetes" else "compose"
    arguments = container.build.args.items() if container.build else ()
    for name, value in (*container.env.items(), *arguments):
        span = value.site.span if value.site else value.span
        if not isinstance(value.only, str) or span is None or span.source.path in (container.dockerfile, ""):
            continue
        if posixpath.basename(span.source.path) in LIVE or value.only not in span.text:
            continue
        if kind := known.secret_or_url(name, value.only):
            yield Secret(where, name, kind, span)


def _in_command(container: Container) -> Iterator[Secret]:
    """The arguments that a platform starts a container with, but those of its image and of variables."""
    where = "kubernetes" if container.platform == "kubernetes" else "compose"
    for argv in filter(None, (container.entrypoint, container.arguments)):
        spans = [(word.only, span_of(word, argv.span)) for word in argv.words or ()]
        yield from _in_words(where, [(text if text and text in span.text else "", span) for text, span in spans])


def _in_object(resource: Resource) -> Iterator[Secret]:
    """What a Secret of Kubernetes holds in plain text, and in base64, which hides nothing."""
    for key, read in (("stringData", str), ("data", known.base64_text)) if resource.kind == "Secret" else ():
        for name, value in pairs(resource.node.get(key)):
            text = read(value.text) if isinstance(value, ScalarNode) else ""
            if kind := known.secret_or_url(name.text, text):
                yield Secret("kubernetes", name.text, kind, value.span)


def _in_client(client: ClientConfig) -> Iterator[Secret]:
    node = client.node
    if node is None:
        return
    for key in ("env", *HEADERS):
        for name, value in pairs(node.get(key)):
            if isinstance(value, ScalarNode) and (kind := known.secret_or_url(name.text, value.text)):
                yield Secret("client", name.text, kind, value.span)
    words = items(node.get("args"))
    yield from _in_words("client", [(each.text if isinstance(each, ScalarNode) else "", each.span) for each in words])
    for key in URLS:
        url = node.get(key)
        if isinstance(url, ScalarNode) and any(held := known.in_url(url.text)):
            yield Secret("client", *held, url.span)


def _in_words(where: str, words: Iterable[tuple[str, Span]]) -> Iterator[Secret]:
    """The secrets among the words of a command; a word that is not known is empty."""
    before = ""
    for text, span in words:
        given = GIVEN.fullmatch(text)
        name, value = (given[1] or given[2], given[3]) if given else (before, text)
        held, kind = name or "an argument", known.secret(name.lstrip("-"), value)
        if not kind:
            held, kind = known.in_url(text)
        if kind:
            yield Secret(where, held, kind, span)
        before = text if text.startswith("-") and not given else ""


def _is_kept_out(tree: Tree, path: str, ignored: Label | None) -> bool:
    """Whether git ignores a file, which it may track all the same where it lists it by itself."""
    named = any(path == name or path.startswith(f"{name}/") for name in tree.named if name)
    return ignored is not None and (named or not tree.listed)


def _in_env_file(tree: Tree, path: str) -> Secret | None:
    """The first secret of a file of variables, unless git ignores it: a file that git lists all the same is tracked."""
    ignored = ignored_by_git(tree, path)
    if posixpath.basename(path) not in LIVE or _is_kept_out(tree, path, ignored):
        return None
    first = first_secret(tree, path)
    notes = (ignored._replace(text="git tracks the file although this names it"),) if ignored else ()
    where = "tracked file" if ignored else "env file"
    return Secret(where, first[0].name, first[1], first[0].key, notes) if first else None
