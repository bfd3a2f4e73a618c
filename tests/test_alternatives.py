"""Servers of which only one is started: what the one says that stands for them."""

from __future__ import annotations

import pytest

from mcplint.model import Sdk, Server
from mcplint.programs.alternatives import merge_alternatives
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, Label

SPAN = Span(Source("server.py", "mcp.run()"), 0, 3)
NOTE, OTHER = Label(SPAN, "noted"), Label(SPAN, "noted elsewhere")
SERVER = Server("notes", SPAN, UNKNOWN, Sdk(None, UNKNOWN), *(UNKNOWN,) * 8)
RECORDS = [name for name in Server._fields if Server._field_defaults.get(name, SPAN) is None and name != "made"]


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("others", [(NOTE, None), (None, NOTE)])
def test_what_one_of_them_lacks_is_not_said_of_both(name, others):
    assert getattr(merge_alternatives([SERVER._replace(**{name: each}) for each in others]), name) is None


@pytest.mark.parametrize("name", RECORDS)
def test_what_each_of_them_has_stays_what_it_is(name):
    assert getattr(merge_alternatives([SERVER._replace(**{name: each}) for each in (NOTE, OTHER)]), name) is NOTE


def test_lists_are_joined():
    pair = SERVER._replace(prints=(NOTE,)), SERVER._replace(prints=(OTHER, NOTE))
    assert merge_alternatives([*pair]).prints == (NOTE, OTHER)


def test_it_is_called_by_what_makes_the_first():
    assert merge_alternatives([SERVER._replace(made=SPAN, kind="a"), SERVER]).made is SPAN
