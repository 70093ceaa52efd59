#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The module exports what Unbound looks up, and nothing that could clash with its names. TAP.
source=${SEEP_SRC:-.}
module=${SEEP_BUILD:-.}/.libs/seep.so

if ! [ -f "$module" ]; then
	echo "1..0 # SKIP no $module: configured without Unbound"
	exit 0
fi
if ! command -v nm >/dev/null; then
	echo "1..0 # SKIP no nm"
	exit 0
fi

# shellcheck source=test/tap.sh
. "$source/test/tap.sh"

# same DESCRIPTION GOT WANTED
same() {
	result "$1" "$([ "$2" = "$3" ] || printf '%s\n' "got:" "$2" "wanted:" "$3")"
}

# Sanitizers and coverage add names of their own.
exported=$(nm -D --defined-only "$module" | awk '{ print $NF }' |
	grep -vE '^(__(asan|tsan|ubsan|odr_asan|gcov)|(_init|_fini|__bss_start|_edata|_end)$)' |
	sort)
wanted=$(sort "$source/module/unbound/seep.sym")
same "the module exports the names of seep.sym alone" "$exported" "$wanted"
same "each of them a function" \
	"$(nm -D --defined-only "$module" | awk '$2 != "T" { print $NF }' | grep -Fx "$wanted")" ""

# Every function and variable that another file could name says where it belongs.
same "all external names of the core begin with seep_, of the adapter with ub_" "$(
	{
		nm -gA --defined-only "${SEEP_BUILD:-.}/.libs/libseep.a" |
			awk '/:libseep_la-/ && $NF !~ /^seep_/ { print $NF }'
		nm -gA --defined-only "${SEEP_BUILD:-.}"/module/unbound/.libs/seep_la-*.o |
			awk '$NF !~ /^(ub|seep)_/ { print $NF }'
	} | grep -vE '^__(asan|tsan|ubsan|odr_asan|gcov)' | grep -vFx "$wanted")" ""

# Nothing of seep's own is left open: a file that Makefile.am forgets would show at start only.
same "no name of seep's own is undefined" \
	"$(nm -D --undefined-only "$module" | awk '{ print $NF }' | grep -E '^(seep|ub)_')" ""

# What times the calls is in no build but the benchmark's.
nothing="nothing of what times the calls is in it"
if grep -q -e -DSEEP_TIMED "${SEEP_BUILD:-.}/Makefile"; then
	skipped "$nothing" "configured with --enable-timed"
else
	same "$nothing" "$(nm -gA "${SEEP_BUILD:-.}"/module/unbound/.libs/seep_la-*.o |
		awk '$NF ~ /timed/ { print $NF }')" ""
fi

# What is left open is in the libraries, or in the Unbound that was built beside it, if one was.
version=$(basename "${SEEP_BUILD:-.}" -static)
unbound=
for root in "$source" "${SEEP_BUILD:-.}/../../.."; do
	candidate=$root/build/unbound/$version/sbin/unbound
	[ -x "$candidate" ] && unbound=$candidate
done
if [ -z "$unbound" ]; then
	skipped "Unbound has the rest" "no Unbound $version beside it"
else
	# GLIBC's and other versioned names come from libraries; the loader checks those.
	same "Unbound $version has the rest" "$(
		{
			nm -D --defined-only "$unbound" | awk '{ print "have", $NF }'
			ldd "$module" | awk '$3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' | while read -r library; do
				nm -D --defined-only "$library" | awk '{ print "have", $NF }'
			done
			nm -D --undefined-only "$module" | awk '$1 == "U" { print "need", $NF }'
		} | sed 's/@.*//' | awk '$1 == "have" { have[$2] = 1 } $1 == "need" { need[$2] = 1 }
			END { for (name in need) if (!(name in have)) print name }' | sort)" ""
fi
plan
