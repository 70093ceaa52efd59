# SPDX-License-Identifier: BSD-3-Clause
# What shell tests share, sourced: results in the Test Anything Protocol, one a line.
# shellcheck shell=sh
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

# skipped DESCRIPTION WHY
skipped() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# Prints the plan, and ends.
plan() {
	echo "1..$count"
	exit $failed
}
