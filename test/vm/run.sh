#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Seep in a virtual machine: Debian's kernel, systemd, AppArmor and package of Unbound, rebuilt with dynlib as
# unbound/README.md says.  What was downloaded and built stays in build/vm: remove it to start afresh.
# run.sh [RELEASE]: bookworm (Debian 12), or trixie.
set -euo pipefail
cd "$(dirname "$0")/../.."

release=${1:-bookworm}
boot_s=1200			# all of the machine's life
out=$PWD/build/vm/$release
here=test/vm

say() { printf '\n== %s\n' "$*"; }
die() { printf 'vm: %s\n' "$*" >&2; exit 1; }

# run NAME COMMAND...: its output in build/vm/RELEASE/NAME.log, the end of which is shown if it fails.
run() {
	local log=$out/$1.log
	shift
	"$@" >"$log" 2>&1 </dev/null || { tail -n 25 "$log" >&2; die "failed, see $log"; }
}

# sources: this machine's Debian mirrors, which unbound/build has derived, for binary packages.
sources() {
	local dir=build/unbound/apt/$release/sources.d file
	ls "$dir"/* >/dev/null 2>&1 || die "no list of mirrors in $dir: remove build/unbound/download, ./dev build"
	mkdir -p "$out"
	grep '^Acquire' "build/unbound/apt/$release/apt.conf" >"$out/apt.conf" || true
	rm -f "$out"/derived.*
	for file in "$dir"/*; do
		sed 's/^Types: deb-src/Types: deb/; s/^deb-src/deb/' "$file" >"$out/${file##*/}"
	done
}

# unpack DIR OPTION...: a system in DIR, unless there is one.
unpack() {
	local dir=$1 name=${1##*/}
	shift
	[ ! -e "$dir.done" ] || return 0
	say "downloading and unpacking Debian $release, $name"
	rm -rf "$dir"
	run "$name" timeout 1200 mmdebstrap --mode=root --aptopt="$out/apt.conf" "$@" \
		"$release" "$dir" "$out"/derived.*
	touch "$dir.done"
}

build() {
	local src=$out/builder/src
	unpack "$out/builder" --variant=buildd --include=devscripts,autoconf,automake,libtool,pkg-config,`
		`libpsl-dev,libssl-dev,zlib1g-dev,libpcap-dev,libfstrm-dev
	say "rebuilding Debian's package, and building Seep for it"
	rm -rf "$src/seep" "$src/installed"
	mkdir -p "$src/seep"
	cp build/unbound/download/unbound_"$version"* "$src"
	tar -c --exclude=./build --exclude=./.git . | tar -x -C "$src/seep"
	run package timeout 1800 nice chroot "$out/builder" sh /src/seep/$here/package.sh
}

image() {
	local root=$out/root src=$out/builder/src kib
	unpack "$root" --variant=apt --include=systemd-sysv,linux-image-cloud-amd64,apparmor,unbound,`
		`dns-root-data,publicsuffix,$libraries,libfstrm0,python3-dnspython,procps \
		--customize-hook="cp $src/unbound_*+dynlib*.deb \"\$1/tmp\"" \
		--customize-hook='chroot "$1" sh -c "apt-get install -y --allow-downgrades /tmp/unbound_*.deb"'
	say "making the disk"
	cp -r "$src/installed/." "$root"
	mkdir -p "$root/opt/vm/doc"
	cp doc/events.schema.json "$root/opt/vm/doc"
	cp $here/guest.py test/rig/schema.py test/rig/tap.py unbound/README.md "$src"/unbound-*/contrib/unbound.service.in \
		"$root/opt/vm"
	cp $here/guest.service "$root/etc/systemd/system"
	ln -sf ../guest.service "$root/etc/systemd/system/multi-user.target.wants/guest.service"
	echo '/dev/vda / ext4 defaults 0 1' >"$root/etc/fstab"
	kib=$(du -sk "$root" | cut -f1)
	rm -f "$out/disk"
	run disk mke2fs -q -t ext4 -d "$root" "$out/disk" $((kib + kib / 4 + 300000))k
}

boot() {
	local start=$SECONDS code=0
	say "booting (console in build/vm/$release/console.log)"
	rm -f "$out/console.log" "$out/tap"
	timeout "$boot_s" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 1024 -smp 2 \
		-display none -monitor none -nic none -no-reboot -device virtio-rng-pci \
		-drive file="$out/disk",if=virtio,format=raw \
		-kernel "$(ls "$out"/root/boot/vmlinuz-* | tail -n 1)" \
		-initrd "$(ls "$out"/root/boot/initrd.img-* | tail -n 1)" \
		-append "root=/dev/vda rw console=ttyS0 security=apparmor apparmor=1 loglevel=4 panic=1" \
		-serial file:"$out/console.log" -serial file:"$out/tap" >"$out/qemu.log" 2>&1 || code=$?
	touch "$out/tap"
	tr -d '\r' <"$out/tap"
	echo "# $((SECONDS - start)) s in the machine"
	if [ "$code" != 0 ]; then
		tail -n 20 "$out/qemu.log" "$out/console.log" >&2
		die "qemu ended with $code (124: out of time)"
	fi
	tr -d '\r' <"$out/tap" | awk '
		/^not ok / { failed++ }
		/^ok / { passed++ }
		/^1\.\./ { plan = substr($0, 4) }
		END {
			printf "\n%d passed, %d failed\n", passed, failed
			exit !(passed && !failed && plan == passed)
		}' || die "something failed, or did not come to its end"
}

[ "$(id -u)" = 0 ] || die "needs root, for chroot"
for tool in mmdebstrap qemu-system-x86_64 mke2fs; do
	command -v "$tool" >/dev/null || die "needs $tool; ./dev vm installs it"
done
[ "$(dpkg --print-architecture)" = amd64 ] || die "is written for amd64"
case $release in
bookworm) version=1.17.1 libraries=libpsl5,libssl3,libpcap0.8 ;;
trixie) version=1.22.0 libraries=libpsl5t64,libssl3t64,libpcap0.8t64 ;;
*) die "which release of Debian? bookworm or trixie, not '$release'" ;;
esac
sources
build
image
boot
