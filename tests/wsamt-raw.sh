#!/bin/sh
# SPDX-License-Identifier: MIT
# put: properties of any class, read again.
. ./lib.sh
start_sim

host=h$(token)
gets on ping
sets put AMT_GeneralSettings PingResponseEnabled=false "HostName=$host"
gets off ping
is "$(state .network.host_name)" "$host" "both, and so it is"
sets put 'AMT_GeneralSettings?InstanceID=Intel(r) AMT: General Settings' IdleWakeTimeout=5
gets 5 idle
sets put IPS_KVMRedirectionSettingData "RFBPassword=Aa1!$(token | cut -c 1-4)" Is5900PortEnabled=true
gets on rfbport
wrong 'is not NAME=VALUE' put AMT_GeneralSettings PingResponseEnabled
wrong 'is no class' put General X=1
wrong 'missing arguments' put AMT_GeneralSettings
run wsamt put AMT_GeneralSettings PingResponse=true
is $rc 2 "a property that is not there"
has "$err" "AMT_GeneralSettings has no PingResponse" "says so"
refused 'AMT-STATUS 36, INVALID_PARAMETER' put AMT_GeneralSettings IdleWakeTimeout=0
refused 'a name, value or type does not fit' put AMT_GeneralSettings IdleWakeTimeout=soon
ctl fault wsman-ignore
refused 'the machine said yes, but IdleWakeTimeout did not take: it was 5, 9 was wanted, it is 5' put AMT_GeneralSettings IdleWakeTimeout=9
ctl clear-faults
refused 'no such class' put AMT_Nothing X=1
is "$(ctl violations)" "" "no violation"
done_testing
