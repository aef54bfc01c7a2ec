# The network on which the host `forge` is, and its name.
ip link show forge0 >/dev/null 2>&1 || { ip link add forge0 type bridge && ip address add 172.29.0.1/24 dev forge0 && ip link set forge0 up; } || exit
grep -q ' forge.internal$' /etc/hosts || echo '172.29.0.1 forge.internal' >> /etc/hosts
