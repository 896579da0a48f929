#!/bin/sh
# Runs tests in a Debian guest with what no shared machine's kernel has: udev and systemd, simulated pins, sound cards, USB
# devices to plug and unplug, and a network that 'tc netem' can make bad.
#   image/guest.sh PYTHON devices|netem [file or folder of tests …]     PYTHON: of the checkout's virtual environment
# The guest is made from packages and started in QEMU (TCG: nested KVM is of no use). Needs root, 5 GB below TMPDIR, no
# network but the package registries; leaves nothing behind. Called by 'bootstrap.sh test-devices' and 'test-netem'.
# LINEKEEPER_GUEST_DIR=FOLDER keeps the guest there, and takes one that is there already.
set -eu

BOOT_S=2100  # at most, tests included
DEVICES="tests/hw/test_headset_contract.py tests/hw/test_panel_contract.py tests/hw/daa/test_pins.py
	tests/hw/daa/test_codec.py tests/hw/audio/test_loopback_card.py tests/guest"
NETEM="tests/kit/test_bad_link.py tests/scenarios/test_sync_over_a_bad_link.py"

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
python=$1
word=$2
shift 2
if [ $# -eq 0 ]; then
	case $word in
	devices) tests=$DEVICES ;;
	netem) tests=$NETEM ;;
	*) printf 'guest: no tests are called %s; devices or netem\n' "$word" >&2; exit 2 ;;
	esac
	# shellcheck disable=SC2086 # a list of words on purpose
	set -- $tests
fi
if [ -n "${LINEKEEPER_GUEST_DIR:-}" ]; then
	work=$LINEKEEPER_GUEST_DIR
	mkdir -p "$work"
else
	work=$(mktemp -d "${TMPDIR:-/tmp}/guest.XXXXXX")
	trap 'rm -rf "$work"' EXIT INT TERM
fi
guest=$work/root

say() {
	printf '[%s] guest: %s\n' "$(date +%H:%M:%S)" "$*"
}

order_tests() {
	unit=$guest/etc/systemd/system/guest-tests.service
	cat >"$unit" <<-'UNIT'
		[Unit]
		After=multi-user.target
		[Service]
		Type=oneshot
		StandardOutput=tty
		StandardError=tty
		TTYPath=/dev/ttyS0
	UNIT
	{
		printf 'ExecStart=/bin/sh /opt/inside.sh'
		printf ' "%s"' "$@"
		printf '\n'
	} >>"$unit"
	mkdir -p "$guest/etc/systemd/system/multi-user.target.wants"
	ln -sf ../guest-tests.service "$guest/etc/systemd/system/multi-user.target.wants/"
}

run_guest() {
	release=$(basename "$guest"/lib/modules/*)
	rm -f "$work/disk.img" "$work/console"
	truncate -s 4G "$work/disk.img"
	mke2fs -q -t ext4 -d "$guest" "$work/disk.img"
	timeout "$BOOT_S" qemu-system-x86_64 -accel tcg,thread=multi -machine q35 -cpu max -smp 2 -m 2048 -display none \
		-no-reboot -nic none -serial "file:$work/console" -kernel "$guest/boot/vmlinuz-$release" \
		-initrd "$guest/boot/initrd.img-$release" \
		-append "root=/dev/vda rw console=ttyS0 quiet mitigations=off systemd.mask=serial-getty@ttyS0.service" \
		-drive "file=$work/disk.img,if=virtio,format=raw" </dev/null || say "QEMU ended with $?"
	sed 's/\r//' "$work/console"
	grep -q '^GUEST TESTS END 0' "$work/console" || { say "the tests failed, or never ended" >&2; exit 1; }
}

if [ ! -e "$guest/opt/gpio-sim.ko" ]; then
	say "making a Debian (three minutes)"
	sh "$here/guest/debian.sh" "$work"
fi
say "putting product and tests in"
sh "$here/guest/product.sh" "$work" "$python"
order_tests "$@"
say "starting it: $word"
run_guest
