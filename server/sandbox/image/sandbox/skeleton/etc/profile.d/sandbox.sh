# The learner's prompt, completion and colours.
PS1='\[\e[1;34m\]\w\[\e[0m\] \$ '
# Of two hosts the second one says which it is.
[ "${HOSTNAME:-sandbox}" = sandbox ] || PS1="\[\e[1;35m\]\h\[\e[0m\] $PS1"
alias ls='ls --color=auto' ll='ls -l'
# Completion is read at the first Tab: it takes longer than all else that a shell does before its prompt.
if [ -n "${BASH_VERSION:-}" ] && [ -r /usr/share/bash-completion/bash_completion ]; then
  _complete_later() { complete -r -D; unset -f _complete_later; . /usr/share/bash-completion/bash_completion && return 124; }
  complete -D -F _complete_later
fi
export LESS=-FRX EDITOR=nano DOCKER_CLI_HINTS=false
