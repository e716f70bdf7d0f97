# SPDX-License-Identifier: MIT
# bash completion for idertool: options, and names of the hosts file.
# It runs no program but idertool --help.

_idertool() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local file=${AMT_CONF:-${XDG_CONFIG_HOME:-$HOME/.config}/amt/amt.conf}

	COMPREPLY=()
	case $prev in
	-c | --ca | --cert | --key | --config | --password-file | --cd | --floppy | --control | --ctl)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--start)
		mapfile -t COMPREPLY < <(compgen -W "reboot graceful now" -- "$cur")
		return ;;
	--until)
		mapfile -t COMPREPLY < <(compgen -W "eject idle: served" -- "$cur")
		return ;;
	--reconnect | -P | --port | -u | --user | -p | --password | --pin | --timeout)
		return ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(idertool --help |
		    grep -oE -e '(^| )--?[a-zA-Z][a-z-]*' | sort -u)" -- "$cur")
		return
	fi
	[[ -r $file ]] || file=/etc/amt/amt.conf
	mapfile -t COMPREPLY < <(compgen -A hostname -W "$(
	    awk '$1 == "host" { sub(/#.*/, ""); $1 = ""; print }' \
	    "$file" 2>/dev/null)" -- "$cur")
}
complete -F _idertool idertool
