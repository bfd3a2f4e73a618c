import pytest


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true", help="write what was printed into pages, cases and fixtures")


@pytest.fixture
def update(request):
    return request.config.getoption("--update")
