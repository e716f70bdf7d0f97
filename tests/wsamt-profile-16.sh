# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Every command on version 16, which speaks nothing but TLS: see profile.sh.
# LONG 15
. ./lib.sh
. ./profile.sh
on_profile 16 --pin "$pin" --pin "$leaf"
