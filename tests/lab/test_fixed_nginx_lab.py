"""What fixes leave of a proxy's configuration is taken by the real nginx wherever it took what was there before."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from pages import look
from test_fixes_together import PROJECTS

from mcplint.engine.fix import fix
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree
from tests.lab import need
from tests.lab.nginx import MAIN

HOST = re.compile(r"(\bproxy_pass\s+https?://|^\s*server\s+)([a-z][\w.-]*)(?=[:/;\s])", re.M)


def takes(folder: Path, text: str) -> bool:
    """Whether nginx takes a text inside its http block; names of machines, which it would look up, are its own."""
    upstreams = set(re.findall(r"\bupstream\s+(\S+)", text))

    def known(found: re.Match[str]) -> str:
        return found[0] if found[2] in upstreams else f"{found[1]}127.0.0.1"

    whole = MAIN.format(folder=folder, http=HOST.sub(known, text))
    (folder / "nginx.conf").write_text(whole)
    command = [need.program("nginx"), "-t", "-q", "-p", str(folder), "-c", "nginx.conf", "-e", str(folder / "log")]
    return subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "all"])
def test_nginx_takes_what_fixes_leave(tmp_path, unsafe):
    tried = 0
    for name, files in PROJECTS.items():
        if not any((row := kind(path)) and row.name == "nginx" for path in files):
            continue
        fixed = fix(Tree.of(files), look, unsafe).texts
        for path, text in fixed.items():
            row = kind(path)
            if row and row.name == "nginx" and takes(tmp_path, files[path]):
                tried += 1
                assert takes(tmp_path, text), f"{name}: {path}\n{text}"
    assert tried > 40
