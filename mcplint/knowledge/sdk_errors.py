"""What a program prints when an SDK refuses what it was given, by release. `{}` stands for the keyword or name.

One row a fact: name, package, first and last release (both included; an empty end is the newest), value, source.
"""

from __future__ import annotations

from mcplint.knowledge.sdk_behaviour import RUN, Row

ROWS: tuple[Row, ...] = (
    (
        "error.constructor",
        "mcp",
        "1.12.3",
        "1.30.0",
        "TypeError: FastMCP.__init__() got an unexpected keyword argument '{}'",
        RUN,
    ),
)
