# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# "wsamt power" beside "curl --digest" with the same requests, a challenge
# and a Get over two connections, on one amtsim: milliseconds a process.
# Alone: cd tests && sh bench/bench-wsamt.sh
. ./lib.sh
processes=40
start_sim --power on
class=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_AssociatedPowerManagementService
add=http://schemas.xmlsoap.org/ws/2004/08/addressing
cat >"$T/get.xml" <<END
<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="$add" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header><a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action><a:To>/wsman</a:To><w:ResourceURI>$class</w:ResourceURI><a:MessageID>1</a:MessageID><a:ReplyTo><a:Address>$add/role/anonymous</a:Address></a:ReplyTo><w:OperationTimeout>PT60S</w:OperationTimeout></s:Header><s:Body/></s:Envelope>
END
by_wsamt() { wsamt power; }
by_curl() {
	curl -sS --digest -u "admin:$AMT_PASSWORD" -H 'Content-Type: application/soap+xml; charset=utf-8' \
	    --data-binary "@$T/get.xml" http://127.0.0.1:623/wsman
}
counters() { state '"\(.http.connections) \(.http.requests)"'; }
measure() {	# PROGRAM
	start=$(date +%s%N)
	i=0
	while [ $i -lt $processes ]; do
		"by_$1" >"$T/answer" || exit 1
		i=$((i + 1))
	done
	echo "process-ms $1 $((($(date +%s%N) - start) / processes / 1000))" |
	    awk '{ printf "%s %s %.2f\n", $1, $2, $3 / 1000 }'
}
for program in wsamt curl; do	# the first time, and what it takes
	before=$(counters)
	"by_$program" >"$T/answer" || exit 1
	after=$(counters)
	echo "connections $program $((${after% *} - ${before% *}))"
	echo "requests $program $((${after#* } - ${before#* }))"
done >"$T/figures"
round=0
while [ $round -lt "${ROUNDS:-5}" ]; do
	measure wsamt
	measure curl
	round=$((round + 1))
done >>"$T/figures"
awk -f bench/table.awk "$T/figures"
