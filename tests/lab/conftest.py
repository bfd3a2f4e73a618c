from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The laboratory starts servers and proxies and waits for them: all of it is asked for with `-m full`."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.full)
