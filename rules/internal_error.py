r"""mcplint itself has failed

A rule, or the part of mcplint that joins the files into a deployment, stopped
with an exception. This is a bug in mcplint, not in the project. Please report
it with the traceback and the output of `mcplint show`. What the other rules
found is still valid. The exit code is 2 whatever else was found, since the
project was not checked completely.
"""

from mcplint import ERROR, Failure, Finding, Label, rule


@rule("internal-error", ERROR)
def check(failure: Failure):
    yield Finding(
        f"internal error, please report it: {failure.step} failed with {failure.error}",
        failure.span,
        (Label(failure.span, failure.traceback),),
    )
