"""What a program turns out to start: its MCP servers with their settings, and what it reads on the way."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.findings import Failure
from mcplint.model import Import, Refusal, Server
from mcplint.values import Label


class Outcome(NamedTuple):
    """What following a program comes to.

    `servers`: those that it starts, without id, container and links. `asked`: the environment variables that decide
    about them. `imports`: what it imports of SDKs. `entry`: the file of the project that is started, or None.
    `unknown`: why something could not be followed. `missing`: the target that the project provably lacks, in words.
    `refused`: what of its arguments ends it. `failures`: where mcplint itself failed.
    `complete`: whether the program was followed to its end. `steps`: how much work that was.
    """

    servers: tuple[Server, ...] = ()
    asked: frozenset[str] = frozenset()
    imports: tuple[Import, ...] = ()
    entry: str | None = None
    unknown: tuple[Label, ...] = ()
    missing: str | None = None
    refused: Refusal | None = None
    failures: tuple[Failure, ...] = ()
    complete: bool = True
    steps: int = 0
