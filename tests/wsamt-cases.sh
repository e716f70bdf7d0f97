#!/bin/sh
# SPDX-License-Identifier: MIT
# What every command shares, on those that other stories only use in
# passing: printed, set, a bad value, a machine that says no.
. ./lib.sh
start_sim

shows ProductVendor identify
wrong 'too many arguments' identify now
busy identify
gets off power
sets power on --wait
gets on power
wrong '"up" is no power state' power up
busy power off
shows 'BIOSSetup	false' boot
sets boot bios
shows 'BIOSSetup	true' boot
wrong 'nothing to boot from' boot floppy
busy boot pxe
onoff='neither on nor off'
gets on redirport
sets redirport off
gets off redirport
wrong "$onoff" redirport 2
busy redirport on
sets redirport on
gets on sol
sets sol off
gets off sol
wrong "$onoff" sol 2
busy sol on
gets on ider
sets ider off
gets off ider
wrong "$onoff" ider 2
busy ider on
both='sol	%s\nider	%s'
sets solider on
# shellcheck disable=SC2059 # it is a format
gets "$(printf "$both" on on)" solider
sets solider off
# shellcheck disable=SC2059
gets "$(printf "$both" off off)" solider
wrong "$onoff" solider both
busy solider on
shows HostName get AMT_GeneralSettings
wrong 'is no class' get General
refused 'no such class or instance' --force get AMT_Nothing
shows ManagedSystem enum CIM_ComputerSystem
wrong 'is no class' enum General
refused 'no such class or instance' --force enum AMT_Nothing
power=CIM_PowerManagementService
gets 'ReturnValue	0' invoke $power RequestPowerStateChange PowerState=8 'ManagedElement=@CIM_ComputerSystem?Name=ManagedSystem'
wrong 'is not NAME=VALUE' invoke $power RequestPowerStateChange 8
refused 'the class cannot do this' --force invoke $power Explode
is "$(ctl violations)" "" "no violation"
done_testing
