"""The scripts that complete the command line in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

VARIABLE = "_FORGE_COMPLETE"
_BASH = r"""_forge_completion() {
    local response completion quoted
    response=$(IFS=$'\n' && env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" \
        _FORGE_COMPLETE=bash_complete "$1")
    COMPREPLY=()
    while IFS= read -r completion; do
        case ${completion%%,*} in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain)
                completion=${completion#*,}
                printf -v quoted '%q' "$completion"
                case ${COMP_WORDS[COMP_CWORD]} in
                    [\'\"]*) [[ $quoted == "$completion" ]] && COMPREPLY+=("$completion") ;;
                    *) COMPREPLY+=("$quoted") ;;
                esac
                ;;
        esac
    done <<< "$response"
    return 0
}

complete -o nosort -F _forge_completion forge"""
# click's own script puts names into the line unquoted; after an opening quote only names that need
# no quotes are offered
_FISH = """\
function _forge_completion
    set -l words COMP_WORDS=(commandline -cp) COMP_CWORD=(commandline -t)
    set -l response (env _FORGE_COMPLETE=fish_complete $words forge)
    for completion in $response
        set -l parts (string split --max 1 "," -- $completion)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                echo $parts[2]
        end
    end
end

complete --no-files --command forge --arguments '(_forge_completion)'"""
# click's own script ends a description at its first comma
_OWN = {"bash": _BASH, "fish": _FISH}


def script(command: click.Command, shell: str) -> str:
    """Return the script for `bash`, `zsh` or `fish`."""
    if shell in _OWN:
        return _OWN[shell]
    maker = get_completion_class(shell)
    assert maker is not None
    return maker(command, {}, "forge", VARIABLE).source().strip()
