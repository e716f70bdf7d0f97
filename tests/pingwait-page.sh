# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The page says what is so: its options are those of --help, its examples
# run; the completion completes.
# LONG 13
if [ -z "${AMT_TEST_NS:-}" ] && unshare -Urnm true 2>/dev/null; then
	AMT_TEST_NS=own exec unshare -Urnm sh "$0" "$@"
fi
. ./lib.sh
page=$TOP/pingwait/pingwait.1

pingwait --help | grep -oE -e '(^ *|, )--?[0-9A-Za-z]+' | tr -d ' ,' | sort >"$T/help"
sed -n 's/^\.It Fl //p' "$page" | sed 's/ Ar .*//; s/ , Fl /\n/' | sed 's/^/-/' | sort >"$T/page"
is "$(cat "$T/page")" "$(cat "$T/help")" "the page has the options of --help"
if command -v mandoc >/dev/null; then
	run mandoc -T lint -W warning "$page"
	is "$rc $out$err" "0 " "the page is clean"
else
	skip "mandoc is not here"
fi

# One script an example; the machines are addresses of ours, wsamt is not
# what is tested here.
echo "hosts: files" >"$T/nsswitch"
printf '127.0.0.1 htpc rack1 rack2 rack3\n' >"$T/hosts"
mount --bind "$T/nsswitch" /etc/nsswitch.conf &&
    mount --bind "$T/hosts" /etc/hosts || exit 77
mkdir "$T/bin"
cat >"$T/bin/wsamt" <<'X'
#!/bin/sh
# What is reset answers no pings until it was asked five times.
f=/proc/sys/net/ipv4/icmp_echo_ignore_all
pings() { awk '/^Icmp:/ && !n++ { while ($++i != "InEchos"); next } /^Icmp:/ { print $i }' /proc/net/snmp; }
case $* in
*reset*)
	echo 1 >$f
	before=$(pings)
	{ until [ "$(pings)" -ge $((before + 5)) ]; do sleep 0.05; done; echo 0 >$f; } & ;;
esac
X
printf '#!/bin/sh\necho "ssh $*"\n' >"$T/bin/ssh"
chmod +x "$T/bin/wsamt" "$T/bin/ssh"
awk -v dir="$T" '/^\.Sh/ { on = $0 == ".Sh EXAMPLES" }
	on && /^\.Bd/ { n++; take = 1; next }
	/^\.Ed/ { take = 0 }
	on && take { print >(dir "/example" n) }' "$page"
is "$(find "$T" -name 'example*' | wc -l)" 9 "nine examples"
start_sim --power on
booted() { [ "$(state .network.responder)" = os ]; }
until_ok booted
for x in "$T"/example*; do
	case $(cat "$x") in *--down*) v=1 ;; *) v=0 ;; esac
	echo "$v" >/proc/sys/net/ipv4/icmp_echo_ignore_all
	run env PATH="$T/bin:$PATH" sh -eu "$x"
	is "$rc $err" "0 " "runs: $(head -1 "$x")"
	[ -n "$out" ]; is $? 0 "prints something: $out"
done

printf 'host boxa boxb # comment\n\taddress 127.0.0.1\nhost other\n' >"$T/amt.conf"
offers() {	# WORD...: what bash offers for the last one
	bash --norc -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
	    _pingwait; printf "%s\n" "${COMPREPLY[@]}"' bash \
	    "$TOP/pingwait/pingwait.bash" "$@" | sort | tr '\n' ' '
}
export AMT_CONF="$T/amt.conf"
if command -v bash >/dev/null; then
	is "$(offers pingwait --d)" "--delay --down " "options are completed"
	is "$(offers pingwait -P 1699)" "16992 16993 16994 16995 " "ports of AMT"
	has " $(offers pingwait boxa -- prin)" " printf " "a command"
	is "$(offers pingwait boxa -- echo '{')" "{} " "and the host in it"
	is "$(offers pingwait box)" "boxa boxb " "and names of the hosts file"
	is "$(offers pingwait -t '')" " " "not where a number belongs"
fi
done_testing
