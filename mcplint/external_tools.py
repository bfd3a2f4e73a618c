"""Programs that mcplint starts, never one that the linted project brings."""

from __future__ import annotations

import os


def executable(name: str, project: str) -> str | None:
    """The absolute path of an installed program, or None.

    Entries of PATH that are relative or lie in the project are passed over.
    """
    inside = os.path.realpath(project).rstrip(os.sep) + os.sep
    for folder in filter(os.path.isabs, os.environ.get("PATH", "").split(os.pathsep)):
        path = os.path.join(folder, f"{name}.exe" if os.name == "nt" else name)
        own = inside != os.sep and f"{os.path.realpath(folder)}{os.sep}".startswith(inside)
        if not own and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None
