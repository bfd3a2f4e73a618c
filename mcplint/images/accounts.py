"""The accounts that a build makes with `useradd` or `adduser`: their numbers and their homes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mcplint.commands.command_lines import program
from mcplint.commands.options import Parsed, grammar, parse
from mcplint.commands.words import text
from mcplint.images.runs import RunStep
from mcplint.model import Account
from mcplint.text.number import whole_number

# The options without a value of `useradd`, and of the `adduser` of Debian and BusyBox.
_BARE = (
    "m M r D N U l o create-home no-create-home system disabled-password disabled-login user-group no-user-group "
    "no-log-init non-unique force-badname allow-bad-names quiet"
)
_USERADD = grammar(_BARE, None, u="uid", d="home-dir", m="create-home", M="no-create-home", r="system")
_ADDUSER = grammar(f"{_BARE} H S", None, u="uid", h="home", H="no-create-home", S="system")

FILE = "/etc/passwd"
"""Where all accounts stand."""
UNNAMED = Account("", None, None, None)
"""Any that something else may make, or change, than those programs."""


def accounts(steps: Iterable[RunStep]) -> Iterator[Account]:
    """The accounts that the commands of a RUN make, as far as their names are known."""
    for step in steps:
        tool = program(step.argv)
        if tool in ("useradd", "adduser"):
            parsed = parse(step.argv[1:], _USERADD if tool == "useradd" else _ADDUSER, interspersed=True)
            given = [text(word) or "" for word in parsed.rest]
            names = [name for name in given if re.fullmatch(r"[a-z_][a-z0-9_-]*", name)]
            if len(names) == 1:
                yield _account(tool, names[0], parsed)


def _account(tool: str, name: str, parsed: Parsed) -> Account:
    """`useradd` makes a home only where it is asked to, `adduser` unless it is asked not to, for the system or not."""
    uid = next(iter(parsed.values("uid")), None)
    number = text(uid) if uid is not None else None
    home = next(iter(parsed.values("home-dir", "home")), None)
    place = f"/home/{name}" if home is None else text(home)
    made: bool | None = parsed.first("create-home") is not None if tool == "useradd" else None
    if tool == "adduser" and not parsed.first("system", "no-create-home"):
        made = True
    return Account(name, whole_number(number) if number else None, place, made)
