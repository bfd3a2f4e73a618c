"""The user is one that the tests know

A rule for tests.
"""

from mcplint import ERROR, NOTE, Container, Finding, Fix, Note, rule


@rule("known-user", ERROR)
def check(container: Container, *, known: str = "app", strict: bool = False):
    if container.user.must(lambda user: user == "crash"):
        raise ValueError("a mistake")
    if container.user.must(lambda user: user != known):
        fix = Fix(f"run as {known}", container.user.write(known), safe=container.user.only == "safe")
        severity = NOTE if container.user.only == "guest" else None
        notes = tuple(Note(note.span, note.text) for note in container.user.trace)
        yield Finding(f"runs as {container.user.only}", container.user.span, notes, fix, severity)
