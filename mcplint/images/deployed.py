"""What `pnpm deploy` copies inside an image: a package of a workspace into a folder of its own."""

from __future__ import annotations

import posixpath

from mcplint.commands.command_lines import program
from mcplint.commands.options import grammar, parse
from mcplint.commands.words import text
from mcplint.images.image import Copied, Copy
from mcplint.images.runs import RunStep
from mcplint.programs.typescript.packages import package_folders
from mcplint.values import Label, Value

OPTIONS = grammar("", "filter dir loglevel reporter config-dir", F="filter", C="dir")


def pnpm_deploy_copy(step: RunStep) -> Copy | None:
    """The copy that `pnpm --filter NAME deploy FOLDER` makes, None where a step does something else.

    What of the package its `files` leave out counts as copied, too. Source: pnpm 10 as it deploys.
    """
    if program(step.argv) != "pnpm":
        return None
    parsed = parse(step.argv[1:], OPTIONS, interspersed=True)
    if not parsed.rest or text(parsed.rest[0]) != "deploy":
        return None
    folder_text = text(parsed.rest[1]) if len(parsed.rest) == 2 else None
    place = step.absolute(folder_text) if folder_text and "dir" not in parsed.flags else None
    source = _package(step, parsed.values("filter"))
    target = Value(None if place is None else (place,), (Label(step.written_at, "copies the package"),))
    files = None if source is None or place is None else (Copied(source or ".", place, True),)
    return Copy((), target, step.written_at, files)


def _package(step: RunStep, filters: tuple[Value[str], ...]) -> str | None:
    """The folder of the project whose package a filter names: by its name, the last part of it, or its folder."""
    package_filter = text(filters[0]) if len(filters) == 1 else None
    if package_filter is None:
        return None
    if package_filter.startswith((".", "{")):
        manifest = step.file(posixpath.join(package_filter.strip("{}"), "package.json"))
        return posixpath.dirname(manifest) if manifest is not None else None
    names = package_folders(step.tree)
    own = [folder for name, folder in names.items() if name.rpartition("/")[2] == package_filter]
    return names.get(package_filter, own[0] if len(own) == 1 else None)
