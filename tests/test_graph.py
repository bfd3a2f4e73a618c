"""The picture of a deployment: every part once, findings where they are, and nothing that a name could break."""

from __future__ import annotations

import json
import re
import subprocess
from html import unescape

import pytest
from lab import need
from pages import RULES, cases

from mcplint import reports
from mcplint.engine import lint as engine
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from mcplint.reports import formats
from mcplint.reports.graph import FORMATS, NoLayout, dot, html, linked_picture, mermaid, render


def run(rule: str, **changes: str) -> engine.Run:
    """What mcplint makes of the Bad example of a rule's page, some of its files changed."""
    bad = next(case for case in cases(RULES[rule].page) if case.name == "Bad")
    return engine.run(Tree.of({**bad.files, **changes}), RULES, Config())


def test_parts_and_findings_are_drawn() -> None:
    seen = run("mismatched-route")
    picture = linked_picture(seen.deployment, seen.diagnostics)
    assert [box.kind for box in picture.boxes] == ["route", "server", "container"]
    assert [(arrow.start, arrow.end) for arrow in picture.arrows] == [
        (picture.boxes[0].id, picture.boxes[1].id),
        (picture.boxes[1].id, picture.boxes[2].id),
    ]
    assert picture.arrows[0].wrong == (("error", "mismatched-route"),), "it is the way that is broken"
    assert not any("note" in dict(box.wrong) for box in picture.boxes)


def test_a_summary_draws_the_findings_that_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = run("mismatched-route")
    for kept in (tuple(seen.diagnostics), ()):
        said = formats.render(reports.Report(kept, deployment=seen.deployment), "markdown")
        assert said.endswith(f"\n```mermaid\n{mermaid(linked_picture(seen.deployment, kept))}```\n")
        assert ("✖ mismatched-route" in said) == bool(kept)
    assert "mermaid" not in formats.render(reports.Report(), "markdown")
    for most in ("MERMAID_ARROWS", "MERMAID_TEXT"):
        with monkeypatch.context() as patch:
            patch.setattr(f"mcplint.reports.graph.{most}", 1)
            assert "mermaid" not in formats.render(reports.Report(deployment=seen.deployment), "markdown")


@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_both_languages_tell_the_same(form: str) -> None:
    seen = run("loopback-in-container")
    text = render(seen.deployment, seen.diagnostics, form)
    assert "loopback-in-container" in text and "127.0.0.1:8000/mcp" in text and "container" in text


def test_names_do_not_break_the_languages() -> None:
    name = 'a"]; <script>&#quot;\\\\ %% } --> end'
    source = RULES["loopback-in-container"].page.split("`server.py`")[1].split("```python\n")[1].split("```")[0]
    seen = run("loopback-in-container", **{"server.py": source.replace('"notes"', json.dumps(name))})
    assert seen.deployment.servers[0].name.only == name
    picture = linked_picture(seen.deployment, seen.diagnostics)
    assert all(
        re.search(r'^    n\d+\["[^"]*"\]:::\w+$', line) for line in mermaid(picture).splitlines() if '["' in line
    )
    if need.program("dot"):
        laid = subprocess.run(["dot", "-Tplain"], input=dot(picture).encode(), capture_output=True)
        assert laid.returncode == 0 and not laid.stderr


def test_what_is_answered_by_a_location_that_leads_nowhere_is_drawn_without_it() -> None:
    lost = "location /sse { proxy_pass http://notes:8000; }\n    location /mcp { proxy_pass http://elsewhere:1; }"
    nginx = f"server {{\n    server_name notes.example.com;\n    {lost}\n}}\n"
    remote = {"type": "streamable-http", "url": "https://notes.example.com/mcp"}
    published = json.dumps({"name": "io.github.acme/notes", "version": "1.0.0", "remotes": [remote]})
    seen = run("mismatched-route", **{"nginx.conf": nginx, "server.json": published})
    assert seen.deployment.remotes[0].route
    picture = linked_picture(seen.deployment, seen.diagnostics)
    assert all(render(seen.deployment, seen.diagnostics, form) for form in ("mermaid", "dot"))
    assert {arrow.end for arrow in picture.arrows} <= {box.id for box in picture.boxes}


def test_the_page_needs_no_network() -> None:
    need.program("dot")
    seen = run("mismatched-route")
    page = html(linked_picture(seen.deployment, seen.diagnostics))
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://notes:8000"}
    assert "<script" not in page and "mismatched-route" in unescape(page)


def test_without_graphviz_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    seen = run("mismatched-route")
    with pytest.raises(NoLayout, match="Graphviz"):
        render(seen.deployment, seen.diagnostics, "svg")
    assert set(FORMATS) == {"mermaid", "dot", "svg", "html"}
