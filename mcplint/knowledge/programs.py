"""Programs of other people by what they are: shells, package managers of Node, those that always succeed."""

from __future__ import annotations

SHELLS = ("sh", "bash", "dash", "ash", "zsh")
NODE_MANAGERS = ("npm", "pnpm", "yarn", "bun")
SUCCEEDING = frozenset({"true", ":", "echo", "printf"})
"""What does nothing but say something, whatever it is told."""
