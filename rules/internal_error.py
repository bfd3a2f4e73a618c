r"""mcplint itself has failed

A rule, or the part of mcplint that joins the files into a deployment, has stopped with an exception. This is a mistake of
mcplint and not of the project: please report it with the traceback and with what `mcplint show` prints. What the other
rules found holds. The exit code is 2, whatever else was found, since the look at the project was not complete.
"""

from mcplint import ERROR, Failure, Finding, Label, rule


@rule("internal-error", ERROR)
def check(failure: Failure):
    yield Finding(
        f"{failure.step} stopped with {failure.error}", failure.span, (Label(failure.span, failure.traceback),)
    )
