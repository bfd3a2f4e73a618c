"""supervisord on a machine itself: https://supervisord.org/configuration.html"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mcplint.model import Argv, Container
from mcplint.project.tree import Tree
from mcplint.text.paths import is_test
from mcplint.text.source import Span
from mcplint.values import Label, Value

_CONFIGURATION = re.compile(r"(?:^|/)(?:supervisor[\w.-]{0,50}/(?:[^/]+/)?[^/]+|[^/]{0,50}supervisor[^/]*)\.conf$")
_PROGRAM = re.compile(r"^\[program:[^\]\n]+\]", re.MULTILINE)


def supervised(tree: Tree, others: Iterable[str]) -> Iterator[Container]:
    """What supervisord runs on a machine; nothing where one of `others`, such as a Dockerfile, speaks of it."""
    files = [path for path in sorted(tree.paths) if _CONFIGURATION.search(path) and not is_test(path)]
    if not files or any("supervisor" in tree.glance(path) for path in others):
        return
    for path in files:
        source = tree.source(path)
        if source and (program := _PROGRAM.search(source.text)):
            span = Span(source, *program.span())
            words = tuple(Value((word,)) for word in ("supervisord", "-c", f"/{path}"))
            yield Container(
                service="supervisord",
                span=span,
                platform="supervisord",
                env_closed=False,
                env_notes=(Label(span, "variables of the machine are not in the project"),),
                entrypoint=Argv(words, span, (Label(span, "supervisord starts this"),)),
                network_mode=Value(("host",), (Label(span, "supervisord runs it on the host"),)),
                folder=".",
                defaults=True,
            )
