"""Management commands of Django are followed as other programs are."""

from __future__ import annotations

import pytest

from mcplint.link import link
from mcplint.project.config import Config
from mcplint.project.tree import Tree

MANAGE = """\
import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
"""
COMMAND = """\
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("--transport", default="stdio")

    def handle(self, *args, **options):
        from notes.server import mcp

        mcp.run(transport=options["transport"])
"""
FILES = {
    "requirements.txt": "mcp==1.27.1\ndjango==5.1.4\n",
    "manage.py": MANAGE,
    "notes/__init__.py": "",
    "notes/server.py": "from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP('notes')\n",
    "notes/management/__init__.py": "",
    "notes/management/commands/__init__.py": "",
    "notes/management/commands/run_mcp.py": COMMAND,
}


def linked(command: str, **more: str):
    recipe = f"FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD {command}\n"
    return link(Tree.of({**FILES, "Dockerfile": recipe, **more}), Config()).deployment


@pytest.mark.parametrize(
    ("command", "transport"),
    [
        ("python manage.py run_mcp", "stdio"),
        ("python manage.py run_mcp --transport=sse --verbosity 2", "sse"),
        ("python manage.py migrate && exec python manage.py run_mcp --transport streamable-http", "streamable-http"),
        ("python -m django run_mcp --transport sse", "sse"),
        ('["django-admin", "run_mcp"]', "stdio"),
        ("django-admin migrate && django-admin run_mcp", "stdio"),
    ],
)
def test_a_command_of_the_project_is_followed(command, transport):
    (server,) = linked(command).servers
    assert server.transport.only == transport


@pytest.mark.parametrize("command", ["migrate", "runserver 0.0.0.0:8000", "collectstatic --noinput"])
def test_a_command_of_django_itself_starts_no_server(command):
    found = linked(f"python manage.py {command}")
    assert not found.servers
    assert [each.id for each in found.loose] == ["Dockerfile"]


def test_a_command_that_several_apps_or_others_have_is_not_followed():
    copy = {"other/management/commands/run_mcp.py": COMMAND}
    for found in (linked("python manage.py run_mcp", **copy), linked("python manage.py stdio_server")):
        assert not found.servers
        assert [each.why for each in found.unfollowed] == ["what `manage.py` starts is not known"]
