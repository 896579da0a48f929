#!/bin/sh
# What runs in the guest, as root, once it is up: the kernel's simulators, 'linekeeper install', the tests, power off.
#   /opt/inside.sh FILE|FOLDER …
# Each argument has a process of its own: ALSA reads its configuration once a process.
set -u

export LINEKEEPER_DEVICES=required LINEKEEPER_SLOW=1 PATH="/srv/linekeeper/.venv/bin:$PATH"

mount -t configfs none /sys/kernel/config 2>/dev/null
modprobe -a uhid snd-aloop vhci-hcd dummy_hcd libcomposite sch_netem veth tun || echo "no modules"
insmod /opt/gpio-sim.ko || echo "no gpio-sim"
linekeeper install || echo "not installed"
# Emulated, a start takes ten times as long as on a box, and a turn of a loop too. (Kamailio has no watchdog.)
units=/etc/systemd/system
mkdir -p $units/linekeeper-.service.d $units/linekeeper-edge.service.d
printf '[Service]\nTimeoutStartSec=300\nTimeoutStopSec=60\nWatchdogSec=200\n' >$units/linekeeper-.service.d/slow.conf
printf '[Service]\nWatchdogSec=0\n' >$units/linekeeper-edge.service.d/unwatched.conf
systemctl daemon-reload
cd /srv/linekeeper || exit 1
failed=0
for tests; do
	echo "$tests"
	python -m pytest -q -p no:cacheprovider --color=no -rs --durations=5 --timeout=600 "$tests" || failed=$((failed + 1))
done
echo "GUEST TESTS END $failed"
poweroff -f
