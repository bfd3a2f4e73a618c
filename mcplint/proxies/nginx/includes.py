"""What nginx reads: blocks with their includes expanded and their placeholders filled in, and what they hand down."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from mcplint.facts.nginx import Directive, NginxFile, Word
from mcplint.knowledge.nginx import ACCESS, INCLUDED, NOT_INHERITED, REWRITES, SERVER_FOLDERS, STOCK_INCLUDES, TOGETHER
from mcplint.project.tree import Tree
from mcplint.text.glob import ANY, Pattern
from mcplint.values import Label, Value

Env: TypeAlias = Callable[[str], Value[str | None]]
DEEPEST = 16
MOST_DIRECTIVES = 50_000
TEMPLATES, FILLED_IN = "/etc/nginx/templates", "/etc/nginx/conf.d"
"""Where the official image looks for templates, and where it puts what it makes of them."""


class ConfigFiles(NamedTuple):
    """The nginx files and all files of a project, and what of them lies where in the image."""

    files: Mapping[str, NginxFile]
    paths: frozenset[str]
    image: Mapping[str, str]

    @classmethod
    def of(cls, files: Mapping[str, NginxFile], tree: Tree, image: Mapping[str, str]) -> ConfigFiles:
        """Those of a project; what lies in nginx's folder of templates becomes part of `conf.d`."""
        made = {place.rstrip("/"): path for place, path in image.items()}
        if TEMPLATES in made:
            made.setdefault(FILLED_IN, made[TEMPLATES])
        return cls(files, tree.paths, made)

    def find(self, include: Directive, http: bool) -> list[str] | None:
        """The files that an include names; None where they may lie outside the project."""
        word = include.args[0]
        if posixpath.basename(word.text) in STOCK_INCLUDES:
            return []
        if word.hole or "$" in word.text or "[" in word.text:
            return None
        here = posixpath.dirname(include.span.source.path)
        wild = "*" in word.text or "?" in word.text
        if wild and (inside := self.files_matching(word.text)):
            return inside
        for path in self._candidates(word.text, here):
            found = self._matching(path) if wild else [path] * (path in self.paths)
            if found:
                return found
        if wild:
            return [] if http else None
        return self._by_end(word.text)

    def _candidates(self, text: str, here: str) -> Iterator[str]:
        """Where in the project the path of an include may lie, the likeliest first."""
        inside = text.removeprefix("/etc/nginx/").removeprefix("/usr/local/nginx/conf/")
        full = text if text.startswith("/") else f"/etc/nginx/{text}"
        for place, path in sorted(self.image.items(), key=lambda item: -len(item[0])):
            if full == place or full.startswith(place.rstrip("/") + "/"):
                yield posixpath.normpath(posixpath.join(path, full[len(place) :].lstrip("/")))
        if inside.startswith("/"):
            return
        folder = here
        while True:
            yield from _inside_project(posixpath.join(folder, inside))
            if not folder:
                return
            folder = posixpath.dirname(folder)

    def files_matching(self, text: str) -> list[str]:
        """The files that lie in the image where a pattern looks, in nginx's order, and hide what a folder has there."""
        folder, _, name = (text if text.startswith("/") else f"/etc/nginx/{text}").rpartition("/")
        try:
            wanted = Pattern.of(name)
        except ValueError:
            return []
        around = [place for place in self.image if f"{folder}/".startswith(f"{place}/")]
        places = [(place, folder.removeprefix(place).lstrip("/")) for place in sorted(around, key=len)[-1:]]
        places += [(TEMPLATES, "")] * (folder == FILLED_IN and TEMPLATES in self.image)
        found: dict[str, str] = {}
        for place, below in places:
            for path in self._matching(posixpath.normpath(posixpath.join(self.image[place], below, name))):
                found[posixpath.basename(_names_in_image(path)[0])] = path
        for place, path in self.image.items():
            found |= {
                posixpath.basename(made): path for made in _names_in_image(place) if _is_match_in(made, folder, wanted)
            }
        return [found[made] for made in sorted(found)]

    def _matching(self, pattern: str) -> list[str]:
        """The files that a pattern names; templates count as the files that are made of them."""
        folder, _, name = pattern.rpartition("/")
        try:
            wanted = Pattern.of(name)
        except ValueError:
            return []
        return sorted(
            path for path in self.files if any(_is_match_in(made, folder, wanted) for made in _names_in_image(path))
        )

    def _by_end(self, text: str) -> list[str] | None:
        """The one file whose path ends as the include does, or whose name is the same."""
        for ends in ("/".join(text.rstrip("/").split("/")[-2:]), posixpath.basename(text)):
            found = [p for p in self.files if any(m == ends or m.endswith(f"/{ends}") for m in _names_in_image(p))]
            if len(found) == 1:
                return found
        return None


def _inside_project(path: str) -> Iterator[str]:
    normal = posixpath.normpath(path)
    if not normal.startswith(("../", "/")) and normal != "..":
        yield normal


def _names_in_image(path: str) -> tuple[str, ...]:
    """The names that a file may have in the image: a template becomes a file of `conf.d`."""
    if not path.endswith(".template"):
        return (path,)
    made = path.removesuffix(".template")
    folder, _, name = made.rpartition("/")
    return (
        (made, posixpath.join(posixpath.dirname(folder), "conf.d", name)) if _last(folder) == "templates" else (made,)
    )


def _last(folder: str) -> str:
    return folder.rpartition("/")[2]


def _is_match_in(path: str, folder: str, wanted: Pattern) -> bool:
    parent, _, name = path.rpartition("/")
    if parent != folder or len(name) > 255:
        return False
    return ANY in wanted.tokens and len(name) in wanted.match_ends(name, 0)


def is_server_folder(path: str) -> bool:
    """Whether nginx includes all files of this folder side by side."""
    return _last(path) in SERVER_FOLDERS


def with_environment(directive: Directive, env: Env | None) -> Directive:
    """The directive with its placeholders replaced by what the environment says."""
    if not any("$" in word.text for word in directive.args):
        return directive
    template = ".template" in directive.span.source.path
    return directive._replace(args=tuple(_filled_word(word, template, env) for word in directive.args))


def _filled_word(word: Word, template: bool, env: Env | None) -> Word:
    """A name in capitals is never a variable of nginx, any other only where the environment has it."""
    if not template and "${" not in word.text:
        return word
    text, trace, hole, at = "", word.trace, word.hole, 0
    for found in re.finditer(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", word.text):
        name = found[1] or found[2]
        capital = name.isupper() and (template or found[1] is not None)
        value = env(name) if env and (capital or template) else Value[str | None]()
        if isinstance(value.only, str):
            text += word.text[at : found.start()] + value.only
            at = found.end()
            trace += (Label(word.span, f"{name} is filled in from the environment"), *value.trace)
        elif capital:
            hole = True
    return word._replace(text=text + word.text[at:], trace=trace, hole=hole)


class Level(NamedTuple):
    """One block, its includes expanded, inside the blocks around it.

    `own`: its directives by name; `steps`: those of the rewrite module, `rules`: those that allow and deny, in order.
    `open`: whether more may stand in it than the files show. `files`: those that lead here, none of which may be
    included once more.
    """

    name: str
    directive: Directive | None
    inside: tuple[Directive, ...]
    own: Mapping[str, tuple[Directive, ...]]
    parent: Level | None
    open: bool
    files: frozenset[str]
    steps: tuple[Directive, ...] = ()
    rules: tuple[Directive, ...] = ()

    @property
    def depth(self) -> int:
        return sum(1 for _ in self.self_and_parents())

    def self_and_parents(self) -> Iterator[Level]:
        """This block and those around it."""
        level: Level | None = self
        while level:
            yield level
            level = level.parent

    def effective(self, name: str) -> tuple[Directive, ...]:
        """The directives of a name that hold here: all those of the innermost block that has any."""
        rivals = next((names for names in TOGETHER if name in names), (name,))
        for level in self.self_and_parents():
            if any(rival in level.own for rival in rivals):
                return level.own.get(name, ())
            if name in NOT_INHERITED:
                break
        return ()

    def last(self, name: str) -> Directive | None:
        """The directive of a name that holds here where there can be but one."""
        found = self.effective(name)
        return found[-1] if found else None

    @property
    def fully_known(self) -> bool:
        """Whether the files show everything that holds here."""
        return not any(level.open for level in self.self_and_parents())


class Includes:
    """Finds and expands what a configuration includes, inside the project only.

    A class because it remembers how much they brought.
    `image`: what lies where in the image, as path there to path in the project, files and folders.
    `env`: the environment in which `envsubst` fills in templates, if it is known.
    """

    def __init__(
        self,
        files: Mapping[str, NginxFile],
        tree: Tree,
        image: Mapping[str, str],
        env: Callable[[str], Value[str | None]] | None = None,
    ) -> None:
        self.tree = tree
        self.files = ConfigFiles.of(files, tree, image)
        self.env = env
        self.left = MOST_DIRECTIVES
        self.included: set[str] = set()

    def level(self, name: str, directive: Directive | None, inside: Sequence[Directive], parent: Level | None) -> Level:
        """A block inside another."""
        files = parent.files if parent else frozenset()
        if directive:
            files |= {directive.span.source.path}
        # Files that stand side by side include each other's blocks no second time, what is in these may.
        beside = frozenset() if parent else frozenset(each.span.source.path for each in inside)
        expanded = tuple(self.expand(inside, files | beside, parent is None))
        named: dict[str, list[Directive]] = {}
        for found in expanded:
            named.setdefault(found.name, []).append(found)
        own = {key: tuple(found) for key, found in named.items()}
        opened = any(map(_may_hold_more, expanded)) or self.left < 0
        steps, rules = (tuple(d for d in expanded if d.name in names) for names in (REWRITES, ACCESS))
        return Level(name, directive, expanded, own, parent, opened, files, steps, rules)

    def expand(self, directives: Iterable[Directive], active: frozenset[str], http: bool) -> Iterator[Directive]:
        """The directives, each include replaced by what it brings; one that cannot be followed stays."""
        for directive in directives:
            if directive.name != "include" or len(directive.args) != 1:
                yield with_environment(directive, self.env)
                continue
            paths = self.files.find(directive, http)
            if paths is None or len(active) > DEEPEST:
                yield directive
                continue
            for path in paths:
                if path in active or not (file := self.file(path)):
                    yield directive
                    continue
                self.included.add(path)
                self.left -= len(file.directives) + 1
                if self.left < 0:
                    return
                yield from self.expand(file.directives, active | {path}, http)

    def included_by_default(self) -> tuple[Directive, ...]:
        """What the files say that lie in the image where its own `nginx.conf` includes them."""
        paths = dict.fromkeys(path for pattern in INCLUDED for path in self.files.files_matching(pattern))
        files = [file for path in paths if (file := self.file(path)) and file.context in ("http", None)]
        self.included.update(file.source.path for file in files)
        return tuple(directive for file in files for directive in file.directives)

    def file(self, path: str) -> NginxFile | None:
        """One file of the project, read now where it was not known to be nginx's before."""
        return self.tree.facts("nginx", path)


def _may_hold_more(directive: Directive) -> bool:
    """Whether a block that holds this may hold more than is seen."""
    return directive.name == "include" or (directive.hole and not directive.args and directive.block is None)
