#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The manuals: groff finds nothing to warn of, and no mark of the build is left. TAP.
src=${SEEP_SRC:-.}
build=${SEEP_BUILD:-.}
count=0
failed=0

# result DESCRIPTION COMPLAINTS: passed if there are none.
result() {
	count=$((count + 1))
	if [ -z "$2" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		echo "$2" | sed 's/^/#   /'
		failed=1
	fi
}

for manual in "$build/seep.conf.5" "$build/seep-stats.7" "$src/doc/seepctl.8"; do
	name=${manual##*/}
	if command -v groff >/dev/null; then
		result "$name: groff does not warn" "$(groff -man -Tutf8 -ww -z "$manual" 2>&1)"
	else
		count=$((count + 1))
		echo "ok $count - $name: groff does not warn # SKIP there is no groff"
	fi
	result "$name: no mark of the build is left" "$(grep -n '@[A-Z]*@' "$manual")"
done
echo "1..$count"
exit $failed
