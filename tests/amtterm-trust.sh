# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Whom amtterm does not talk to, and what it says: a wrong password, a
# certificate that is not the one, TLS where there is none, none where there
# is.
. ./lib.sh
refused() {	# RC TEXT WHY OPTION...
	want=$1 text=$2 why=$3; shift 3
	run timeout 20 amtterm --eof quit "$@" </dev/null
	is "$rc" "$want" "$why: exit $want"
	has "$err" "$text" "$why: says so"
	is "$out" "" "$why: prints nothing"
}

start_sim --power on --address 127.0.0.1
AMT_PASSWORD=Wr0ng$(token) refused 5 "127.0.0.1 refused the login of user admin" "wrong password"
logins=$(state .messages.redirection.connections)
is "$logins" 1 "wrong password: tried once"
refused 5 "refused the login of user nobody" "unknown user" -u nobody
refused 4 "127.0.0.1" "TLS on a plain port" --tls -P 16994
hasnt "$err" "login" "TLS on a plain port: no login"
refused 4 "127.0.0.1" "no TLS port" --tls

cert amt; mine=$pin
start_sim --power on --tls --cert "$T/amt.pem" --key "$T/amt.key" --address 127.0.0.2
AMT_HOST=127.0.0.2
refused 6 "127.0.0.2 answered in TLS; give --tls" "plain on a TLS port" -P 16995
refused 4 "with TLS, is open: give" "plain, where only the TLS port is open"
refused 5 "127.0.0.2" "an unknown CA" --tls
refused 5 "127.0.0.2" "the certificate of another name" -c "$T/amt.pem"
cert other
refused 5 "pin" "another pin" --pin "$pin"
is "$(state .messages.redirection.logins)" 0 "no login was sent to any of these"
run amtterm --eof quit --pin "$mine" </dev/null
is "$rc" 0 "the right pin will do"
run amtterm --eof quit --tofu </dev/null
is "$rc" 0 "the first use is trusted"
run amtterm --eof quit --tofu </dev/null
is "$rc" 0 "and the second, being the same"
kill "$sim"; wait "$sim" 2>/dev/null
start_sim --power on --tls --cert "$T/other.pem" --key "$T/other.key" --address 127.0.0.2
AMT_HOST=127.0.0.2
refused 5 "$mine" "changed since the first use" --tofu
has "$err" "$pin" "and both pins are named"
refused 5 "127.0.0.2" "known by TLS, asked in plain"
done_testing
