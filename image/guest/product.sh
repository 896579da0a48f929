#!/bin/sh
# Puts this checkout's product into the guest below FOLDER/root as a technician would: a virtual environment of its own
# (/srv/linekeeper/.venv), the package built and installed into it, and 'linekeeper install'. The tests lie beside it.
#   image/guest/product.sh FOLDER PYTHON
# What the product depends on is installed once, the product each time. Called by image/guest.sh.
set -eu

TEST_WHEELS="pytest pytest-timeout hypothesis lgpio httpx"

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
work=$1
python=$2
guest=$work/root
home=$guest/srv/linekeeper
inside=$home/.venv/bin/python  # a link to /usr/bin/python3: the same version here and there, Debian 12's

pip_install() {
	"$python" -m pip --python "$inside" install -qq --disable-pip-version-check --no-input --progress-bar off "$@" </dev/null
}

rm -rf "$home/tests" "$work/source"
mkdir -p "$home" "$work/source"
(cd "$root" && tar -cf - --exclude=__pycache__ appliance hw systemd README.md LICENSE pyproject.toml) |
	tar -xf - -C "$work/source"
(cd "$root" && tar -cf - --exclude=__pycache__ tests pyproject.toml) | tar -xf - -C "$home"

if [ ! -e "$home/.venv/made" ]; then
	/usr/bin/python3 -m venv --without-pip "$home/.venv"
	# shellcheck disable=SC2086 # a list of words on purpose
	pip_install "$work/source[console]" $TEST_WHEELS
	touch "$home/.venv/made"
else
	pip_install --no-deps --force-reinstall "$work/source"
fi
# Programs name their interpreter by the place where it was found: in the guest that is another one.
sed -i "1s|^#!$home/|#!/srv/linekeeper/|" "$home/.venv/bin/linekeeper"
cp "$root/image/guest/inside.sh" "$guest/opt/inside.sh"
