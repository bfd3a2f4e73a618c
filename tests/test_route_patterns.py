"""Which paths a route with parameters answers."""

from __future__ import annotations

import pytest

from mcplint.model import Matching


@pytest.mark.parametrize(
    ("route", "path", "answered"),
    [
        ("/health", "/health/", True),
        ("/health", "/health/db", False),
        ("/health/{name}", "/health/db", True),
        ("/health/{name}", "/health/db/deep", False),
        ("/health/{number:int}", "/health/db", False),
        ("/health/{number:int}", "/health/7", True),
        ("/files/{path:path}", "/files/a/b", True),
        ("/notes/:id", "/notes/7", True),
        ("/notes/:id/raw", "/notes/7", False),
        ("/{first}/{second}", "/a/b", True),
        ("/{first}/{second}", "/a", False),
        # What a second parameter of one part takes is left open: telling it may take as long as one likes.
        ("/{first}-{second}!", "/a-b", True),
        ("/" + "{a}" * 60 + "!", "/" + "a" * 3000, True),
        ("/" + "{a:path}" * 60 + "!", "/" + "a/" * 3000, True),
    ],
)
def test_route(route, path, answered):
    assert Matching().answers(route, path) is answered


def test_a_router_that_minds_capitals_and_slashes():
    assert not Matching().answers("/Health", "/health")
    assert Matching(caseless=True).answers("/Health", "/health")
    assert not Matching(strict=True).answers("/health", "/health/")
