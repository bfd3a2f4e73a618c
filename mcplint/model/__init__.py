"""The parts of a deployment, from what clients are told to what runs: remote, route, server, container.

Every part knows its own span and how it was linked. A setting is a `Value`: rules ask it with `must` and `may`.
"""

from __future__ import annotations

from mcplint.model.builds import Account, Called, EntryPoint, Lack, Packaged, StartScript
from mcplint.model.calls import Absent, Call, Clash, Unselected, Versioned
from mcplint.model.containers import (
    Argv,
    Build,
    Container,
    Covered,
    Dependency,
    Install,
    Mount,
    NamedFile,
    PlatformProbe,
    Port,
    Prerequisite,
    Probe,
    Sibling,
)
from mcplint.model.deployment import Deployment
from mcplint.model.links import ASSUMED, MADE, MISSING, STATED, Link, Loose, Unfollowed
from mcplint.model.program import Argument, Asgi, Cors, Endpoint, Guard, Import, LogLevel, Mounted, SdkCall, Store
from mcplint.model.published import (
    ClientConfig,
    Distribution,
    GitRemote,
    Labelled,
    Manifest,
    Misread,
    Package,
    Project,
    Remote,
)
from mcplint.model.routes import Cache, DeadEnd, ErrorPage, Member, Route, Setting
from mcplint.model.servers import Sdk, Server, Spread

__all__ = [
    "ASSUMED",
    "MADE",
    "MISSING",
    "STATED",
    "Absent",
    "Account",
    "Argument",
    "Argv",
    "Asgi",
    "Build",
    "Cache",
    "Call",
    "Called",
    "Clash",
    "ClientConfig",
    "Container",
    "Cors",
    "Covered",
    "DeadEnd",
    "Dependency",
    "Deployment",
    "Distribution",
    "Endpoint",
    "EntryPoint",
    "ErrorPage",
    "GitRemote",
    "Guard",
    "Import",
    "Install",
    "Labelled",
    "Lack",
    "Link",
    "LogLevel",
    "Loose",
    "Manifest",
    "Member",
    "Misread",
    "Mount",
    "Mounted",
    "NamedFile",
    "Package",
    "Packaged",
    "PlatformProbe",
    "Port",
    "Prerequisite",
    "Probe",
    "Project",
    "Remote",
    "Route",
    "Sdk",
    "SdkCall",
    "Server",
    "Setting",
    "Sibling",
    "Spread",
    "StartScript",
    "Store",
    "Unfollowed",
    "Unselected",
    "Versioned",
]
