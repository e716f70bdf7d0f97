#!/bin/sh
# SPDX-License-Identifier: MIT
# TLS from first to last: a certificate for it, committed, seen by strangers,
# the only way in, and taken away again.
# LONG 12
. ./lib.sh
. ./certs.sh
cd "$T" || exit 3
make_ca ours
make_ca theirs
leaf pc
leaf spare
start_sim --tls-priority NORMAL
printf 'addkey pc.key\naddcert pc.pem\naddca ours.pem\n' >store
run wsamt -f store
is "$rc$err" 0 "what there is at first"

# TLS beside plain.
refused 'does not have the certificate of spare.pem: "wsamt addcert" comes first' mktlsctx spare.pem
sets netboth on
sets nettls on
refused 'DATA_MISSING; TLS needs a certificate: "wsamt mktlsctx"' commit
sets nettls off
sets mktlsctx pc.pem
sets mktlsctx pc.pem
shows 'tls' certs
sets nettls on
gets on nettls
is "$(state .network.network.enabled)" false "not before the commit"
port=7700
cut_at() {	# WHEN
	port=$((port + 1))
	background cut-relay $port 623 CommitChanges_INPUT "$1" 1
	until_ok socat -u OPEN:/dev/null TCP:127.0.0.1:$port
}
cut_at after
sets -P $port commit	# its answer is lost, and the ports restart
is "$(state .network.network.enabled)" true "and after it"
gets off power
run wsamt -c ours.pem power
has "$err" "certificate" "TLS shows the certificate, whose name is another"
pin=$(openssl x509 -in pc.pem -outform DER | sha256sum | cut -d ' ' -f 1)
is "$(wsamt --pin "$pin" power)" off "the very one"

# Who would be asked for a certificate has one.
sets --pin "$pin" netcert on
refused 'this would ask for a certificate, and this very command comes without' --pin "$pin" commit
sets --plain commit
is "$(state .network.network.mutual)" true "it asks"
refused 'none is added while clients are asked for a certificate: "wsamt netcert off"' --plain addca theirs.pem
sets --plain netcert off
sets --plain commit

# TLS alone: not from here.
sets --plain netboth off
refused 'this would leave TLS only' --plain commit
sets --pin "$pin" commit
until_ok wsamt --pin "$pin" power
run wsamt --plain power; is $rc 4 "plain is closed"

# Another certificate is not the pinned one; the commit is done.
sets --pin "$pin" addkey spare.key
sets --pin "$pin" addcert spare.pem
sets --pin "$pin" mktlsctx spare.pem
run wsamt --pin "$pin" commit
is $rc 5 "another certificate"
has "$err" 'is not the pinned one' "says so"
has "$err" '; it is committed' "and what is done"
spare=$(openssl x509 -in spare.pem -outform DER | sha256sum | cut -d ' ' -f 1)
sets --pin "$spare" mktlsctx pc.pem
sets --pin "$spare" --pin "$pin" commit
sets --pin "$pin" delcertkey spare.pem

# Not from here.
refused 'this would end TLS' --pin "$pin" -f /dev/stdin <<END
nettls off
commit
END

# And back.
refused 'TLS must be off, and committed so' --pin "$pin" rmtlsctx
sets --pin "$pin" nettls on
refused 'TLS is on: "wsamt nettls off"' --pin "$pin" rmtlsctx
sets --pin "$pin" netboth on
run wsamt --pin "$pin" --force commit
until_ok wsamt --plain power
sets --plain nettls off
sets --plain commit

# No answer and no restart: nobody knows.
for when in before after; do
	cut_at $when
	run wsamt --plain -P $port commit
	is $rc 8 "its line is cut $when it acts, and nothing restarts"
	has "$err" "not known, for its ports did not restart; to repeat it does no harm" "nobody knows"
done
ctl fault wsman-return 38
refused 'FLASH_WRITE_LIMIT' --plain commit
ctl clear-faults
sets --plain rmtlsctx
sets --plain rmtlsctx
is "$(state .store.context)" -1 "no context any more"
sets --plain delcertkey pc.pem
sets --plain delca ours.pem
gets '' --plain certs
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
