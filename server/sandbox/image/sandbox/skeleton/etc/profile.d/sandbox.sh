# The learner's prompt, completion and colours.
PS1='\[\e[1;34m\]\w\[\e[0m\] \$ '
alias ls='ls --color=auto' ll='ls -l'
[ -n "${BASH_VERSION:-}" ] && [ -r /usr/share/bash-completion/bash_completion ] && . /usr/share/bash-completion/bash_completion
export LESS=-R EDITOR=nano DOCKER_CLI_HINTS=false
