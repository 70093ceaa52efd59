#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Inside a system for building: Debian's package of Unbound with the dynlib module, as unbound/README.md
# says, and then Seep for it, installed in /src/installed.

set -eux
export LC_ALL=C DEBIAN_FRONTEND=noninteractive EMAIL=root@localhost
jobs=$(nproc)
export DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=$jobs"

cd /src
if [ ! -e rebuilt ]; then
	rm -rf unbound-*/
	dpkg-source -x unbound_*.dsc
	apt-get update
	apt-get build-dep -y --no-install-recommends ./unbound-*/
	cd unbound-*/
	cp ../seep/unbound/dynlib-stats.patch debian/patches/
	echo dynlib-stats.patch >>debian/patches/series
	sed -i 's/--enable-subnet/--with-dynlibmodule --enable-subnet/' debian/rules
	dch --local +dynlib 'Build the dynlib module, with statistics.'
	dpkg-buildpackage -b -us -uc
	dpkg-source --before-build .
	touch ../rebuilt
fi

cd /src/seep
autoreconf -i
./configure --with-unbound-src="$(echo /src/unbound-*/)" --with-module-dir=/usr/lib/unbound
make -j"$jobs"
make install DESTDIR=/src/installed
