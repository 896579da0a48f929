#!/bin/sh
# Makes the guest's Debian in FOLDER/root from packages, and the one kernel module that Debian's kernel comes without.
#   image/guest/debian.sh FOLDER
# Two to four minutes; no network but the package registry. Called by image/guest.sh.
set -eu

PACKAGES="systemd,systemd-sysv,udev,dbus,kmod,linux-image-amd64,iproute2,netbase,procps,openssl,python3"
PACKAGES="$PACKAGES,libportaudio2,libspeexdsp1,flac,sox,kamailio,kamailio-sqlite-modules,kamailio-tls-modules"
PACKAGES="$PACKAGES,kamailio-websocket-modules,kamailio-presence-modules,kamailio-extra-modules,kamailio-utils-modules"

work=$1
guest=$work/root

make_root() {
	printf 'virtio_pci\nvirtio_blk\next4\n' >"$work/modules"
	# shellcheck disable=SC2016 # the hooks' own shell expands it
	mmdebstrap --quiet --variant=apt --components=main --include="$PACKAGES" \
		--aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"' \
		--essential-hook='printf "MODULES=list\nCOMPRESS=zstd\n" >"$1/etc/initramfs-tools/conf.d/guest"' \
		--essential-hook="cp '$work/modules' \"\$1/usr/share/initramfs-tools/modules.d/guest\"" \
		bookworm "$guest"
}

# From linux-source, which has it.
make_gpio_sim() {
	release=$(basename "$guest"/lib/modules/*)
	[ -d "/usr/src/linux-headers-$release" ] ||
		{ printf 'no headers for %s; apt-get install linux-headers-amd64\n' "$release" >&2; exit 1; }
	tar -xf /usr/src/linux-source-6.1.tar.xz -C "$work" linux-source-6.1/drivers/gpio/gpio-sim.c \
		linux-source-6.1/drivers/gpio/gpiolib.h linux-source-6.1/kernel/irq/irq_sim.c
	mkdir "$work/sim"
	cp "$work/linux-source-6.1/drivers/gpio/gpio-sim.c" "$work/sim/pins.c"
	cp "$work/linux-source-6.1/drivers/gpio/gpiolib.h" "$work/sim/"
	# As a module of its own it can neither export symbols of the kernel's nor reach the kernel's inner functions.
	sed -e '/^EXPORT_SYMBOL/d' -e 's/handle_simple_irq(irq_to_desc(irqnum))/generic_handle_irq(irqnum)/' \
		"$work/linux-source-6.1/kernel/irq/irq_sim.c" >"$work/sim/irqs.c"
	printf 'obj-m := gpio-sim.o\ngpio-sim-y := pins.o irqs.o\n' >"$work/sim/Makefile"
	make -s -C "/usr/src/linux-headers-$release" M="$work/sim" modules >"$work/make.log" 2>&1 ||
		{ cat "$work/make.log" >&2; exit 1; }
	cp "$work/sim/gpio-sim.ko" "$guest/opt/"
}

make_root
make_gpio_sim
