r"""A file cannot be read

A file that belongs to a server's deployment cannot be read or makes no sense to the program that will read it: it is
not encoded as UTF-8, a brace or quote is missing, a link leads nowhere. What the file says is then unknown, so the rules
that would have needed it stay silent. Mend the file first, then run mcplint again.

It is an error where a server's deployment needs the file or where the file was named on the command line. Elsewhere, and
for templates and Python that is newer than the one that runs mcplint, it is a note.
"""

from mcplint import ERROR, Finding, Unreadable, rule


@rule("unreadable-file", ERROR)
def check(problem: Unreadable):
    yield Finding(problem.message, problem.span, severity=problem.severity)
