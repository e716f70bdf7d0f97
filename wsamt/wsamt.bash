# SPDX-License-Identifier: MIT
# bash completion for wsamt: commands and their values from wsamt
# --list-commands, classes and what is in them from --list-classes, names of
# the hosts file.  It talks to no machine and asks for no password.

# What may stand at the cursor behind a command on any class.
_wsamt_class() {	# COMMAND WORD...: the last is at the cursor
	local command=$1 class=${2%%\?*} cur=${!#} kinds=key of='' before=''

	class=${class#[\'\"]}
	if (($# == 2)); then
		wsamt --list-classes | cut -f 1
		return
	fi
	case $command in
	enum)	return ;;
	pull)	printf 'max=\ncontext=\n'
		return ;;
	put | create)
		kinds='key|property' ;;
	invoke)	kinds=method
		(($# == 3)) || kinds=input of=$3. ;;
	esac
	if [[ $kinds == input && $cur == *.* ]]; then	# of an instance
		before=${cur%%.*}.
		class=$(wsamt --list-classes "$class" 2>/dev/null | awk -F '\t' \
		    -v name="$of${before%.}" '$1 == "input" && $2 == name { print $3 }')
		kinds='key|property' of=''
	fi
	wsamt --list-classes "$class" 2>/dev/null | awk -F '\t' \
	    -v kinds="^($kinds)\$" -v of="$of" -v before="$before" -v cur="$cur" '
	    $1 ~ kinds && index($2, of) == 1 {
		name = before substr($2, length(of) + 1)
		if ($1 == "method")
			print name
		else if ($3 ~ /^[A-Z]+_/)
			print name "."
		else if (index(cur, name "=") != 1)
			print name "="
		else if ($3 == "boolean")
			printf "%s=true\n%s=false\n", name, name
		else if ($5 != "none")
			for (i = split($5, v, /=[0-9]+,?/) - 1; i > 0; i--)
				print name "=" v[i]
	    }'
}

_wsamt() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local file=${AMT_CONF:-${XDG_CONFIG_HOME:-$HOME/.config}/amt/amt.conf}
	local command='' args i skip='' words=()

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
	case $command in
	get | enum | pull | put | create | delete | invoke)
		# Readline splits at each "=": NAME=VALUE is one word again.
		for ((; i <= COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]}${COMP_WORDS[i-1]} in
			=* | *=)
				words[-1]+=${COMP_WORDS[i]} ;;
			-*)	;;
			*)	words+=("${COMP_WORDS[i]}") ;;
			esac
		done
		mapfile -t COMPREPLY < <(compgen -W \
		    "$(_wsamt_class "${words[@]}")" -- "${words[-1]}")
		[[ ${COMPREPLY[0]} != *[=.] ]] || compopt -o nospace 2>/dev/null
		[[ $cur == "${words[-1]}" ]] ||
			COMPREPLY=("${COMPREPLY[@]#*=}")
		return ;;
	esac
	# The words between the bars of its first argument.
	args=$(wsamt --list-commands | awk -F '\t' -v c="$command" \
	    '$1 == c && match($2, /^\[[A-Za-z-]+([|][A-Za-z-]+)+\]/) {
	    w = substr($2, 1, RLENGTH); gsub(/[][|A-Z]/, " ", w); print w }')
	[[ ${COMP_WORDS[COMP_CWORD-1]} == "$command" || $prev == --wait ]] &&
	    mapfile -t COMPREPLY < <(compgen -W "$args" -- "$cur")
}
complete -F _wsamt wsamt
