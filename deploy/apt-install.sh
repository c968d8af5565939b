#!/usr/bin/env bash
# As root: installs the packages named, starting no server and making no database cluster, for those of the
# machine are not ours. A package that this system does not know is left out.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
POLICY=/usr/sbin/policy-rc.d
CLUSTERS=/etc/postgresql-common/createcluster.d/karaul.conf
OURS=("$CLUSTERS")

[ -e "$POLICY" ] || OURS+=("$POLICY")
trap 'rm -f "${OURS[@]}"' EXIT
if [ ! -e "$POLICY" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$POLICY"
    chmod 755 "$POLICY"
fi
mkdir -p "$(dirname "$CLUSTERS")"
echo 'create_main_cluster = false' >"$CLUSTERS"

apt=(apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
"${apt[@]}" update
known=()
for package in "$@"; do
    if [[ $(apt-cache policy "$package") = *"Candidate: "[!\(]* ]]; then known+=("$package"); fi
done
"${apt[@]}" install -y --no-install-recommends "${known[@]}"

# What was installed only for its program is not to start with the machine either.
for unit in redis-server nginx; do
    if [[ " $* " = *" $unit "* ]]; then update-rc.d "$unit" disable; fi
done
