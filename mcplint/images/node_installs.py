"""The steps of an image build that install the packages of a project by npm, pnpm, yarn or bun."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcplint.commands.command_lines import program
from mcplint.commands.words import spelled, text, written
from mcplint.images.runs import RunStep
from mcplint.model import NodeInstall
from mcplint.values import EditSite

LOCKS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "pnpm": ("pnpm-lock.yaml",),
    "yarn": ("yarn.lock",),
    "bun": ("bun.lock", "bun.lockb", "package-lock.json"),
}
VERBS = {
    "npm": ("install", "i", "ci", "clean-install", "add"),
    "pnpm": ("install", "i"),
    "yarn": ("install", ""),
    "bun": ("install", "i", "ci"),
}
FROZEN = ("--frozen-lockfile", "--immutable", "--immutable-cache")


def node_installs(steps: Iterable[RunStep]) -> Iterator[NodeInstall]:
    """The installs of a project's own packages among the commands of one RUN; those of tools by name are left out."""
    for step in steps:
        tool = program(step.argv)
        if tool not in LOCKS:
            continue
        words = [spelled(word) for word in step.argv[1:]]
        plain = [word for word in words if not word.startswith("-")]
        verb = plain[0] if plain else ""
        if verb not in VERBS[tool] or len(plain) > 1 or any(word in ("-g", "--global") for word in words):
            continue
        if step.file("package.json") is None:
            continue  # of a project that is built first, or somebody else's
        yield _install(tool, verb, step, words)


def _install(tool: str, verb: str, step: RunStep, words: list[str]) -> NodeInstall:
    find = step.file if tool == "npm" else step.upwards
    lock = next((found for name in LOCKS[tool] if (found := find(name))), None)
    own = next((word for word in step.argv[1:] if text(word) == verb), None)
    place = written(own) if own is not None and verb else None
    slot = EditSite(place) if place is not None and place.text == verb else None
    ci = step.env.get("CI")
    insists = verb in ("ci", "clean-install") or any(word.startswith(FROZEN) for word in words)
    told = ci is not None and ci.may(lambda value: value not in (None, "", "false", "0")) and tool in ("pnpm", "yarn")
    known = any(map(step.tree.called, LOCKS[tool]))
    return NodeInstall(tool, " ".join(filter(None, (tool, verb))), step.place, insists or told, lock, known, slot)
