# SPDX-License-Identifier: MIT
# bash completion for amtterm: options, and names of the hosts file.
# It runs no program but amtterm --help.

_amtterm() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local file=${AMT_CONF:-${XDG_CONFIG_HOME:-$HOME/.config}/amt/amt.conf}

	COMPREPLY=()
	case $prev in
	-c | --ca | --log | --pty | --cert | --key | --config | --password-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--eof)
		mapfile -t COMPREPLY < <(compgen -W "keep quit" -- "$cur")
		return ;;
	--map)
		mapfile -t COMPREPLY < <(compgen -W "lf-cr cr-lf crlf-cr crlf-lf
		    bs-del del-bs host-lf-crlf host-crlf-lf" -- "$cur")
		return ;;
	--charset)
		mapfile -t COMPREPLY < <(compgen -W "CP437 CP850 CP852 CP866
		    ISO-8859-1" -- "$cur")
		return ;;
	-e | --escape | --send | --wait-for | -P | --port | -u | --user | -p | --password | --pin | --timeout)
		return ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(amtterm --help |
		    grep -oE -e '(^| )--?[a-zA-Z][a-z-]*' | sort -u)" -- "$cur")
		return
	fi
	[[ -r $file ]] || file=/etc/amt/amt.conf
	mapfile -t COMPREPLY < <(compgen -A hostname -W "$(
	    awk '$1 == "host" { sub(/#.*/, ""); $1 = ""; print }' \
	    "$file" 2>/dev/null)" -- "$cur")
}
complete -F _amtterm amtterm
