"""Finds what will break in the deployment of an MCP server. A rule imports its words from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mcplint.core import (
        ERROR,
        NOTE,
        WARNING,
        Edit,
        Failure,
        Finding,
        Fix,
        Ignore,
        Note,
        Slot,
        Source,
        Span,
        Unreadable,
        Value,
        rule,
    )
    from mcplint.model import (
        ClientConfig,
        Container,
        DeadEnd,
        Deployment,
        Guard,
        Manifest,
        Package,
        Port,
        Prerequisite,
        Remote,
        Route,
        Server,
        Sibling,
        Spread,
    )

__all__ = [
    "ERROR",
    "NOTE",
    "WARNING",
    "ClientConfig",
    "Container",
    "DeadEnd",
    "Deployment",
    "Edit",
    "Failure",
    "Finding",
    "Fix",
    "Guard",
    "Ignore",
    "Manifest",
    "Note",
    "Package",
    "Port",
    "Prerequisite",
    "Remote",
    "Route",
    "Server",
    "Sibling",
    "Slot",
    "Source",
    "Span",
    "Spread",
    "Unreadable",
    "Value",
    "rule",
]


def __getattr__(name: str) -> Any:
    """Loads the types only when a rule asks for one, so that `mcplint --version` does not pay for them."""
    if name not in __all__:
        raise AttributeError(f"module 'mcplint' has no attribute {name!r}")
    from mcplint import core, model

    globals().update((word, getattr(core, word, None) or getattr(model, word)) for word in __all__)
    return globals()[name]
