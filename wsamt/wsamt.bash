# SPDX-License-Identifier: MIT
# bash completion for wsamt: commands and their values from wsamt
# --list-commands, names of the hosts file.  It talks to no machine and asks
# for no password.

_wsamt() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local file=${AMT_CONF:-${XDG_CONFIG_HOME:-$HOME/.config}/amt/amt.conf}
	local command='' args i skip=''

	COMPREPLY=()
	case $prev in
	-c | --ca | --cert | --key | --config | --password-file | -f | --file | \
	--hosts)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-h | --host | --show-config)
		[[ -r $file ]] || file=/etc/amt/amt.conf
		mapfile -t COMPREPLY < <(compgen -A hostname -W "$(
		    awk '$1 == "host" { sub(/#.*/, ""); $1 = ""; print }' \
		    "$file" 2>/dev/null)" -- "$cur")
		return ;;
	-P | -u | -p | -j | --port | --user | --password | --pin | --timeout | \
	--jobs | --stagger)
		return ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(wsamt --help |
		    grep -oE -e '^ {2,6}-[-0-9A-Za-z]+(, --[-a-z]+)?' |
		    tr , '\n')" -- "$cur")
		return
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ -n $skip ]]; then
			skip=''
			continue
		fi
		case ${COMP_WORDS[i]} in
		-[hPupcfj] | --hosts | --jobs | --stagger | --file | --host | --port | --user | --password | --ca | \
		--cert | --key | --config | --password-file | --pin | --timeout)
			skip=1 ;;
		-*)	;;
		*)	command=${COMP_WORDS[i]}
			break ;;
		esac
	done
	if [[ -z $command ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
		    "$(wsamt --list-commands | cut -f 1)" -- "$cur")
		return
	fi
	# The words between the bars of its first argument.
	args=$(wsamt --list-commands | awk -F '\t' -v c="$command" \
	    '$1 == c && match($2, /^\[[A-Za-z-]+([|][A-Za-z-]+)+\]/) {
	    w = substr($2, 1, RLENGTH); gsub(/[][|A-Z]/, " ", w); print w }')
	[[ ${COMP_WORDS[COMP_CWORD-1]} == "$command" || $prev == --wait ]] &&
	    mapfile -t COMPREPLY < <(compgen -W "$args" -- "$cur")
}
complete -F _wsamt wsamt
