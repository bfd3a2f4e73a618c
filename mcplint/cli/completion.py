"""Completion in bash, where the words that mcplint takes and the names of files are offered together."""

from __future__ import annotations

from typing import ClassVar

from click.shell_completion import BashComplete, add_completion_class

SCRIPT = r"""
%(complete_func)s() {
    local type value files
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            plain) COMPREPLY+=("$value"); [[ $value == *= ]] && compopt -o nospace ;;
            file) files=-f ;;
            dir) files=-d ;;
        esac
    done < <(IFS=$'\n'; env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete "$1")
    if [[ $files && ${#COMPREPLY[@]} -gt 0 ]]; then
        compopt -o filenames
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen $files -- "$2")
    elif [[ $files == -d ]]; then
        compopt -o dirnames
    elif [[ $files ]]; then
        compopt -o default
    fi
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """click's, whose script forgets the words as soon as a file may stand there too."""

    source_template: ClassVar[str] = SCRIPT


add_completion_class(Bash)
