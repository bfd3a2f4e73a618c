"""The accounts that a build makes with `useradd` or `adduser`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mcplint.commands.command_lines import program
from mcplint.commands.options import grammar, parse
from mcplint.commands.words import text
from mcplint.images.runs import RunStep

# The options without a value of `useradd`, and of the `adduser` of Debian and BusyBox.
_FORM = grammar(
    "m M r S D H N U l o create-home no-create-home system disabled-password disabled-login user-group no-user-group "
    "no-log-init non-unique force-badname allow-bad-names quiet"
)


def account(steps: Iterable[RunStep]) -> str:
    """The last account that the commands of a RUN make, empty where they make none whose name is known."""
    made = ""
    for step in steps:
        if program(step.argv) in ("useradd", "adduser"):
            given = [text(word) or "" for word in parse(step.argv[1:], _FORM, interspersed=True).rest]
            names = [name for name in given if re.fullmatch(r"[a-z_][a-z0-9_-]*", name)]
            made = names[0] if len(names) == 1 else made
    return made
