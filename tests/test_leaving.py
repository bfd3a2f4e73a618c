"""A program that goes on in what is not the project's may start a server there."""

from __future__ import annotations

import pytest

from mcplint.link import link
from mcplint.project.config import Config
from mcplint.project.tree import Tree

RECIPE = """FROM python:3.13-slim
COPY . /app/
RUN pip install -r /app/requirements.txt
CMD ["python", "/app/start.py"]
"""


@pytest.mark.parametrize(
    ("program", "open_"),
    [
        ("from acme_base import main\n\nmain()\n", True),
        ("from acme_base.cli import app as run\n\nif __name__ == '__main__':\n    raise SystemExit(run())\n", True),
        ("import acme_base.server as server\n\nserver.run_http()\n", True),
        ("from acme_mcp import mcp\n\nmcp.run()\n", True),
        ("import runpy\n\nrunpy.run_module('server', run_name='__main__')\n", True),
        ("import runpy\n\nrunpy.run_path('server.py')\n", True),
        ("import uvicorn\n\nuvicorn.run('acme_base.app:app')\n", True),
        ("import os\n\nos.execvp('acme-mcp', ['acme-mcp'])\n", True),
        ("import subprocess, sys\n\nsubprocess.call([sys.executable, '-m', 'acme_mcp'])\n", True),
        ("from fastapi_mcp import FastApiMCP\n\nFastApiMCP(app).mount_http()\n", True),
        ("from mcp_use.server import MCPServer\n\nserver = MCPServer()\n", True),
        ("import gradio\n\ngradio.Interface(fn=len).launch(mcp_server=True)\n", True),
        ("import gradio\n\ngradio.Interface(fn=len).launch()\n", False),
        ("from mcp_use import MCPClient\n\nMCPClient()\n", False),
        ("from acme_base import load\n\nprint(load())\n", False),
        ("from alembic.config import main\n\nmain()\n", False),
        ("import pytest\n\npytest.main()\n", False),
        ("import celery\n\ncelery.Celery().start()\n", False),
        ("from streamlit.web import cli\n\ncli.main()\n", False),
        ("import asyncio\n\n\nasync def main():\n    pass\n\n\nasyncio.run(main())\n", False),
        ("import subprocess\n\nsubprocess.run(['ls'])\n", False),
        ("import uvicorn\nfrom fastapi import FastAPI\n\napp = FastAPI()\nuvicorn.run(app)\n", False),
        ("import uvicorn\n\nuvicorn.run('other:app')\n", False),
        ("from other import main\n\nmain()\n", False),
        ("from requests import get\n\nget('x')\n", False),
    ],
)
def test_what_is_not_the_projects_may_start_a_server(program: str, open_: bool) -> None:
    other = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\ndef main():\n    pass\n"
    files = {"Dockerfile": RECIPE, "start.py": program, "other.py": other, "requirements.txt": "mcp\nacme-base\n"}
    found = link(Tree.of(files), Config()).deployment
    assert [each.why for each in found.unfollowed] == ["what `start.py` starts is not known"] * open_
