"""Finds what will break in the deployment of an MCP server. A rule imports its words from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mcplint.findings import ERROR, NOTE, WARNING, Failure, Finding, Fix, Ignore, NotFollowed, Unreadable, rule
    from mcplint.model import (
        Bridge,
        Call,
        ClientConfig,
        ClientFlaw,
        Container,
        DeadEnd,
        Deployment,
        EntryPoint,
        Guard,
        Hijack,
        LackKind,
        Manifest,
        MisnamedImage,
        MissingFile,
        Mistyped,
        Package,
        Port,
        PortConflict,
        Prerequisite,
        Remote,
        Route,
        Scrape,
        Secret,
        Server,
        Sibling,
        Spread,
        Unfollowed,
        UnmatchedSelector,
        Unscraped,
        VersionKey,
    )
    from mcplint.text.source import Edit, Source, Span
    from mcplint.values import EditSite, Label, Value

__all__ = [
    "ERROR",
    "NOTE",
    "WARNING",
    "Bridge",
    "Call",
    "ClientConfig",
    "ClientFlaw",
    "Container",
    "DeadEnd",
    "Deployment",
    "Edit",
    "EditSite",
    "EntryPoint",
    "Failure",
    "Finding",
    "Fix",
    "Guard",
    "Hijack",
    "Ignore",
    "Label",
    "LackKind",
    "Manifest",
    "MisnamedImage",
    "MissingFile",
    "Mistyped",
    "NotFollowed",
    "Package",
    "Port",
    "PortConflict",
    "Prerequisite",
    "Remote",
    "Route",
    "Scrape",
    "Secret",
    "Server",
    "Sibling",
    "Source",
    "Span",
    "Spread",
    "Unfollowed",
    "UnmatchedSelector",
    "Unreadable",
    "Unscraped",
    "Value",
    "VersionKey",
    "rule",
]


def __getattr__(name: str) -> Any:
    """Loads the types only when a rule asks for one, so that `mcplint --version` does not pay for them."""
    if name not in __all__:
        raise AttributeError(f"module 'mcplint' has no attribute {name!r}")
    from mcplint import findings, model, values
    from mcplint.text import source

    homes = (findings, values, source, model)
    globals().update((word, next(getattr(home, word) for home in homes if hasattr(home, word))) for word in __all__)
    return globals()[name]
