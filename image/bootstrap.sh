#!/bin/sh
# Makes this checkout run on a Debian 12 machine (amd64, arm64), then shows it or tests it:
#   sh image/bootstrap.sh demo    install what is missing, then 'linekeeper demo'
#   sh image/bootstrap.sh test    install what is missing, then the whole test suite
#   sh image/bootstrap.sh install install what is missing, nothing else
#   sh image/bootstrap.sh test-devices  in a QEMU guest (amd64; ten minutes): the device tests on simulated hardware, and
#       the product installed, with USB headsets and modems plugged in and pulled out under real udev and systemd
#   sh image/bootstrap.sh test-netem    in such a guest: box and console over a link made bad by 'tc netem'
# Safe to run again: what is there is not installed twice. Asks nothing, leaves nothing running.
# POSIX sh; run it as root or as a user with sudo (only apt and systemctl need it).
set -eu

PACKAGES="
kamailio kamailio-sqlite-modules kamailio-tls-modules kamailio-websocket-modules kamailio-presence-modules
kamailio-extra-modules kamailio-utils-modules
alsa-utils espeak-ng openssl sox libsox-fmt-mp3 opus-tools asterisk-core-sounds-en-wav flac graphviz sip-tester baresip-core
gcc libc6-dev pkg-config libsystemd-dev libspeexdsp1 portaudio19-dev libasound2-plugins pulseaudio python3 python3-dev python3-venv
chromium fonts-noto-cjk postgresql postgresql-client
netbase procps util-linux
"

# What 'test-devices' and 'test-netem' need beside that.
GUEST_PACKAGES="
mmdebstrap qemu-system-x86 linux-headers-amd64 linux-source-6.1 libelf-dev e2fsprogs make
"

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
venv=$root/.venv
python=/usr/bin/python3
step=0

say() {
	step=$((step + 1))
	printf '[%s %d] %s\n' "$(date +%H:%M:%S)" "$step" "$*"
}

fail() {
	printf 'bootstrap: %s\n' "$*" >&2
	exit 1
}

usage() {
	sed -n '2,10s/^# \{0,1\}//p' "$0"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		fail "'$*' needs root and there is no sudo; run this script as root"
	fi
}

check_machine() {
	[ -r /etc/debian_version ] || fail "this is no Debian; Debian 12 is what Linekeeper runs on"
	case $(dpkg --print-architecture) in
	amd64 | arm64) ;;
	*) fail "architecture $(dpkg --print-architecture) has no pjsua2 wheel; use amd64 or arm64" ;;
	esac
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# apt-get without questions; its log is shown only when it fails.
apt_quietly() {
	log=$(mktemp)
	if as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 \
		-o DPkg::Lock::Timeout=300 "$@" </dev/null >"$log" 2>&1; then
		rm -f "$log"
	else
		cat "$log" >&2
		rm -f "$log"
		fail "apt-get $* failed; mend what it says above and run this script again"
	fi
}

install_packages() {
	missing=
	for package in $PACKAGES; do
		is_installed "$package" || missing="$missing $package"
	done
	if [ -z "$missing" ]; then
		say "Debian packages: all there"
		return
	fi
	say "Debian packages: updating the list"
	apt_quietly update
	say "Debian packages: installing$missing (a few minutes)"
	# shellcheck disable=SC2086 # a list of words on purpose
	apt_quietly install --no-install-recommends $missing
}

# Debian's package starts a Kamailio of its own on port 5060, which is the box's port. One that somebody has
# configured is left alone.
stop_system_kamailio() {
	[ -d /run/systemd/system ] || return 0
	if dpkg --verify kamailio | grep -q /etc/kamailio/kamailio.cfg; then
		say "kamailio.service has a configuration of its own and is left alone; 'linekeeper up' needs other ports"
		return
	fi
	if systemctl is-enabled --quiet kamailio.service 2>/dev/null ||
		systemctl is-active --quiet kamailio.service 2>/dev/null; then
		say "stopping and disabling Debian's own kamailio.service"
		as_root systemctl disable --now kamailio.service >/dev/null 2>&1 ||
			fail "kamailio.service can't be disabled; do it by hand: systemctl disable --now kamailio"
	fi
}

# The stamp holds what the environment was made from: the project file, this checkout's place and the interpreter.
environment_key() {
	{
		cat "$root/pyproject.toml"
		printf '%s\n' "$root"
		"$python" -V
	} | sha256sum | cut -d ' ' -f 1
}

make_environment() {
	key=$(environment_key)
	stamp=$venv/linekeeper.stamp
	if [ -x "$venv/bin/linekeeper" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then
		say "Python environment: up to date"
		return
	fi
	say "Python environment: installing into $venv (a minute or two)"
	[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
	"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input --progress-bar off \
		-e "${root}[console,test]" </dev/null || fail "pip failed; mend what it says above and run this script again"
	printf '%s\n' "$key" >"$stamp"
}

prepare() {
	check_machine
	install_packages
	stop_system_kamailio
	make_environment
}

run_demo() {
	say "linekeeper demo"
	"$venv/bin/linekeeper" demo "$@" </dev/null
}

run_tests() {
	cd "$root"
	PATH=$venv/bin:$PATH
	export PATH
	say "style: ruff check"
	ruff check .
	say "style: ruff format --check"
	ruff format --check .
	say "types: mypy --strict"
	mypy
	say "tests: pytest"
	pytest -n 3 --dist worksteal "$@" </dev/null
}

# $1: devices or netem.
run_guest_tests() {
	[ "$(dpkg --print-architecture)" = amd64 ] || fail "the guest is made on amd64 only"
	PACKAGES=$GUEST_PACKAGES
	install_packages
	say "tests: $1 in a guest"
	sh "$root/image/guest.sh" "$venv/bin/python" "$@"
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
demo)
	prepare
	run_demo "$@"
	;;
test)
	prepare
	run_tests "$@"
	;;
test-devices | test-netem)
	prepare
	run_guest_tests "${command#test-}" "$@"
	;;
install)
	prepare
	say "done: $venv/bin/linekeeper"
	;;
-h | --help | help)
	usage
	;;
*)
	usage >&2
	exit 2
	;;
esac
