"""What the compiler of TypeScript is told. Source: its own table of options in 5.9.3, and how it ran.

A value stands in a word of its own: `--project=tsconfig.json` is an unknown option. Names have one dash or two, in
capitals or not; a switch takes `true` or `false` behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mcplint.commands.options import grammar

_VALUED = grammar(
    "generatecpuprofile generatetrace locale project target module lib jsx outfile outdir rootdir tsbuildinfofile "
    "importsnotusedasvalues moduleresolution baseurl paths rootdirs typeroots types modulesuffixes customconditions "
    "sourceroot maproot jsxfactory jsxfragmentfactory jsximportsource out reactnamespace charset newline "
    "declarationdir maxnodemodulejsdepth plugins moduledetection ignoredeprecations watchfile watchdirectory "
    "fallbackpolling excludedirectories excludefiles"
).bare
_SHORT = {
    "h": "help",
    "?": "help",
    "w": "watch",
    "i": "incremental",
    "d": "declaration",
    "v": "version",
    "p": "project",
    "t": "target",
    "m": "module",
    "b": "build",
}
SAYING = grammar(
    "pretty listfiles listemittedfiles explainfiles diagnostics extendeddiagnostics traceresolution locale "
    "noerrortruncation preservewatchoutput"
).bare
"""The options that change what the compiler prints, and no more."""
SHOWING = frozenset({"version", "help", "init", "showconfig", "all", "clean", "listfilesonly", "dry"})
"""The options with which it prints something, or takes files away, and compiles nothing."""


class CompilerCall(NamedTuple):
    """The options by their long names in small letters, `true` where they have no value, and what stands beside them.

    Those are files, and with `build` the projects that are built.
    """

    options: Mapping[str, str]
    files: tuple[str, ...]

    @property
    def configuration(self) -> str:
        """The path of the configuration that is read, where files do not stand in its place."""
        named = self.options.get("project") or next(iter(self.files if "build" in self.options else ()), "")
        return named if named.endswith(".json") else f"{named}/tsconfig.json" if named else "tsconfig.json"


def compiler_call(words: Sequence[str]) -> CompilerCall:
    """What the words behind `tsc` say."""
    options: dict[str, str] = {}
    files: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if not word.startswith("-"):
            files.append(word)
            continue
        name = word.removeprefix("-").removeprefix("-").lower()
        name = _SHORT.get(name, name)
        behind = words[index] if index < len(words) else ""
        takes = name in _VALUED or (name != "build" and behind.lower() in ("true", "false"))
        options[name] = behind if takes else "true"
        index += takes
    return CompilerCall(options, tuple(files))
