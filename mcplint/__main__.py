"""Where the `mcplint` command starts, and what every way out of it looks like."""

from __future__ import annotations

import errno
import gc
import os
import sys
from contextlib import suppress

FAILED, INTERRUPTED = 2, 130


def main() -> None:
    """Runs the command line and ends the process with its code.

    A short life among long-lived tuples: memory is looked through for cycles seldom, as often as what programs leave
    behind in them asks for, and not taken apart at the end.
    """
    gc.set_threshold(10_000, 10, 10)
    if sys.stderr is None:  # closed: what is said there would stand in the report, and the next file opened be it
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    _leave_folder()
    code = run()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


def _leave_folder() -> None:
    """Takes the working folder, which `python -m` puts first, off the import path, as the linted project lies there.

    A checkout of mcplint itself stays on it.
    """
    folder = os.getcwd()
    if not sys.flags.safe_path and sys.path[0] in ("", folder) and not __file__.startswith(folder + os.sep):
        del sys.path[0]


def run() -> int:
    """The exit code of the command line that `sys.argv` holds."""
    try:
        return _command()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:
        import traceback

        from mcplint.reports.escape import log, terminal

        details = log(terminal(traceback.format_exc(), keep="\n"))
        _say(f"mcplint: internal error, please report it:\n{details}")
        return FAILED


def _say(text: str, words: str = "") -> None:
    """Says on standard error why nothing could be done; in GitHub's Actions as an annotation, of the `words` if there
    are any."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from mcplint.reports.escape import workflow_data

        text = f"::error title=mcplint::{workflow_data((words or text).rstrip())}\n"
    print(text, end="", file=sys.stderr)


def _command() -> int:
    import click

    from mcplint.cli.main import cli

    try:
        return cli.main(standalone_mode=False, prog_name="mcplint") or 0
    except click.exceptions.Exit as exit:
        return exit.exit_code
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        from mcplint.reports.escape import terminal

        message = error.format_message()
        context = getattr(error, "ctx", None)
        aid = f"Try '{context.command_path} --help' for help.\n" if context else ""
        _say(f"mcplint: {terminal(message[:1].lower() + message[1:])}\n{aid}", message)
    except Exception as error:
        from mcplint.usage import UsageError

        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO):
            error = UsageError(f"cannot print: {error.strerror}")
        if not isinstance(error, UsageError):
            raise
        from mcplint.reports.escape import terminal

        _say(f"mcplint: {terminal(str(error))}\n", str(error))
    return FAILED


if __name__ == "__main__":
    main()
