#!/usr/bin/env bash
# A virtual machine of the kind of host that most people have: Debian 13 with cgroup v2, AppArmor and Docker from its
# packages, and what is to be seen on it. Not part of the tests: without /dev/kvm it takes an hour.
# usage: setup/vm.sh make [FILE.deb…]    build it, with these packages in place of Debian 13's (another docker.io, say)
#        setup/vm.sh start | stop
#        setup/vm.sh run COMMAND…        in it, as root
#        setup/vm.sh check [TEST…]       prepare, doctor and the tests of sandboxes (of these names) in it
# Takes root for `make`, and the packages debootstrap, e2fsprogs, qemu-system-x86 and openssh-client. DRYDOCK_VM is its
# folder, DRYDOCK_VM_IMAGES an archive of `docker save` with prepared images, which spares it building them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
vm=${DRYDOCK_VM:-$here/target/vm}
port=${DRYDOCK_VM_PORT:-2322}
mirror=${DRYDOCK_VM_MIRROR:-http://deb.debian.org/debian}
packages=systemd-sysv,systemd-resolved,linux-image-cloud-amd64,openssh-server,apparmor,docker.io,docker-cli,iptables
packages+=,ca-certificates,curl,debootstrap

say() { printf 'vm: %s\n' "$*" >&2; }

in_vm() {
  ssh -q -i "$vm/key" -p "$port" -o UserKnownHostsFile="$vm/known_hosts" -o StrictHostKeyChecking=accept-new \
    -o ConnectTimeout=60 -o ServerAliveInterval=30 root@127.0.0.1 "$@"
}

make_it() {
  local root=$vm/root
  [ "$(id -u)" = 0 ] || { say "only root can build it. Run: sudo $0 make"; exit 1; }
  running && { say "it runs. Run: $0 stop"; exit 1; }
  rm -rf "$vm"
  mkdir -p "$vm"
  debootstrap --variant=minbase --include="$packages" trixie "$root" "$mirror" >"$vm/debootstrap.log" || {
    say "debootstrap failed, see $vm/debootstrap.log"; exit 1; }
  ssh-keygen -q -t ed25519 -N '' -f "$vm/key"
  install -d -m 0700 "$root/root/.ssh"
  install -m 0600 "$vm/key.pub" "$root/root/.ssh/authorized_keys"
  printf '/dev/vda / ext4 defaults 0 1\n' >"$root/etc/fstab"
  printf 'vm\n' >"$root/etc/hostname"
  printf '[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/10-all.network"
  chroot "$root" systemctl -q enable systemd-networkd systemd-resolved ssh docker
  ln -sf /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
  if [ $# -gt 0 ]; then
    cp "$@" "$root/root/"
    chroot "$root" sh -c 'dpkg -i /root/*.deb && rm /root/*.deb'
  fi
  cp "$root"/boot/vmlinuz-* "$vm/kernel"
  cp "$root"/boot/initrd.img-* "$vm/initrd"
  truncate -s 16G "$vm/disk"
  mkfs.ext4 -q -d "$root" "$vm/disk"
  rm -rf "$root"
}

running() { [ -s "$vm/pid" ] && tr '\0' ' ' <"/proc/$(cat "$vm/pid")/cmdline" 2>/dev/null | grep -q -- "file=$vm/disk"; }

start() {
  running && return
  local fast=tcg,thread=multi
  [ -w /dev/kvm ] && [ -z "${DRYDOCK_VM_TCG:-}" ] && fast=kvm
  qemu-system-x86_64 -accel "$fast" -cpu max -m "${DRYDOCK_VM_MEMORY:-6144}" -smp 2 -display none -daemonize \
    -pidfile "$vm/pid" -serial "file:$vm/serial.log" -kernel "$vm/kernel" -initrd "$vm/initrd" \
    -append 'root=/dev/vda rw console=ttyS0' -drive "file=$vm/disk,if=virtio,format=raw,cache=unsafe" \
    -nic "user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:$port-:22"
  for _ in $(seq 100); do
    in_vm 'docker version >/dev/null' 2>/dev/null && return
    sleep 3
  done
  say "its engine does not answer, see $vm/serial.log"
  exit 1
}

stop() {
  running || return 0
  # The connection ends with it.
  in_vm poweroff || true
  for _ in $(seq 100); do
    running || return 0
    sleep 1
  done
  say "it does not stop: pid $(cat "$vm/pid")"
  exit 1
}

check() {
  local tests
  cd "$here"
  cargo build --quiet --locked --workspace
  tests=$(cargo test --quiet --locked --workspace --test docker --no-run --message-format=json |
    sed -n 's/.*"name":"docker".*"executable":"\([^"]*\)".*/\1/p')
  start
  in_vm 'mkdir -p /root/tests; uname -r; docker version --format "Engine {{.Server.Version}}"; docker info --format "cgroup v{{.CgroupVersion}} {{.SecurityOptions}}"'
  gzip -1 <target/debug/drydock | in_vm 'gunzip >/root/drydock; chmod +x /root/drydock'
  gzip -1 <"$tests" | in_vm 'gunzip >/root/tests/docker; chmod +x /root/tests/docker'
  if [ -n "${DRYDOCK_VM_IMAGES:-}" ]; then in_vm 'docker load -q' <"$DRYDOCK_VM_IMAGES"; fi
  local settings="export DRYDOCK_IMAGES=${DRYDOCK_IMAGES:-packages} DRYDOCK_SANDBOX__LEVEL=userns CI=true DOCKER_HOST=unix:///run/docker.sock"
  # Without the site beside it doctor is never content; its table is what is wanted.
  in_vm "$settings; /root/drydock prepare && { /root/drydock doctor; cd /root/tests && ./docker --test-threads 1 $*; }"
}

case ${1:-} in
  make) shift; make_it "$@" ;;
  start) start ;;
  stop) stop ;;
  run) shift; in_vm "$@" ;;
  check) shift; check "$@" ;;
  *) sed -n '2,/^set/s/^# //p' "$0" >&2; exit 2 ;;
esac
