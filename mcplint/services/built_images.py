"""Which image a service builds, which a Dockerfile makes that nothing builds, and what that is likely to be called."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from mcplint.dependencies.node_packages import package_json
from mcplint.facts.dependencies import PROJECTS
from mcplint.facts.dockerfile import Dockerfile
from mcplint.images.assembly import image
from mcplint.images.build_arguments import Context
from mcplint.images.image import Image
from mcplint.images.wanted import needed_files, started_files
from mcplint.model import Build, Container
from mcplint.project.cache import cached
from mcplint.project.inner import is_inner
from mcplint.project.tree import Tree
from mcplint.services.workflow_values import repository_names
from mcplint.text.paths import outwards
from mcplint.values import Label, Value

if TYPE_CHECKING:
    from mcplint.services.image_names import NamedBuild


NAMING = ("org.opencontainers.image.ref.name", "name")
"""Labels that say what an image is called: OCI's, and the one that Red Hat asks for."""


class Builds:
    """The images of a project's Dockerfiles; a class because what is built alike for several is built once."""

    def __init__(self, tree: Tree, dockerfiles: Mapping[str, Dockerfile]) -> None:
        self.tree, self.dockerfiles = tree, dockerfiles
        self._images: dict[object, Image | None] = {}

    def of(self, service: Container) -> Image | None:
        """The image that a service builds, as far as the files tell."""
        build = service.build
        if build and build.inline is not None:
            return self._inline(build)
        path = build.dockerfile.only if build else None
        if not build or not path or path not in self.dockerfiles or build.target.options is None:
            return None
        return self._image(path, _context(build), build.args, build.target.only)

    def _inline(self, build: Build) -> Image | None:
        """The image of a Dockerfile that stands in the compose file itself."""
        from mcplint.services.inline_builds import inline_dockerfile

        if (key := build.span) not in self._images:
            found = inline_dockerfile(build, self.tree) if build.target.options is not None else None
            made = image(found, self.tree, build.args, build.target.only, _context(build)) if found else None
            self._images[key] = made
        return self._images[key]

    def standalone_image(self, path: str) -> Image | None:
        """The image of a Dockerfile alone: built from the folder that workflows and recipes give it, where they agree,
        else from the nearest one that has all that its stages copy and its commands need, or that the last of them
        does, or the root."""
        args = _build_arguments(
            [one for builds in self._builds_by_name.values() for one in builds if one.dockerfile == path]
        )
        if (given := self._stated_context(path)) is not None:
            return self._image(path, given, args)
        found: Image | None = None
        whole: list[tuple[Image, dict[str, bool]]] = []
        for folder in outwards(posixpath.dirname(path)):
            made = self._image(path, Context(folder), args)
            if not made:
                return made
            if all(complete(stage, self.tree) for stage in made.stages):
                whole.append((made, needed_files(made, self.tree)))
                if all(whole[-1][1].values()):
                    break
            found = found if found and complete(found, self.tree) else made
        if not whole:
            return found
        nearest = _nearest(whole)
        return nearest or self._image(path, Context(None), args)

    def other_context(self, made: Image) -> str | None:
        """The other folder that an image alone may be built from as well: one further out with all that it needs."""
        if made.context is None or self._stated_context(made.dockerfile) is not None:
            return None
        starts = [posixpath.relpath(path, made.context) for path in started_files(made, self.tree)]
        for folder in outwards(posixpath.dirname(made.folder)) if starts and made.folder else ():
            if all(posixpath.join(folder, start) in self.tree.paths for start in starts):
                other = self._image(made.dockerfile, Context(folder))
                whole = other and all(complete(stage, self.tree) for stage in other.stages)
                if other and whole and all(needed_files(other, self.tree).values()):
                    return folder or "."
        return None

    def _stated_context(self, path: str) -> Context | None:
        """The one folder that files of the project build a Dockerfile from, None where they name none or several."""
        found = [one for builds in self._builds_by_name.values() for one in builds if one.dockerfile == path]
        folders = {one.context for one in found}
        certain = next((one for one in found if one.certain), None)
        if not certain or len(folders) != 1 or (certain.context != "." and certain.context not in self.tree.folders):
            return None
        cloned = all(one.cloned for one in found)
        where = "the root of the project" if certain.context == "." else certain.context
        label = Label(certain.label.span, f"builds it from {where}{' as git clones it' if cloned else ''}")
        return Context(certain.context, True, cloned, label)

    @cached_property
    def images_by_likely_name(self) -> Mapping[str, list[Image]]:
        """The images of all Dockerfiles, by what they are likely to be called."""
        found: dict[str, list[Image]] = {}
        for made in filter(None, map(self.standalone_image, sorted(self.dockerfiles))):
            for name in _names(made, self.tree) | (self._charts if len(self.dockerfiles) == 1 else set()):
                found.setdefault(name, []).append(made)
        return found

    @cached_property
    def _charts(self) -> set[str]:
        """What the Helm charts of a project are called, as the one image is that they are for."""
        return {path.split("/")[-2].lower() for path in self.tree.files_named("Chart.yaml") if "/" in path}

    def image_named(self, name: str) -> tuple[Image, Label] | None:
        """The image that files of the project build under a name, and where; None where they build several so.

        `name`: with its tag, where it has one.
        """
        from mcplint.services.image_names import repository

        found = self.builds_of_name(name)
        if not found and len(by_label := self._labelled.get(repository(name).lower(), [])) == 1:
            return by_label[0]
        if len(found) != 1 or found[0].dockerfile not in self.dockerfiles:
            return None
        args = _build_arguments(
            [one for one in self._builds_by_name.get(found[0].name, found) if one.dockerfile == found[0].dockerfile]
        )
        made = self._image(found[0].dockerfile, Context(found[0].context, True), args, found[0].target)
        return (made, found[0].label) if made else None

    def builds_of_name(self, name: str) -> list[NamedBuild]:
        """The first of each way in which files of the project build a name: with its tag, where one of them says so."""
        from mcplint.services.image_names import repository, tag_of

        plain = repository(name).lower()
        found = self._builds_by_name.get(plain) or self._builds_matching(plain)
        found = [one for one in found if one.tag == tag_of(name)] or found
        return list({(one.dockerfile, one.target): one for one in reversed(found)}.values())[::-1]

    def is_open(self, name: str) -> bool:
        """Whether an image is one of the project of which it is not known how it is built, or what it is called."""
        from mcplint.services.image_names import repository

        plain = repository(name).lower()
        formed = [
            one for pattern, builds in self._builds_by_name.items() if fnmatchcase(plain, pattern) for one in builds
        ]
        return len(self.builds_of_name(name)) > 1 or any(
            "*" in one.name and not self._likely_names(one) for one in formed
        )

    def may_build(self, name: str) -> bool:
        """Whether the project may build an image of this name, also where its builds only have a pattern for it."""
        from mcplint.services.image_names import repository

        plain = repository(name).lower()
        return any(
            not pattern or ("*" in pattern and fnmatchcase(plain, pattern)) or pattern == plain
            for pattern in self._builds_by_name
        )

    def is_unplaced(self, name: str) -> bool:
        """Whether an image of this name, or of one that is not known, is built from a folder that is not known."""
        from mcplint.services.image_names import repository

        return not self._unplaced.isdisjoint(("", repository(name).lower()))

    @cached_property
    def _labelled(self) -> Mapping[str, list[tuple[Image, Label]]]:
        """The images of all Dockerfiles, by the names that their labels say."""
        from mcplint.services.image_names import repository

        found: dict[str, list[tuple[Image, Label]]] = {}
        for made in filter(None, map(self.standalone_image, sorted(self.dockerfiles))):
            for value in (made.labels[name] for name in NAMING if name in made.labels):
                if value.only and "/" in value.only and value.span:
                    label = Label(value.span, f"says that it is {value.only}")
                    found.setdefault(repository(value.only).lower(), []).append((made, label))
        return found

    def _builds_matching(self, name: str) -> list[NamedBuild]:
        """The builds whose name has this form; a repository of any name must be called as the project is."""
        found: list[NamedBuild] = []
        for pattern, builds in self._builds_by_name.items():
            if "*" in pattern and fnmatchcase(name, pattern) and name.count("/") == pattern.count("/"):
                last = name.rpartition("/")[2]
                found += [one for one in builds if not pattern.endswith("*") or last in self._likely_names(one)]
        return found

    def _likely_names(self, build: NamedBuild) -> set[str]:
        made = self.standalone_image(build.dockerfile) if build.dockerfile in self.dockerfiles else None
        return _names(made, self.tree) if made else set()

    @property
    def _builds_by_name(self) -> Mapping[str, list[NamedBuild]]:
        return self._builds_and_unplaced[0]

    @property
    def _unplaced(self) -> set[str]:
        return self._builds_and_unplaced[1]

    @cached_property
    def _builds_and_unplaced(self) -> tuple[Mapping[str, list[NamedBuild]], set[str]]:
        """The builds of the project by the name that they give, and the names of those of no known Dockerfile."""
        from mcplint.services.image_names import named_builds
        from mcplint.services.script_words import OPEN

        found: dict[str, list[NamedBuild]] = {}
        unplaced: set[str] = set()
        folders: dict[str, list[str]] = {}
        for path in self.dockerfiles:
            folders.setdefault(posixpath.dirname(path) or ".", []).append(path)
        for one in named_builds(self.tree):
            # Of a file that is not known there is one that it can be where its folder has no other.
            paths = [one.dockerfile] if one.dockerfile else folders.get(one.context, [])
            if len(paths) == 1:
                found.setdefault(one.name, []).append(one._replace(dockerfile=paths[0]))
            elif one.context == OPEN:
                unplaced.add(one.name)
        return found, unplaced

    def _image(
        self, path: str, given: Context, args: Mapping[str, Value[str]] = {}, target: str | None = None
    ) -> Image | None:
        given = given._replace(folder=".") if given.folder == "" else given
        key = (path, given, frozenset(args.items()), target)
        if key not in self._images:
            asked = (path, given, args, target)
            self._images[key], _ = cached(self.tree, asked, {}, lambda _: self._build_image(*asked))
        return self._images[key]

    def _build_image(
        self, path: str, given: Context, args: Mapping[str, Value[str]], target: str | None
    ) -> Image | None:
        # What comes of a Dockerfile holds as long as its text does.
        self.tree.source(path)
        return image(self.dockerfiles[path], self.tree, args, target, given)


def _nearest(images: list[tuple[Image, dict[str, bool]]]) -> Image | None:
    """The first of the images of a Dockerfile whose folder has all that any of the others has of what they need.

    None where each has what another lacks, or none has any of it although the project does elsewhere.
    """
    met = [{name for name, there in wants.items() if there} for _, wants in images]
    every = set[str]().union(*met)
    if not every and len(images) > 1 and any(images[0][1]):
        return None
    return next((made for (made, _), names in zip(images, met, strict=True) if names == every), None)


def _build_arguments(builds: list[NamedBuild]) -> Mapping[str, Value[str]]:
    """The build arguments that builds of a Dockerfile are given: known where all of them say the same."""
    found: dict[str, Value[str]] = {}
    for name in dict.fromkeys(name for one in builds for name, _ in one.args):
        stated = {dict(one.args).get(name) for one in builds}
        labels = [one.label for one in builds if name in dict(one.args)]
        value = stated.pop() if len(stated) == 1 else None
        found[name] = Value(None if value is None else (value,), (Label(labels[0].span, f"gives it {name}"),))
    return found


def _context(build: Build) -> Context:
    """The folders that a service says its image is built from."""
    return Context(build.context.only, True, named=tuple(build.contexts.items()))


def _names(made: Image, tree: Tree) -> set[str]:
    """What an image is likely to be called: as its Dockerfile's folder, or as the project that it is built from."""
    folder = posixpath.dirname(made.dockerfile)
    names = {posixpath.basename(folder)}
    for where in {folder, made.folder}:
        projects = (tree.facts("project", posixpath.join(where, file)) for file in PROJECTS)
        found = [project for project in projects if project]
        names |= {project.name.only or "" for project in found}
        names |= {name for project in found for name in repository_names(project)}
        package = package_json(tree, where)
        names |= {package.name.rpartition("/")[2]} if package else set()
    return {name.lower().replace("_", "-") for name in names if name}


def complete(made: Image, tree: Tree) -> bool:
    """Whether the folder that the build is given has every file that the image copies from it."""
    base = f"{made.folder}/" if made.folder else ""
    for copy in made.copies:
        for source in copy.sources if copy.stage is None and copy.image is None else ():
            spelled = source.only or "."
            path = posixpath.normpath(spelled.lstrip("/") or ".")
            plain = "://" not in spelled and not any(sign in spelled for sign in "*?[")
            there = path == "." or base + path in tree.paths or base + path in tree.folders
            if plain and not there and not is_inner(tree, base + path):
                return False
    return True
