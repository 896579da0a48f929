#!/bin/sh
# Runs the device tests on the kernel's own simulators: gpio-sim for pins, snd-aloop for sound cards, uhid for headsets.
#   image/device-guest.sh PYTHON [pytest arguments]     PYTHON: of the checkout's virtual environment
# No kernel of a shared machine has them, so a Debian guest is made from packages and started in QEMU (TCG: nested KVM is
# of no use). Takes about five minutes, 3 GB below TMPDIR, no network but the package registries; leaves nothing behind.
# Debian's kernel comes without gpio-sim; it is built from linux-source, which has it. Called by 'bootstrap.sh test-devices'.
# LINEKEEPER_GUEST_DIR=FOLDER keeps the guest there, and takes one that is there already.
set -eu

PACKAGES="systemd,systemd-sysv,udev,kmod,linux-image-amd64,python3,libportaudio2"
WHEELS="pytest pytest-timeout hypothesis gpiozero lgpio pyserial pyaudio msgspec"
BOOT_S=1500  # at most, tests included

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
python=$1
shift
[ $# -gt 0 ] || set -- tests/hw/test_headset_contract.py tests/hw/test_panel_contract.py tests/hw/daa/test_pins.py \
	tests/hw/daa/test_codec.py tests/hw/audio/test_loopback_card.py
if [ -n "${LINEKEEPER_GUEST_DIR:-}" ]; then
	work=$LINEKEEPER_GUEST_DIR
	mkdir -p "$work"
else
	work=$(mktemp -d "${TMPDIR:-/tmp}/device-guest.XXXXXX")
	trap 'rm -rf "$work"' EXIT INT TERM
fi
guest=$work/root

say() {
	printf '[%s] guest: %s\n' "$(date +%H:%M:%S)" "$*"
}

make_root() {
	say "making a Debian root (two minutes)"
	printf 'virtio_pci\nvirtio_blk\next4\n' >"$work/modules"
	mmdebstrap --quiet --variant=apt --components=main --include="$PACKAGES" \
		--aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"' \
		--essential-hook='printf "MODULES=list\nCOMPRESS=zstd\n" >"$1/etc/initramfs-tools/conf.d/guest"' \
		--essential-hook="cp '$work/modules' \"\$1/usr/share/initramfs-tools/modules.d/guest\"" \
		bookworm "$guest"
	release=$(basename "$guest"/lib/modules/*)
}

make_gpio_sim() {
	say "building gpio-sim for $release"
	[ -d "/usr/src/linux-headers-$release" ] ||
		{ say "no headers for $release; apt-get install linux-headers-amd64" >&2; exit 1; }
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

put_tests_in() {
	say "putting the tests in"
	rm -rf "$guest/opt/checkout" "$work/disk.img"
	mkdir "$guest/opt/checkout"
	(cd "$root" && tar -cf - hw tests/hw tests/kit tests/conftest.py pyproject.toml) | tar -xf - -C "$guest/opt/checkout"
	# shellcheck disable=SC2086 # a list of words on purpose
	[ -d "$guest/opt/python" ] || "$python" -m pip install -qq --disable-pip-version-check --no-input \
		--target "$guest/opt/python" $WHEELS </dev/null
	{
		printf '#!/bin/sh\nexport PYTHONPATH=/opt/python:/opt/checkout LINEKEEPER_DEVICES=required\n'
		printf 'mount -t configfs none /sys/kernel/config 2>/dev/null\n'
		printf 'modprobe -a uhid snd-aloop || echo "no modules"\ninsmod /opt/gpio-sim.ko || echo "no gpio-sim"\n'
		printf 'cd /opt/checkout && python3 -m pytest -q -p no:cacheprovider -rs --timeout=600'
		printf " '%s'" "$@"
		printf '\necho "DEVICE TESTS END $?"\npoweroff -f\n'
	} >"$guest/opt/run"
	chmod 755 "$guest/opt/run"
	cat >"$guest/etc/systemd/system/device-tests.service" <<UNIT
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/opt/run
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
UNIT
	mkdir -p "$guest/etc/systemd/system/multi-user.target.wants"
	ln -sf ../device-tests.service "$guest/etc/systemd/system/multi-user.target.wants/"
}

run_guest() {
	say "starting it"
	truncate -s 2500M "$work/disk.img"
	mke2fs -q -t ext4 -d "$guest" "$work/disk.img"
	timeout "$BOOT_S" qemu-system-x86_64 -accel tcg,thread=multi -machine q35 -cpu max -smp 2 -m 1024 -display none \
		-no-reboot -nic none -serial "file:$work/console" -kernel "$guest/boot/vmlinuz-$release" \
		-initrd "$guest/boot/initrd.img-$release" \
		-append "root=/dev/vda rw console=ttyS0 quiet mitigations=off systemd.mask=serial-getty@ttyS0.service" \
		-drive "file=$work/disk.img,if=virtio,format=raw" </dev/null || say "QEMU ended with $?"
	sed 's/\r//' "$work/console"
	grep -q '^DEVICE TESTS END 0' "$work/console" || { say "the tests failed, or never ended" >&2; exit 1; }
}

release=$(basename "$guest"/lib/modules/* 2>/dev/null)
[ -e "$guest/opt/gpio-sim.ko" ] || { make_root; make_gpio_sim; }
put_tests_in "$@"
run_guest
