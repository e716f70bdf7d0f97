# SPDX-License-Identifier: MIT
# bash completion for pingwait: options, and names of the hosts file.
# It runs no program but pingwait --help.

_pingwait() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local i file=${AMT_CONF:-${XDG_CONFIG_HOME:-$HOME/.config}/amt/amt.conf}

	COMPREPLY=()
	case $prev in
	--config)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-t | -i | -d | -n | --timeout | --interval | --delay | --count)
		return ;;
	-P | --port)
		mapfile -t COMPREPLY < <(compgen -W "16992 16993 16994 16995" \
		    -- "$cur")
		return ;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -- ]] || continue
		if ((i == COMP_CWORD - 1)); then
			mapfile -t COMPREPLY < <(compgen -c -- "$cur")
		else
			mapfile -t COMPREPLY < <(compgen -W '{}' -f -- "$cur")
		fi
		return
	done
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(pingwait --help |
		    grep -oE -e '(^| )--?[0-9A-Za-z]+' | sort -u)" -- "$cur")
		return
	fi
	[[ -r $file ]] || file=/etc/amt/amt.conf
	mapfile -t COMPREPLY < <(compgen -A hostname -W "$(
	    awk '$1 == "host" { sub(/#.*/, ""); $1 = ""; print }' \
	    "$file" 2>/dev/null)" -- "$cur")
}
complete -F _pingwait pingwait
