# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Many devices in one process: each has its own address, identity and state.
. ./lib.sh
. ./wsman.sh
start_sim --fleet 200 --address 127.3.0.1 --tls-too --tls-priority NORMAL
has "$(cat "$T/sim.out")" ", 200 devices, 127.3.0.1 to 127.3.0.200" "it says where they are"
at() { ws_url=http://127.3.0.$1:16992/wsman; }
state_of() { ctl "@$1" state | jq -r "$2"; }

# The last one is changed, and no other.
at 200
get AMT_GeneralSettings
is "$status $(value HostName)" "200 amtsim-200" "the last one answers"
put AMT_GeneralSettings "<InstanceID>Intel(r) AMT: General Settings</InstanceID><HostName>renamed</HostName>"
power 2
is "$(value ReturnValue)" 0 "it is switched on"
is_on() { [ "$(state_of 200 .power)" = on ]; }
until_ok is_on
is "$(state_of 200 .network.host_name) $(state_of 199 .network.host_name)" "renamed amtsim-199" "its name is changed"
is "$(state_of 199 .power) $(state .power)" "off off" "the others are off"
ctl @7 press
seventh() { [ "$(state_of 7 .power)" = on ]; }
until_ok seventh
is "$(state_of 8 .orders.ons)" 0 "a control word is for one"

# All differ, and all are there.
run ctl @201 state
is "$rc $err" "2 amtsim: no device @201" "there is no 201st"
for i in $(seq 5 5 200); do state_of "$i" '"\(.uuid) \(.digest_realm)"'; done >"$T/identities"
is "$(sort -u "$T/identities" | wc -l)" 40 "forty of them: forty identities"
leaf() { echo | openssl s_client -connect "127.3.0.$1:16993" 2>/dev/null | openssl x509 -noout -fingerprint -sha256; }
one=$(leaf 1)
has "$one" "sha256 Fingerprint=" "a certificate"
hasnt "$(leaf 2)" "$one" "each has its own"
for i in 1 50 100 150 200; do
	at "$i"
	get AMT_GeneralSettings
	is "$status" 200 "number $i answers"
done
is "$(violations)" "" "all of it was correct"
stop_sim

run amtsim --fleet 2 --host qemu
is "$rc" 2 "only with the builtin host"
has "$err" "--fleet: only with the builtin host" "and it says so"
run env AMT_PASSWORD=x amtsim --fleet 2 --local-address 127.0.0.2
has "$rc $err" "2 amtsim: --fleet: one IPv4 --address" "not with a local side"
done_testing
