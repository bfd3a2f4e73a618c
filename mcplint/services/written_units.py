"""Units of systemd that the scripts of a project write where they install it, with here-documents."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.commands.shell import Ran, Shell
from mcplint.facts.platform import Unit
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.text.paths import is_test

_INTO = (">", ">|")
MOST = 2000


def written_units(tree: Tree, paths: tuple[str, ...]) -> Iterator[Unit]:
    """The units that these scripts write."""
    for path in paths:
        source = tree.source(path)
        if source is None or "ExecStart=" not in source.text or is_test(path):
            continue
        shell = Shell(lambda name: None, None, every=True)
        for number, ran in enumerate(shell.run(LocatedText(source, source.text))):
            if number > MOST:
                break
            yield from _written_unit(ran, shell)


def _written_unit(ran: Ran, shell: Shell) -> Iterator[Unit]:
    """The unit that a command writes, told by the name of its file; a name that is not known is that of the script."""
    from mcplint.readers.platform import unit_within

    redirects = ran.line.redirects
    targets = [each.target for each in redirects if each.operator in _INTO]
    targets += ran.line.argv if any(word.text == "tee" for word in ran.line.argv[:3]) else ()
    target = next((each for each in targets if each.text.strip("\"'").endswith(".service")), None)
    body = next((each.body for each in redirects if each.body is not None), None)
    if target is not None and body is not None and body.exact:
        unit_path = shell.value(target).only
        script = ran.span.source.path
        yield unit_within(body.span(), posixpath.basename(unit_path if unit_path and "$" not in unit_path else script))
