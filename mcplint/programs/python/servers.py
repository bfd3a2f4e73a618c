"""The MCP servers of a run: noted where they start to serve, joined over the ways that the program may go."""

from __future__ import annotations

from mcplint.model import Server
from mcplint.programs.alternatives import coerced
from mcplint.programs.journal import Ended
from mcplint.programs.python.blocking import blocking
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.side_effects import file_stores, side_effects
from mcplint.programs.python.state import BACKGROUND, DIVERTED, FOLDERS, MEASURED, PRINTED, SURELY_PRINTED, WRITTEN


def start_serving(machine: Machine, *served: Server) -> None:
    """The program serves from here on, what else it may be where no server is seen in it; raises Ended."""
    found = (_with_side_effects(machine, each) for each in served)
    machine.paths.append(tuple(dict.fromkeys((*BACKGROUND.of(machine.state), *found))) or None)
    raise Ended


def _with_side_effects(machine: Machine, served: Server) -> Server:
    """The server with what it writes to standard output, and what its tools do."""
    served = coerced(served)
    tools = [function for made, function in machine.tools if made == served.made]
    done = side_effects(machine, tools)
    printed, surely = PRINTED.of(machine.state), SURELY_PRINTED.of(machine.state)
    certain = tuple(note for note in printed if note in surely) or (printed if surely else ())
    return served._replace(
        printed=certain,
        printed_maybe=tuple(note for note in printed if note not in certain),
        prints=() if DIVERTED.of(machine.state) else done.prints,
        back_channel=done.asks,
        file_stores=file_stores(done.touches),
        writes=WRITTEN.of(machine.state),
        blocking=blocking(tools),
        served_folders=FOLDERS.of(machine.state),
        metrics=MEASURED.of(machine.state),
    )
