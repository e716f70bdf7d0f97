# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Every command on version 11: see profile.sh.
. ./lib.sh
. ./profile.sh
on_profile 11
