"""Programs of other people by what they are: shells, runtimes, package managers, those that always succeed."""

from __future__ import annotations

SHELLS = ("sh", "bash", "dash", "ash", "zsh")
INITS = ("tini", "tini-static", "docker-init", "dumb-init", "catatonit")
"""What starts another program as process 1 and stays beside it."""
NODE_MANAGERS = ("npm", "pnpm", "yarn", "bun")
NODE_NAMES = ("node", "nodejs")
NODE_RUNTIMES = (*NODE_NAMES, "bun", "deno")
NODE_LOADERS = ("tsx", "ts-node", "ts-node-esm", "ts-node-dev", "tsnd")
"""Node with a loader for TypeScript."""
DENO_VERBS = frozenset({"run", "serve", "task", "eval", "repl", "x"})
"""The subcommands of Deno that start something."""
PACKAGE_RUNNERS = ("npx", "bunx", "pnpx")
PACKAGE_EXEC = ("exec", "dlx", "x")
"""The subcommands of a package manager of Node that do what `npx` does."""
TASK_RUNNERS = ("make", "just", "poe", "task")
CONTAINER_ENGINES = ("docker", "podman", "nerdctl")
"""Command lines that take the arguments of Docker's."""
PROXIES = (
    *(
        "nginx",
        "openresty",
        "caddy",
        "haproxy",
        "lighttpd",
        "httpd",
        "apache2",
        "apache2ctl",
        "traefik",
        "envoy",
        "socat",
    ),
    *("cloudflared", "ngrok", "frpc", "stunnel", "stunnel4", "varnishd", "tailscaled"),
)
"""What passes requests on to a server."""
HELP = frozenset({"--help", "--version", "-h", "-V"})
"""Arguments at which a program tells of itself and ends."""
SYSTEM_INSTALLERS = frozenset({"apt-get", "apt", "apt-fast", "apk", "dnf", "microdnf", "yum"})
JAVASCRIPT = (".js", ".mjs", ".cjs")
TYPESCRIPT = (".ts", ".mts", ".cts")
"""The suffixes of files that Node, and that its loaders, run."""
NODE_SUFFIXES = (*JAVASCRIPT, *TYPESCRIPT)
PACKAGES = {
    **dict.fromkeys(("pgrep", "pkill", "ps", "top", "free"), ("procps",)),
    **dict.fromkeys(("nc", "netcat", "ncat"), ("netcat", "ncat", "nmap", "busybox")),
    **dict.fromkeys(("ss", "ip"), ("iproute2",)),
    **dict.fromkeys(("psql", "pg_isready"), ("postgresql",)),
    **dict.fromkeys(("mysql", "mysqladmin"), ("mysql", "mariadb")),
    **dict.fromkeys(("dig", "nslookup"), ("dnsutils", "bind-tools", "bind9")),
    "wget": ("busybox",),
    "netstat": ("net-tools", "busybox"),
    "node": ("nvm", "volta", "fnm", "playwright", "npm", "pnpm", "yarn", "bun", "asdf", "mise"),
    "ping": ("iputils",),
    "redis-cli": ("redis",),
    "http": ("httpie",),
}
"""Words of the packages of Debian and Alpine that bring a program under another name than its own."""
WITHOUT_FILES = frozenset(
    (
        *("rm", "rmdir", "mkdir", "touch", "chmod", "chown", "adduser", "addgroup", "useradd", "groupadd", "usermod"),
        *("apt-get", "apt", "apk", "dnf", "microdnf", "yum", "echo", "printf", "true", ":", "set", "export", "cd"),
        *("corepack", "ls", "cat", "find", "xargs"),
    )
)
"""The programs of a build or a start that make no file which Node would load."""
SUCCEEDING = frozenset({"true", ":", "echo", "printf"})
"""What does nothing but say something, whatever it is told."""
UNCONCERNED = SUCCEEDING | {
    *("mkdir", "rm", "rmdir", "cd", "ls", "touch", "ln", "chmod", "chown", "chgrp", "install", "sync", "date", "pwd"),
    *("useradd", "adduser", "groupadd", "addgroup", "usermod", "export", "unset"),
}
"""What does its work whether or not packages are there."""
PYTHON_MANAGERS = frozenset(
    {"pip", "pipx", "uv", "poetry", "pdm", "pipenv", "hatch", "rye", "conda", "mamba", "micromamba"}
)
KEEPING = (
    SYSTEM_INSTALLERS
    | UNCONCERNED
    | frozenset(
        (
            # They change what they name.
            *(
                "cp",
                "mv",
                "unlink",
                "sed",
                "awk",
                "gawk",
                "perl",
                "tr",
                "tee",
                "dos2unix",
                "fromdos",
                "setfacl",
                "rsync",
            ),
            *("truncate", "dd", "gzip", "gunzip", "xz", "bunzip2", "patch", "envsubst", "mktemp", "split", "base64"),
            # They change accounts, packages and what belongs to the system.
            *("userdel", "groupdel", "deluser", "delgroup", "groupmod", "passwd", "chpasswd", "gpasswd", "chsh", "su"),
            *(
                "dpkg",
                "dpkg-reconfigure",
                "apt-key",
                "apt-mark",
                "apt-cache",
                "apt-config",
                "add-apt-repository",
                "rpm",
            ),
            *("update-ca-certificates", "update-alternatives", "update-locale", "locale-gen", "localedef", "ldconfig"),
            *("setcap", "gpg", "fc-cache", "rustup", "cargo", "go", "gem", "corepack", "gcc", "g++", "cc", "rustc"),
            *("crontab", "visudo", "ssh-keygen", "ssh-keyscan", "openssl", "debconf-set-selections", "hf", "spacy"),
            *("huggingface-cli", "npm-check-updates", "tsc", "esbuild", "vite", "n"),
            # They bring files, as the user that runs them, and show or ask for something.
            *(
                "git",
                "curl",
                "wget",
                "cat",
                "test",
                "[",
                "[[",
                "which",
                "type",
                "hash",
                "sleep",
                "id",
                "whoami",
                "uname",
            ),
            *("grep", "egrep", "cut", "sort", "uniq", "head", "tail", "wc", "diff", "cmp", "getent", "env", "read"),
            *("stat", "file", "df", "du", "ps", "arch", "nproc", "basename", "dirname", "realpath", "readlink", "seq"),
            *("sha256sum", "sha512sum", "md5sum", "jq", "yq", "hostname", "umask", "exit", "return", "shift", "trap"),
            *("wait", "local", "declare", "ulimit", "shopt", "set", "export", "break", "continue", "expr", "free"),
        )
    )
)
"""The programs that give no file another owner, mode or text but those that they name."""
DJANGO_COMMANDS = frozenset(
    (
        *("changepassword", "check", "clearsessions", "collectstatic", "compilemessages", "createcachetable"),
        *("createsuperuser", "dbshell", "diffsettings", "dumpdata", "findstatic", "flush", "help", "inspectdb"),
        *("loaddata", "makemessages", "makemigrations", "migrate", "ogrinspect", "optimizemigration"),
        *("remove_stale_contenttypes", "runserver", "sendtestemail", "shell", "showmigrations", "sqlflush"),
        *("sqlmigrate", "sqlsequencereset", "squashmigrations", "startapp", "startproject", "test", "testserver"),
        "version",
    )
)
"""The commands of Django itself (https://docs.djangoproject.com/en/5.2/ref/django-admin/)."""
