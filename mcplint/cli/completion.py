"""Completion in bash, where the words that mcplint takes and the names of files are offered together."""

from __future__ import annotations

from typing import ClassVar

from click.shell_completion import BashComplete, add_completion_class

SCRIPT = r"""
%(complete_func)s() {
    local type value files word begun rest=$COMP_LINE words=()
    COMPREPLY=()
    # Readline takes a word apart at `:` and `=`: what no space parts is one word, and what is before the last is kept.
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ ${#words[@]} -gt 0 && $rest != [[:space:]]* ]]; then words[-1]+=$word; else words+=("$word"); fi
        rest=${rest#*"$word"}
    done
    word=${words[-1]#--*=}
    begun=${word%%"${word##*[:=]}"}
    while IFS=, read -r type value; do
        case $type in
            plain) COMPREPLY+=("${value#"$begun"}"); [[ $value == *= ]] && compopt -o nospace ;;
            file) files=-f ;;
            dir) files=-d ;;
        esac
    done < <(IFS=$'\n'; env COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]}-1)) %(complete_var)s=bash_complete "$1")
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

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one to complete, and that one; an option is parted from its value."""
        args, incomplete = super().get_completion_args()
        name, equals, value = incomplete.partition("=")
        return ([*args, name], value) if equals and name.startswith("--") else (args, incomplete)


add_completion_class(Bash)
