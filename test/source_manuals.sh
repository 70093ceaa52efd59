#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The manuals: groff finds nothing to warn of, and no mark of the build is left. TAP.
src=${SEEP_SRC:-.}
build=${SEEP_BUILD:-.}
# shellcheck source=test/tap.sh
. "$src/test/tap.sh"

for manual in "$build/seep.conf.5" "$build/seep-stats.7" "$src/doc/seepctl.8"; do
	name=${manual##*/}
	if command -v groff >/dev/null; then
		result "$name: groff does not warn" "$(groff -man -Tutf8 -ww -z "$manual" 2>&1)"
	else
		skipped "$name: groff does not warn" "there is no groff"
	fi
	result "$name: no mark of the build is left" "$(grep -n '@[A-Z]*@' "$manual")"
done
plan
