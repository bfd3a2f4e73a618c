"""Words of command lines that programs hand to a shell, which expands variables there.

Source: supergateway 3.4.3 (`spawn(command, { shell: true })` in all four gateways), nodemon 3 (`lib/monitor/run.js`,
all behind `--exec` but where that is `node` alone), concurrently 9, run with such words; the source of mcp-proxy for
Node (`--shell`); the documentation of npm, util-linux, doppler, infisical, env-cmd, cross-env, watchexec and watchdog.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_COMMAND = frozenset({"-c", "--command", "--session-command"})
_CALL = frozenset({"-c", "--call"})
_TEXTS = {
    "supergateway": frozenset({"--stdio"}),
    "nodemon": frozenset({"--exec", "-x"}),
    **dict.fromkeys(("npx", "npm"), _CALL),
    **dict.fromkeys(("su", "runuser", "script", "flock", "doppler", "infisical", "watchmedo"), _COMMAND),
}
"""The options of programs whose value is a text of a shell."""
_WHOLE = frozenset({"concurrently", "cross-env-shell", "watchexec", "parallel"})
"""Programs that hand all that stands behind them to a shell."""
_SWITCHES = {"mcp-proxy": "--shell", "env-cmd": "--use-shell"}
"""Those that do so where they are told to."""
_PLAIN = {"nodemon": "node"}
"""The program that one of them starts without a shell."""


def run_by_shell(words: Sequence[str]) -> Iterator[int]:
    """The positions of the words of a command line that a program of it hands to a shell."""
    options: frozenset[str] = frozenset()
    names: set[str] = set()
    whole = False
    for number, word in enumerate(words):
        option, equals, _ = word.partition("=")
        text = number > 0 and words[number - 1] in options
        if whole or text or (equals and option in options):
            yield number
        named = set(re.split(r"[/@]", word))
        names |= named & (_SWITCHES.keys() | _PLAIN.keys())
        options = options.union(*(_TEXTS[name] for name in named & _TEXTS.keys()))
        whole = whole or bool(named & _WHOLE) or any(_SWITCHES.get(name) == word for name in names)
        whole = whole or (text and any(_PLAIN.get(name, word) != word for name in names))
