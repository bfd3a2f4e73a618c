"""What fixes leave of a program in JavaScript is taken by the real Node wherever it took what was there before."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pages import look
from test_fixes_together import PROJECTS

from mcplint.engine.fix import fix
from mcplint.project.tree import Tree
from tests.lab import need

SUFFIXES = (".js", ".mjs", ".cjs")


def takes(folder: Path, path: str, text: str) -> bool:
    """Whether Node compiles a text; without a package.json beside it, a module is told by its words."""
    script = folder / f"script.{'mjs' if 'import ' in text else path.rpartition('.')[2]}"
    script.write_text(text)
    return subprocess.run([need.program("node"), "--check", str(script)], capture_output=True).returncode == 0


def test_node_takes_what_fixes_leave(tmp_path):
    tried = 0
    for name, files in PROJECTS.items():
        if any(path.endswith(SUFFIXES) for path in files):
            fixed = fix(Tree.of(files), look, unsafe=True).texts
            for path in (path for path in fixed if path.endswith(SUFFIXES) and takes(tmp_path, path, files[path])):
                tried += 1
                assert takes(tmp_path, path, fixed[path]), f"{name}: {path}\n{fixed[path]}"
    assert tried > 4
