"""What a project fills into its manifests before it applies them: the image of a container."""

from __future__ import annotations

import re
from posixpath import basename as _name

from mcplint.knowledge.image_references import placeholder
from mcplint.model import Container
from mcplint.project.tree import Tree
from mcplint.services.image_names import SCRIPTS, repository

_TEXTS = (".sh", ".bash", ".mk", ".yml", ".yaml", ".md", ".py", ".js", ".mjs", ".ts", ".json", ".toml", ".ps1")
_FILE = re.compile(
    r"(?<![\w./*$-])[\w./*$-]+\.(?:ya?ml|json|tpl|tmpl|template|toml|env|conf|ini|txt|md|py|js|ts|html)\b"
)
_SETS_IMAGE = re.compile(r"\b(?:kubectl|oc|kustomize)\b.{0,99}\bset\s+image\b")
_FRONT = "|".join(rf"{by}(?:\\.|[^\s\\{by}]){{0,80}}" for by in ("/", r"\|", "#", "@", ",", ":", "!", "~", r"\+", "%"))
"""What may stand in the pattern of `s/…/…/` before a word of it."""
_FILLS = ("sed", "s/", "s|", "s#", "s@", "eplace", "set image")
"""What a line has that does so."""
_LONGEST = 2_000


def may_be_filled_in(container: Container, tree: Tree) -> bool:
    """Whether a script, a workflow or the text of the project puts something in place of what an image's name leaves.

    That is `sed`, a `replace` of a language, `kubectl set image` or `kustomize edit set image`.
    """
    name = container.reference.only
    blank = placeholder(name) if name else ""
    if not name or not blank:
        return False
    own = container.span.source.path
    replaced = re.compile(rf"(?:\bs(?:{_FRONT})|(?:[Rr]eplace\w{{0,9}}\(|-replace\s)\W{{0,4}}){re.escape(blank)}")
    called = re.compile(
        rf"\b(?:{re.escape(container.service or name)}|{re.escape(repository(name).rpartition('/')[2])})\b"
    )
    for path, line in tree.cached(_filling_lines):
        if path == own:
            continue
        if blank in line and replaced.search(line) and _may_mean(line, own):
            return True
        if _SETS_IMAGE.search(line) and (called.search(line) or blank in line):
            return True
    return False


def _filling_lines(tree: Tree) -> tuple[tuple[str, str], ...]:
    """The lines of a project, with their files, that may put something in place of something else."""
    paths = (path for path in sorted(tree.paths) if path.endswith(_TEXTS) or _name(path).lower() in SCRIPTS)
    texts = ((path, tree.glance(path)) for path in paths if tree.mentions(path, *_FILLS))
    lines = ((path, line) for path, text in texts for line in text.replace("\\\n", " ").splitlines())
    return tuple((path, line) for path, line in lines if len(line) < _LONGEST and any(word in line for word in _FILLS))


def _may_mean(line: str, own: str) -> bool:
    """Whether a command may change a file: it names that, or one that is not known, or none."""
    names = _FILE.findall(line)
    return not names or any("*" in name or "$" in name or own.endswith(name.lstrip("./")) for name in names)
