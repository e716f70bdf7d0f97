# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What happens to the machine is in its logs, alarms switch it on: asked and
# set by a stranger, curl.
. ./lib.sh
. ./wsman.sh
start_sim --profile 16
ws_url=https://127.0.0.1:16993/wsman ws_curl=-k
log() { invoke AMT_MessageLog "$@"; }
all() { printf %s "$out" | grep -o "<g:$1>[^<]*" | sed 's/.*>//'; }
hex() { base64 -d | od -An -v -tx1 | tr -d ' \n'; }

# The event log: empty, then what a boot leaves, newest first.
log PositionToFirstRecord
is "$(value ReturnValue)" 2 "an empty log has no first record"
log GetRecords "<IterationIdentifier>1</IterationIdentifier><MaxReadRecords>390</MaxReadRecords>"
is "$(value ReturnValue)" 3 "nor any"
ctl press
until_ok on
booted=$(state .events)
is "$((booted >= 1))" 1 "a boot is logged"
ctl event ff056f006804ff1700000000000000000a
log PositionToFirstRecord
id=$(value IterationIdentifier)
is "$(value ReturnValue) $id" "0 1" PositionToFirstRecord
log GetRecords "<IterationIdentifier>$id</IterationIdentifier><MaxReadRecords>1</MaxReadRecords>"
is "$(value ReturnValue) $(value NoMoreRecords)" "0 false" "GetRecords of one"
is "$(all RecordArray | hex | cut -c9-)" ff056f006804ff1700000000000000000a "the newest"
id=$(value IterationIdentifier)
log GetRecords "<IterationIdentifier>$id</IterationIdentifier><MaxReadRecords>390</MaxReadRecords>"
is "$(value NoMoreRecords) $(all RecordArray | wc -l)" "true $booted" "the rest"
is "$(all RecordArray | tail -n 1 | hex | cut -c9-32)" ff0f6f026801ff2200401300 "the BIOS starts an operating system"
age=$(($(date +%s) - $(printf '%d' "0x$(all RecordArray | tail -n 1 | hex | cut -c1-8 | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3\2\1/')")))
is "$((age >= 0 && age < 60))" 1 "a moment ago"
log GetRecords "<IterationIdentifier>999</IterationIdentifier><MaxReadRecords>1</MaxReadRecords>"
is "$(value ReturnValue)" 2 "an identifier that is none"

# Frozen, cleared; freed slots are read as zeros behind real records.
log FreezeLog "<Freeze>true</Freeze>"
ctl event ff056f006804ff1700000000000000000a
get AMT_MessageLog
is "$(value IsFrozen) $(value CurrentNumberOfRecords)" "true $((booted + 1))" "a frozen log takes nothing"
log ClearLog
is "$(value ReturnValue)" 2059 "and is not cleared"
log FreezeLog "<Freeze>false</Freeze>"
log ClearLog
is "$(value ReturnValue) $(state .events)" "0 0" "ClearLog"
log PositionToFirstRecord
is "$(value ReturnValue)" 2 "empty again"
ctl event ff056f006804ff1700000000000000000b
log GetRecords "<IterationIdentifier>1</IterationIdentifier><MaxReadRecords>390</MaxReadRecords>"
is "$(all RecordArray | wc -l) $(value NoMoreRecords)" "$((booted + 1)) true" "one record, and freed slots"
is "$(all RecordArray | tail -n 1 | hex)" 000000000000000000000000000000000000000000 "of zeros"
get AMT_MessageLog
is "$(value CurrentNumberOfRecords)" 1 "which are not counted"

# The audit log says who did what; reading goes in steps.
audit() { invoke AMT_AuditLog "$@"; }
have=$(state .audits)
is "$((have >= 3))" 1 "$have audit records of this story"
audit ReadRecords "<StartIndex>1</StartIndex>"
is "$(value TotalRecordCount) $(value RecordsReturned)" "$have $have" ReadRecords
has "$(for r in $(all EventRecords); do echo "$r" | hex; echo; done)" "00180003000561646d696e" "admin froze the log"
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do log FreezeLog "<Freeze>false</Freeze>"; done
audit ReadRecords "<StartIndex>1</StartIndex>"
is "$(value RecordsReturned) $(all EventRecords | wc -l)" "10 10" "ten a call"
audit ReadRecords "<StartIndex>999</StartIndex>"
is "$(value ReturnValue)" 35 "behind the end"
audit ClearLog
is "$(value ReturnValue)" 16 "not cleared without the lock"
audit SetAuditLock "<LockTimeoutInSeconds>60</LockTimeoutInSeconds><Flag>0</Flag>"
handle=$(value Handle)
is "$(value ReturnValue)" 0 "SetAuditLock"
audit SetAuditLock "<LockTimeoutInSeconds>60</LockTimeoutInSeconds><Flag>0</Flag>"
is "$(value ReturnValue)" 16 "there is one lock"
audit ClearLog
is "$(value ReturnValue) $(state .audits)" "0 1" "cleared, and that is recorded"
audit SetAuditLock "<Flag>2</Flag><Handle>$handle</Handle>"
is "$(value ReturnValue)" 0 "unlocked"

# Alarms.
ctl press held
off() { [ "$(state .power)" = off ]; }
until_ok off
at() { date -u -d "@$(($(state .time) + $1))" +%Y-%m-%dT%H:%M:%SZ; }
alarm() {	# ID START INTERVAL DELETE
	invoke AMT_AlarmClockService AddAlarm "<AlarmTemplate xmlns:o=\"$(uri IPS_AlarmClockOccurrence)\" xmlns:c=\"http://schemas.dmtf.org/wbem/wscim/1/common\"><o:InstanceID>$1</o:InstanceID><o:StartTime><c:Datetime>$2</c:Datetime></o:StartTime><o:Interval><c:Interval>$3</c:Interval></o:Interval><o:DeleteOnCompletion>$4</o:DeleteOnCompletion></AlarmTemplate>"
}
soon=$(at 3600)
alarm wake "$soon" P0DT0H0M true
is "$status $(value ReturnValue)" "200 0" AddAlarm
has "$out" "<c:Selector Name=\"InstanceID\">wake</c:Selector>" "its reference"
alarm wake "$soon" P0DT0H0M true
is "$(value ReturnValue)" 2058 "the same name again"
alarm late "$(at -60)" P0DT0H0M true
is "$(value ReturnValue)" 34 "a time that is past"
alarm odd "$soon" daily true
is "$(value ReturnValue)" 36 "an interval that is none"
alarm daily "$(at 7200)" P1DT2H3M false
get IPS_AlarmClockOccurrence "$(selector InstanceID daily)"
is "$(value Interval | tr -d '\n')$(value ElementName)" daily "ElementName is the name"
has "$out" "<h:Interval>P1DT2H3M</h:Interval>" "its interval"
later=$(at 10800)
put IPS_AlarmClockOccurrence "<InstanceID>daily</InstanceID><StartTime><c:Datetime xmlns:c=\"http://schemas.dmtf.org/wbem/wscim/1/common\">$later</c:Datetime></StartTime>" "$(selector InstanceID daily)"
has "$status $out" "$later" "another time for it"
for n in 3 4 5; do alarm "a$n" "$later" P0DT0H0M false; done
alarm a6 "$later" P0DT0H0M false
is "$(value ReturnValue)" 23 "five are enough"
ws "$x_ns/Delete" IPS_AlarmClockOccurrence '' "$(selector InstanceID a5)"
is "$status $(state .alarms)" "200 4" "Delete"
ctl time +3601 >/dev/null
until_ok on
is "$(state .alarms)" 3 "it rang, the machine is on, the alarm gone"
is "$(violations)" "" "all of it was correct"
stop_sim
done_testing
