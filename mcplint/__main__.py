"""Where the `mcplint` command starts, and what every way out of it looks like."""

from __future__ import annotations

import sys

FAILED, INTERRUPTED = 2, 130


def main() -> None:
    """Runs the command line and exits with its code."""
    try:
        code = _run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception:
        print("mcplint: a mistake of its own; please report this:", file=sys.stderr)
        sys.excepthook(*sys.exc_info())
        code = FAILED
    sys.exit(code)


def _run() -> int:
    import click

    from mcplint.cli import cli

    try:
        return cli.main(standalone_mode=False, prog_name="mcplint") or 0
    except click.exceptions.Exit as exit:
        return exit.exit_code
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
    except Exception as error:
        from mcplint.mistake import Mistake

        if not isinstance(error, Mistake):
            raise
        click.echo(f"mcplint: {error}", err=True)
    return FAILED


if __name__ == "__main__":
    main()
