"""Programs of other people by what they are: shells, package managers of Node, those that always succeed."""

from __future__ import annotations

SHELLS = ("sh", "bash", "dash", "ash", "zsh")
NODE_MANAGERS = ("npm", "pnpm", "yarn", "bun")
PACKAGES = {
    **dict.fromkeys(("pgrep", "pkill", "ps", "top", "free"), ("procps",)),
    **dict.fromkeys(("nc", "netcat", "ncat"), ("netcat", "ncat", "nmap", "busybox")),
    **dict.fromkeys(("ss", "ip"), ("iproute2",)),
    **dict.fromkeys(("psql", "pg_isready"), ("postgresql",)),
    **dict.fromkeys(("mysql", "mysqladmin"), ("mysql", "mariadb")),
    **dict.fromkeys(("dig", "nslookup"), ("dnsutils", "bind-tools", "bind9")),
    "wget": ("busybox",),
    "netstat": ("net-tools",),
    "ping": ("iputils",),
    "redis-cli": ("redis",),
    "http": ("httpie",),
}
"""Words of the packages of Debian and Alpine that bring a program under another name than its own."""
SUCCEEDING = frozenset({"true", ":", "echo", "printf"})
"""What does nothing but say something, whatever it is told."""
