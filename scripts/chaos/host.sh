#!/usr/bin/env bash
# Faults of a host, with the tools of the machine, around one command: what a process cannot do to itself.
#
#   scripts/chaos/host.sh FAULT [--after SECONDS] [--for SECONDS] -- COMMAND...
#
#   full-disk=SIZE@DIR   DIR is a file system of its own of that size (4m), so that it runs full
#   no-names             no name is found: a resolver that nobody answers
#   loss=SHARE           this share of the packets on loopback is lost (0.2)
#   partition            no packet passes on loopback
#   slow-net=RATE        loopback carries so much (256kbit)
#   clock=OFFSET         the command lives at another time (+1h), by libfaketime
#
# All of it stands in namespaces of the command's own (unshare): when the command ends, however, the kernel takes them away, and nothing of it is left. Root is
# not needed where unprivileged user namespaces are allowed. --after and --for: of loss, partition, slow-net; without them from the start, to the end.
set -euo pipefail

usage() {
  sed -n '2,16p' "$0" >&2
  exit 2
}

[ $# -ge 2 ] || usage
fault=$1
shift
after=0 duration=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    --after) after=$2 ;;
    --for) duration=$2 ;;
    *) usage ;;
  esac
  shift 2
done
[ "${1:-}" = -- ] || usage
shift
[ $# -gt 0 ] || usage

# In the network namespace: on, and off again where it is not for ever.
timed() {
  (
    sleep "$after"
    "$1"
    if [ -n "$duration" ]; then
      sleep "$duration"
      "$2"
    fi
  ) &
}

inside() {
  case $fault in
    full-disk=*@*)
      local spec=${fault#full-disk=}
      mount -t tmpfs -o "size=${spec%%@*}" tmpfs "${spec#*@}"
      ;;
    no-names)
      local resolver
      resolver=$(mktemp)
      echo "nameserver 127.0.0.9" >"$resolver"
      mount --bind "$resolver" "$(readlink -f /etc/resolv.conf)"
      ;;
    loss=*)
      ip link set lo up
      on() { iptables -A INPUT -i lo -m statistic --mode random --probability "${fault#loss=}" -j DROP; }
      off() { iptables -F INPUT; }
      timed on off
      ;;
    partition)
      ip link set lo up
      on() { iptables -A INPUT -i lo -j DROP; }
      off() { iptables -F INPUT; }
      timed on off
      ;;
    slow-net=*)
      ip link set lo up
      on() { tc qdisc add dev lo root tbf rate "${fault#slow-net=}" burst 32kbit latency 400ms; }
      off() { tc qdisc del dev lo root; }
      timed on off
      ;;
    *) usage ;;
  esac
  exec "$@"
}

case $fault in
  clock=*) exec faketime -f "${fault#clock=}" "$@" ;;
  full-disk=*@* | no-names) flags=-Urm ;;
  loss=* | partition | slow-net=*) flags=-Urnm ;;
  *) usage ;;
esac
export fault after duration
exec unshare "$flags" bash -c "$(declare -f usage timed inside); set -euo pipefail; inside \"\$@\"" "$0" "$@"
