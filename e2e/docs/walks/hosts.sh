# Two hosts for walks/hosts: namespaces espdocs-alpha and espdocs-beta, of network and of files.

hosts_up() {
  local name
  ip netns add espdocs-alpha && ip netns add espdocs-beta &&
    ip -n espdocs-alpha link add eth0 type veth peer name eth0 netns espdocs-beta &&
    ip -n espdocs-alpha addr add 192.0.2.1/24 dev eth0 && ip -n espdocs-beta addr add 192.0.2.2/24 dev eth0 || return 1
  for name in alpha beta; do
    ip -n espdocs-$name link set lo up && ip -n espdocs-$name link set eth0 up || return 1
    mkdir -p "$tmp/$name/identity" "$tmp/$name.run" /etc/espalier /run/espalier
    nsenter --net=/run/netns/espdocs-$name unshare --mount --propagation private sh -c \
      "mount --bind '$tmp/$name' /etc/espalier && mount --bind '$tmp/$name.run' /run/espalier && exec sleep infinity" &
    echo $! >"$tmp/$name.pid"
  done
  sleep 1
}

hosts_down() {
  local name
  for name in alpha beta; do
    ip netns pids espdocs-$name 2>/dev/null | xargs -r kill
    kill "$(cat "$tmp/$name.pid")" 2>/dev/null
  done
  sleep 1
  ip netns del espdocs-alpha; ip netns del espdocs-beta
}

# on_host NAME COMMAND...: there, in the folder where this is done.
on_host() { local name=$1; shift; nsenter -t "$(cat "$tmp/$name.pid")" --net --mount --wdns="$PWD" -- "$@"; }

identities() {
  local name
  for name in alpha beta; do
    install -m 0644 "$tmp/$name.crt" "$tmp/$name/identity/tls.crt" && install -m 0600 "$tmp/$name.key" "$tmp/$name/identity/tls.key" &&
      install -m 0644 "$tmp/ca.crt" "$tmp/$name/identity/ca.crt" || return 1
  done
}

# agent NAME BLOCK: starts it as the block says for alpha.
agent() {
  local name=$1; shift
  text "$@" | sed "s/\balpha\b/$name/g" >"$tmp/$name.start"
  cat "$tmp/$name.start"
  on_host "$name" bash -eu "$tmp/$name.start" >"$tmp/$name.log" 2>&1 &
}

met() {
  local i
  for i in $(seq 60); do
    on_host alpha ping -c 1 -W 1 -I 10.81.0.1 10.82.0.1 >/dev/null 2>&1 && return 0
    sleep 1
  done
  tail -n 20 "$tmp/alpha.log" "$tmp/beta.log"
  return 1
}

ping_on() { on_host "$1" ping -i 0.5 -c 40 -I 10.81.0.1 10.82.0.1 >/dev/null 2>&1 & }
