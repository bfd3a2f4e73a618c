"""A Docker daemon of the tests' own: images built as Dockerfiles say, containers with a network of their own.

Base images are stand-ins: Debian 13 with its Python under every name of `python:*`, with the machine's Node and npm
under every name of `node:*`, the uv of the tests under every name of `ghcr.io/astral-sh/uv`. What a Dockerfile is wrong
about must not hang on a base's minor release of Python or Node.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from uv import find_uv_bin

from tests.lab import need
from tests.lab.servers import cache

SUITE = "trixie"
PACKAGES = "python3,python3-pip,python3-venv,ca-certificates"
# What this machine needs to reach the package index, told to every image.
_NETWORK = re.compile(r"(?i)(?:https?|no)_proxy|pip_(?:extra_)?index_url|uv_(?:default_)?index(?:_url)?")
_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
_STARTED = 60
# Bytes of memory of which half are more than enough for all images.
_MUCH = 12 << 30


STAND_INS = {"ghcr.io/astral-sh/uv": "lab-uv", "python": "lab-python", "node": "lab-node"}


class Failed(Exception):
    """A build that ended with an error; its text is what was printed."""


class Running(NamedTuple):
    """A container; `address` is only there in a network namespace of its own, which `inside` enters."""

    daemon: Daemon
    name: str

    @property
    def state(self) -> dict[str, object]:
        """What Docker says of it: `Running`, `Pid`, `ExitCode`, `Error`, `Health`."""
        said: dict[str, object] = json.loads(self.daemon.docker("inspect", "-f", "{{json .State}}", self.name))
        return said

    @property
    def output(self) -> str:
        """What it has printed so far, errors included."""
        return self.daemon.docker("logs", self.name)

    def inside(self, *command: str | Path, stdin: str = "") -> str:
        """What a command of this machine prints in the container's network."""
        enter = ("nsenter", "--target", str(self.state["Pid"]), "--net")
        done = subprocess.run([*enter, *command], input=stdin, capture_output=True, text=True, timeout=90, check=True)
        return done.stdout

    def listens(self, port: int, seconds: float = 90) -> bool:
        """Whether something listens on a port before the time is up or the container ends."""
        pid, end = self.state["Pid"], time.monotonic() + seconds
        wanted = re.compile(rf"^ *\d+: [0-9A-F]+:{port:04X} [0-9A-F]+:0000 0A ", re.M)
        with contextlib.suppress(OSError):
            while pid and time.monotonic() < end:
                if any(wanted.search(Path(f"/proc/{pid}/net/{name}").read_text()) for name in ("tcp", "tcp6")):
                    return True
                time.sleep(0.1)
        return False

    def health(self, seconds: float = 60) -> str:
        """What its HEALTHCHECK comes to, `healthy` or `unhealthy`; `starting` where it comes to neither in time."""
        end, status = time.monotonic() + seconds, "starting"
        while status == "starting" and time.monotonic() < end:
            time.sleep(0.5)
            status = self.daemon.docker("inspect", "-f", "{{.State.Health.Status}}", self.name).strip()
        return status


class Daemon(NamedTuple):
    """A running daemon: its client, its socket."""

    client: str
    socket: str

    def docker(self, *arguments: str | Path, stdin: str | None = None, seconds: float = 600) -> str:
        """What the client prints, errors included; raises `Failed` with it where it fails."""
        env = os.environ | {"DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "1", "DOCKER_CONTEXT": "default"}
        given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        done = subprocess.run([self.client, *arguments], env=env, text=True, timeout=seconds, **given, **both)
        if done.returncode:
            raise Failed(done.stdout)
        return done.stdout

    def build(self, folder: Path) -> str:
        """The name of the image of a folder's Dockerfile; raises `Failed`."""
        for name in re.findall(r"^(?:FROM|COPY --from=)\s*(\S+[:/]\S+)", (folder / "Dockerfile").read_text(), re.M):
            stand_in = next((own for image, own in STAND_INS.items() if name.startswith(f"{image}:")), None)
            assert stand_in, f"nothing stands in for {name}"
            if stand_in == "lab-node" and not self.docker("images", "--quiet", stand_in):
                _make_node(self)
            self.docker("tag", stand_in, name)
        made = folder.with_name(f"{folder.name}.image")
        self.docker("build", "--network", "host", "--progress", "plain", "--iidfile", made, folder)
        return made.read_text()

    @contextlib.contextmanager
    def running(self, image: str, *options: str, command: tuple[str, ...] = ()) -> Iterator[Running]:
        """A container of an image, without a network but its own, until the block ends."""
        name = self.docker("create", "--network", "none", *options, image, *command).strip().splitlines()[-1]
        try:
            with contextlib.suppress(Failed):
                self.docker("start", name)
            yield Running(self, name)
        finally:
            self.docker("rm", "--force", name)


@contextlib.contextmanager
def daemon() -> Iterator[Daemon]:
    """A daemon with the stand-ins, until the block ends. Skips where none can be started, and fails in CI."""
    dockerd = need.program("dockerd")
    # The client of the same package: a newer one builds with a plugin only.
    client = shutil.which("docker", path="/usr/bin") or need.program("docker")
    if os.geteuid() != 0:
        need.missing("dockerd is started as root only")
    system = _system()
    with tempfile.TemporaryDirectory(prefix="mcplint-docker-", ignore_cleanup_errors=True) as folder, _memory(folder):
        socket = f"{folder}/socket"
        places = ("--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid")
        network = ("--host", f"unix://{socket}", "--bridge=none", "--iptables=false")
        log = Path(folder, "log")
        with log.open("wb") as output:
            process = subprocess.Popen([dockerd, *places, *network], stdout=output, stderr=output)
        try:
            made = Daemon(client, socket)
            _wait(made, process, log)
            _import(made, system)
            yield made
        finally:
            process.terminate()
            process.wait(60)


@contextlib.contextmanager
def _memory(folder: str) -> Iterator[None]:
    """Keeps what is put into the folder in memory, where there is much: disks take long to delete so many files."""
    if os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") < _MUCH:
        yield
        return
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_MUCH // 2}", "tmpfs", folder], capture_output=True)
    try:
        yield
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _wait(made: Daemon, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _STARTED
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(Failed):
            made.docker("version")
            return
        time.sleep(0.2)
    need.missing(f"dockerd does not start: {log.read_text(errors='replace')[-600:]}")


def _system() -> Path:
    """An archive of Debian with its Python, made once and kept in the cache folder."""
    debootstrap = need.program("debootstrap")
    folder = cache() / f"debian-{SUITE}"
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "system.tar"
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not archive.exists():
            with tempfile.TemporaryDirectory(dir=folder) as root:
                command = [debootstrap, "--variant=minbase", f"--include={PACKAGES}", SUITE, root]
                done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
                if done.returncode:
                    need.missing(f"debootstrap fails: {(done.stdout + done.stderr)[-600:]}")
                _like_the_official_image(Path(root))
                subprocess.run(["tar", "-C", root, "-cf", folder / "made.tar", "."], check=True)
            (folder / "made.tar").rename(archive)
    return archive


def _like_the_official_image(root: Path) -> None:
    """Makes a Debian what `python:*-slim` is: a `python`, a `pip` that may install, no archives of packages."""
    for kept in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        kept.unlink()
    for name in ("python", "python3"):
        (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
    for folder in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(root / folder)
        (root / folder).mkdir()
    shutil.copy(_AUTHORITIES, root / _AUTHORITIES.lstrip("/"))


def _import(made: Daemon, system: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if _NETWORK.fullmatch(name)}
    variables |= {"SSL_CERT_FILE": _AUTHORITIES, "UV_PYTHON_DOWNLOADS": "never", "PIP_NO_COMPILE": "1"}
    settings = [f"ENV {name}={json.dumps(value)}" for name, value in variables.items()]
    changes = [word for setting in (*settings, 'CMD ["python3"]') for word in ("--change", setting)]
    made.docker("import", *changes, system, "lab-python")
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "uv.tar")
        subprocess.run(["tar", "-C", Path(find_uv_bin()).parent, "-cf", archive, "uv", "uvx"], check=True)
        made.docker("import", "--change", 'ENTRYPOINT ["/uv"]', archive, "lab-uv")


def _make_node(made: Daemon) -> None:
    """Puts Node and npm of this machine, and the user `node`, into an image."""
    node, npm = need.program("node"), Path(need.program("npm")).resolve().parents[1]
    dockerfile = f"""FROM lab-python
COPY --chmod=755 node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && useradd --create-home --uid 1000 node
ENV NODE_EXTRA_CA_CERTS={_AUTHORITIES}
CMD ["node"]
"""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_text(dockerfile)
        shutil.copy(Path(node).resolve(), Path(folder, "node"))
        shutil.copytree(npm, Path(folder, "npm"), symlinks=True)
        made.docker("build", "--network", "host", "--tag", "lab-node", folder)
