#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Folders of module/ call downward only: each #include against their order. TAP.
cd "${SEEP_SRC:-.}" || exit 1
# shellcheck source=test/tap.sh
. test/tap.sh

# Each folder may include its own files and those of the folders before it, and include/,
# which are plain data. The last one alone sees Unbound.
order="base names conf sketch meter engine state events control unbound"

# The place of a folder in the order, or nothing.
place_of() {
	echo "$order" | tr ' ' '\n' | grep -nx -- "$1" | cut -d: -f1
}

# The names in "" that a file includes.
includes_of() {
	sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$1"
}

# check FILE FOLDER: what is wrong with what it includes.
check() {
	own=$(place_of "$2")
	for header in $(includes_of "$1"); do
		if [ -f "include/$header" ]; then
			:
		elif [ -f "module/$header" ]; then
			[ "$(place_of "${header%%/*}")" -le "$own" ] ||
				echo "$1 includes \"$header\" of a folder above its own"
		elif [ "$2" != unbound ]; then
			echo "$1 includes \"$header\", which is not ours"
		fi
	done
	# Unbound's headers by another spelling
	[ "$2" = unbound ] || {
		dirs='util|services|iterator|validator|daemon|sldns|dynlibmod'
		grep -nE "#[[:space:]]*include[[:space:]]*<(($dirs)/|unbound)" "$1" | sed "s|^|$1:|"
	}
}

found=0
for folder in module/*/; do
	folder=${folder#module/}
	folder=${folder%/}
	result "module/$folder has a place in the order" \
		"$([ -n "$(place_of "$folder")" ] || echo "the order is: $order")"
	for file in "module/$folder"/*.[ch]; do
		found=$((found + 1))
		result "$file includes only what is below it" "$(check "$file" "$folder")"
	done
done
result "there are files to check" "$([ $found -gt 60 ] || echo "found $found")"
result "no file stands outside the folders" "$(ls module/*.[ch] 2>/dev/null)"
for file in include/*; do
	result "$file is plain data" "$(for header in $(includes_of "$file"); do
		[ -f "include/$header" ] || echo "$file includes \"$header\""
	done)"
done
result "bench/ leaves the engine's inside alone" "$(grep -n '"engine/internal\.h"' bench/*.[ch] bench/*/*.[ch])"
for folder in $order; do
	result "module/$folder is there" "$([ -d "module/$folder" ] || echo "no such folder")"
done
plan
