#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Files call downward only: each #include of module/ and include/ against the table of layers. TAP.
cd "${SEEP_SRC:-.}" || exit 1

# A file may include the files of lower layers, and its own header. Layer 0 is include/*.h, plain
# data; the files of ub_* alone see Unbound.
layers() {
	cat <<-'TABLE'
	1 bits.c bits.h
	1 bucket.c bucket.h
	1 clock.c clock.h
	1 counters.c counters.h
	1 hash.c hash.h
	1 lines.c lines.h
	1 list_copy.c list_copy.h
	1 netblock.c netblock.h
	1 plural.h
	1 ring.c ring.h
	1 sketch.c sketch.h
	1 subtree.c subtree.h
	1 suffix.c suffix.h
	2 conf.h
	2 dga.c dga.h
	2 flag.c flag.h
	2 labels.c labels.h
	2 name.c name.h
	2 novelty.c novelty.h
	2 repeat.c repeat.h
	2 state.c state.h
	2 table.c table.h
	2 verdict.c verdict.h
	3 charge.c charge.h
	3 common.c common.h
	3 conf_lines.c conf_lines.h
	3 conf_option.c conf_option.h
	3 meter.c meter.h
	3 state_read.c state_read.h
	4 budget.c budget.h
	4 conf.c
	4 engine.h
	4 lists_read.c lists_read.h
	4 price.c price.h
	4 state_file.c state_file.h
	5 engine_save.h engine_state.h
	5 lists.c lists.h
	6 engine.c engine_ask.c engine_budget.c engine_end.c engine_print.c engine_restore.c engine_save.c
	7 keeper.h query.c query.h
	8 keeper_own.h ub.h
	9 keeper.c keeper_checkpoint.c keeper_found.c ub_build.c ub_hit.c ub_module.c ub_order.c ub_packet.c ub_query.c ub_waiting.c ub_zone.c
	TABLE
}

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

# The layer of a file of module/ or include/, or nothing.
layer_of() {
	if [ -f "include/$1" ]; then
		echo 0
	else
		layers | awk -v file="$1" '{ for (i = 2; i <= NF; i++) if ($i == file) print $1 }'
	fi
}

# The names in "" that a file includes.
includes_of() {
	sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$1"
}

# check FILE: what is wrong with what it includes.
check() {
	name=${1##*/}
	own=$(layer_of "$name")
	for header in $(includes_of "$1"); do
		layer=$(layer_of "$header")
		if [ -z "$layer" ]; then
			# no file of ours: Unbound's
			case $1 in
			module/ub_*.c | module/ub.h) ;;
			*) echo "$1 includes \"$header\", which is not ours" ;;
			esac
		elif [ "$header" = "${name%.c}.h" ]; then
			:
		elif [ "$layer" -ge "$own" ] && [ "$layer" != 0 ]; then
			echo "$1 of layer $own includes \"$header\" of layer $layer"
		fi
		case $1:$header in
		module/ub_*.c:ub.h) ;;
		*:ub.h) echo "$1 includes \"ub.h\"" ;;
		esac
	done
	# Unbound's headers by another spelling
	case $1 in
	module/ub*) ;;
	*)
		dirs='util|services|iterator|validator|daemon|sldns|dynlibmod'
		grep -nE "#[[:space:]]*include[[:space:]]*<(($dirs)/|unbound)" "$1" | sed "s|^|$1:|"
		;;
	esac
}

found=0
for file in module/*.c module/*.h; do
	found=$((found + 1))
	own=$(layer_of "${file##*/}")
	result "$file has one layer" \
		"$([ "$(echo "$own" | wc -w)" = 1 ] || echo "in the table: ${own:-no}")"
	[ -n "$own" ] && result "$file includes only what is below it" "$(check "$file")"
done
result "there are files to check" "$([ $found -gt 30 ] || echo "found $found")"
for file in include/*.h; do
	result "$file is plain data" "$(for header in $(includes_of "$file"); do
		[ -f "include/$header" ] || echo "$file includes \"$header\""
	done)"
done
result "the table names no file that is gone" "$(layers | while read -r _ files; do
	for file in $files; do
		[ -f "module/$file" ] || echo "$file"
	done
done)"
echo "1..$count"
exit $failed
