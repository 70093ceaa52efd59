#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# unbound/build takes what the archive has where its lists name what it has not. A made-up archive of files; nothing is
# downloaded or compiled. TAP.
source=${SEEP_SRC:-.}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C

for program in apt-get dpkg-query sha256sum; do
	if ! command -v "$program" >/dev/null; then
		echo "1..0 # SKIP no $program: not Debian"
		exit 0
	fi
done

number=0
failed=0

# result DESCRIPTION COMMAND...
result() {
	number=$((number + 1))
	description=$1
	shift
	if "$@"; then
		echo "ok $number - $description"
	else
		echo "not ok $number - $description"
		sed 's/^/#   /' "$dir/out"
		failed=1
	fi
}

says() {
	grep -q "$1" "$dir/out"
}

sum() {
	sha256sum "$1" | cut -c1-64
}

# A pool with the package that is recorded, and lists with one that is not there.
pool=$dir/archive/pool/main/u/unbound
dists=$dir/archive/dists/lately
mkdir -p "$pool" "$dists/main/source" "$dir/etc/apt/sources.list.d" "$dir/unbound"
echo original >"$pool/unbound_1.22.0.orig.tar.gz"
cat >"$pool/unbound_1.22.0-2.dsc" <<END
Format: 3.0 (quilt)
Source: unbound
Version: 1.22.0-2
Checksums-Sha256:
 $(sum "$pool/unbound_1.22.0.orig.tar.gz") 9 unbound_1.22.0.orig.tar.gz
END
absent=$(sum /dev/null)
cat >"$dists/main/source/Sources" <<END
Package: unbound
Binary: unbound
Version: 1.99.0-1
Format: 3.0 (quilt)
Architecture: any
Directory: pool/main/u/unbound
Checksums-Sha256:
 $absent 9 unbound_1.99.0-1.dsc
END
cat >"$dists/Release" <<END
Origin: Test
Suite: lately
Codename: lately
Components: main
SHA256:
 $(sum "$dists/main/source/Sources") $(wc -c <"$dists/main/source/Sources") main/source/Sources
END
echo 'VERSION_CODENAME=lately' >"$dir/etc/os-release"
echo "deb [trusted=yes] file:$dir/archive lately main" >"$dir/etc/apt/sources.list"

# The script, with that machine's /etc, and that package recorded as that release's.
cp "$source/unbound/dynlib-stats.patch" "$dir/unbound/"
sed -e "s|/etc/|$dir/etc/|g" -e "s|^trixie 1\\.22\\.0.*|lately 1.22.0-2 $(sum "$pool/unbound_1.22.0-2.dsc")|" \
	"$source/unbound/build" >"$dir/unbound/build"
# It takes its trees for built.
stamp=$(cat "$dir/unbound/build" "$dir/unbound/dynlib-stats.patch" | sha256sum | cut -c1-64)

# build ARGUMENT...: from nothing but the stamp, its output in out; its status.
build() {
	rm -rf "$dir/build"
	mkdir -p "$dir/build/unbound/1.22.0"
	echo "$stamp" >"$dir/build/unbound/1.22.0/.done"
	sh "$dir/unbound/build" "$@" >"$dir/out" 2>&1 </dev/null
}

build
status=$?
if says 'are needed and not installed'; then
	echo "1..0 # SKIP $(sed 's/.*these/these/' "$dir/out")"
	exit 0
fi
result "listed, and gone: ends well" test $status = 0
result "says which is gone" says '1.99.0-1 is listed but cannot be downloaded'
result "says which it takes instead" says 'building 1.22.0-2 instead, whose digest is recorded'
result "that is the default" test "$(cat "$dir/build/unbound/default-lately")" = 1.22.0
result "and complete" test -f "$dir/build/unbound/download/unbound_1.22.0-2.dsc.complete"

build --version 1.99.0
result "a version that was asked for and is gone: 3" test $? = 3
result "and no other is taken" test ! -e "$dir/build/unbound/download/unbound_1.22.0-2.dsc"

echo other >"$pool/unbound_1.22.0.orig.tar.gz"
build
result "a file with another digest: 3" test $? = 3
result "and says what the lists name" says 'can be downloaded; the lists for lately name: 1.99.0-1'

rm "$pool"/*
build
result "nothing at all: 3" test $? = 3

echo "1..$number"
exit $failed
