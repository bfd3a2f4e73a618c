"""The user is one that the tests know

A rule for tests.
"""

from simple import Box

from mcplint import ERROR, NOTE, Finding, Fix, Label, rule


@rule("known-user", ERROR)
def check(box: Box, *, known: str = "app", strict: bool = False):
    if box.user.must(lambda user: user == "crash"):
        raise ValueError("a mistake")
    if box.user.must(lambda user: user != known):
        fix = Fix(f"run as {known}", box.user.write(known), safe=box.user.only == "safe")
        severity = NOTE if box.user.only == "guest" else None
        notes = tuple(Label(note.span, note.text) for note in box.user.trace)
        yield Finding(f"runs as {box.user.only}", box.user.span, notes, fix, severity)
