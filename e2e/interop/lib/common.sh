# Sourced by ../run. One scenario = two namespaces joined by a veth, `a` with our agent and `b` with the peer.
#
#   a  172.29.0.1, fd29::1   node "alpha", inner 10.81.0.0/24, fd81::/64
#   b  172.29.0.2, fd29::2   node "beta",  inner 10.82.0.0/24, fd82::/64; answers on 10.82.0.1 and fd82::1

ns_a=espalier-io-a
ns_b=espalier-io-b

# step TEXT...: a line in the scenario's log.
step() { echo "[$(date +%T)] $*"; }

# eventually SECONDS COMMAND...: retries until it succeeds.
eventually() {
  local deadline=$(($(date +%s) + $1)); shift
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$deadline" ] || { step "gave up on: $*"; "$@"; return 1; }
    sleep 0.2
  done
}

in_a() { ip netns exec "$ns_a" "$@"; }
in_b() { ip netns exec "$ns_b" "$@"; }
agent() { ESPALIER_RUN_DIR=$state/run "$root/node-agent/bin/espalier-agent" "$@"; }
peer_swanctl() { nsenter --mount=/proc/"$(cat "$state/charon.pid")"/ns/mnt --net=/run/netns/"$ns_b" swanctl "$@"; }

# make_pki DIR: two roots and the certificates alpha, beta (of the right CA) and foreign (name beta, of the wrong one), ECDSA P-256.
make_pki() {
  local dir=$1 ca name; mkdir -p "$dir"
  for ca in ca other-ca; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/$ca.key" -out "$dir/$ca.crt" -days 2 \
      -subj "/O=espalier:test/CN=$ca" -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
  done
  issue_cert "$dir" alpha alpha ca
  issue_cert "$dir" beta beta ca
  issue_cert "$dir" foreign beta other-ca
  issue_cert "$dir" gamma gamma ca
}

# issue_cert DIR FILE NAME CA
issue_cert() {
  local dir=$1 file=$2 name=$3 ca=$4
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/$file.key" -out "$dir/$file.csr" -subj "/O=espalier:nodes/CN=$name" 2>/dev/null
  openssl x509 -req -in "$dir/$file.csr" -CA "$dir/$ca.crt" -CAkey "$dir/$ca.key" -CAcreateserial -days 1 -out "$dir/$file.crt" -extfile <(
    echo "subjectAltName=DNS:$name"; echo 'keyUsage=critical,digitalSignature'; echo 'extendedKeyUsage=clientAuth,serverAuth') 2>/dev/null
}

topology_up() {
  topology_down
  ip netns add "$ns_a" && ip netns add "$ns_b" || return 1
  ip -n "$ns_a" link set lo up && ip -n "$ns_b" link set lo up
  ip link add eth0 netns "$ns_a" type veth peer name eth0 netns "$ns_b" || return 1
  in_a sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.eth0.accept_dad=0
  in_b sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.eth0.accept_dad=0
  ip -n "$ns_a" addr add 172.29.0.1/24 dev eth0; ip -n "$ns_b" addr add 172.29.0.2/24 dev eth0
  ip -n "$ns_a" addr add fd29::1/64 dev eth0 nodad; ip -n "$ns_b" addr add fd29::2/64 dev eth0 nodad
  ip -n "$ns_a" link set eth0 up; ip -n "$ns_b" link set eth0 up
  # Without a tunnel this route would carry inner packets in clear, and the capture would show it.
  ip -n "$ns_a" route add default via 172.29.0.2; ip -n "$ns_b" route add default via 172.29.0.1
  ip -n "$ns_b" addr add 10.82.0.1/32 dev lo; ip -n "$ns_b" addr add fd82::1/128 dev lo nodad
  in_b sysctl -qw net.ipv4.ip_forward=1
}

topology_down() {
  local ns
  for ns in "$ns_a" "$ns_b"; do
    if [ -e /run/netns/$ns ]; then ip netns pids $ns | xargs -r kill -9 2>/dev/null; ip netns del $ns; fi
  done
}

capture_start() { in_b tcpdump -i eth0 -U --immediate-mode -n -w "$state/underlay.pcap" 2>"$state/tcpdump.log" & capture_pid=$!; eventually 5 grep -q listening "$state/tcpdump.log"; }
capture_stop() { sleep 0.3; kill "$capture_pid" 2>/dev/null; wait "$capture_pid" 2>/dev/null; capture_pid=; }
count_packets() { tcpdump -n -r "$state/underlay.pcap" "$1" 2>/dev/null | wc -l; }

# Nothing but IKE and ESP may have crossed; and ESP must have.
expect_sealed() {
  local clear sealed
  clear=$(count_packets 'net 10.81.0.0/24 or net 10.82.0.0/24 or net fd81::/64 or net fd82::/64')
  sealed=$(count_packets 'udp port 4500 or ip proto 50')
  step "underlay: $sealed sealed packets, $clear in clear"
  [ "$clear" = 0 ] && [ "$sealed" -gt "${1:-5}" ]
}

expect_no_clear() { local clear; clear=$(count_packets 'net 10.81.0.0/24 or net 10.82.0.0/24'); step "underlay: $clear packets in clear"; [ "$clear" = 0 ]; }

# start_agent CERT: our agent in namespace a, from the scenario's folder.
start_agent() {
  mkdir -p "$state/identity" "$state/run"
  cp "$state/pki/$1.crt" "$state/identity/tls.crt"; cp "$state/pki/$1.key" "$state/identity/tls.key"; cp "$state/pki/ca.crt" "$state/identity/ca.crt"
  cp -r "$dir/espalier" "$state/source"
  ESPALIER_NODE_NAME=alpha ESPALIER_SOURCE=file:$state/source ESPALIER_IDENTITY_DIR=$state/identity ESPALIER_RUN_DIR=$state/run \
    ip netns exec "$ns_a" "$root/node-agent/bin/espalier-agent" run >"$state/agent.log" 2>&1 &
  agent_pid=$!
  eventually 30 agent status
}

# start_second_agent CERT: our agent in namespace b too, as the node of that name, from the same folder.
start_second_agent() {
  local identity=$state/identity-b
  mkdir -p "$identity" "$state/run-b"
  cp "$state/pki/$1.crt" "$identity/tls.crt"; cp "$state/pki/$1.key" "$identity/tls.key"; cp "$state/pki/ca.crt" "$identity/ca.crt"
  ip -n "$ns_b" addr del 10.82.0.1/32 dev lo
  ESPALIER_NODE_NAME=$1 ESPALIER_SOURCE=file:$state/source ESPALIER_IDENTITY_DIR=$identity ESPALIER_RUN_DIR=$state/run-b \
    ip netns exec "$ns_b" "$root/node-agent/bin/espalier-agent" run >"$state/agent-b.log" 2>&1 &
  eventually 30 env ESPALIER_RUN_DIR="$state/run-b" "$root/node-agent/bin/espalier-agent" status
}

# start_charon CERT: strongSwan with its user-space ESP in namespace b, with a /run and configuration of its own.
start_charon() {
  local etc=$state/etc
  mkdir -p "$etc"/{swanctl/{x509,x509ca,private,conf.d},strongswan.d}
  cp "$dir"/peer/swanctl.conf "$etc/swanctl/swanctl.conf"
  cp "$state/pki/$1.crt" "$etc/swanctl/x509/beta.crt"; cp "$state/pki/$1.key" "$etc/swanctl/private/beta.key"
  cp "$state"/pki/ca.crt "$etc/swanctl/x509ca/"
  cat >"$etc/strongswan.conf" <<CONF
charon {
  load = random nonce openssl curve25519 pem pkcs1 pkcs8 x509 revocation constraints pubkey aes gcm sha1 sha2 hmac kdf kernel-libipsec kernel-netlink socket-default vici
  plugins { kernel-libipsec { allow_peer_ts = yes } }
  filelog { stderr { path = $state/charon.log
      default = 1
      ike = 2
      cfg = 2
      esp = 2
      flush_line = yes } }
  retransmit_timeout = 1
  install_routes = yes
}
CONF
  nsenter --net=/run/netns/"$ns_b" unshare --mount --propagation private sh -c "
    echo \$\$ >$state/charon.pid
    mount -t tmpfs tmpfs /run && mkdir -p /run/lock && mount --bind $etc/swanctl /etc/swanctl && STRONGSWAN_CONF=$etc/strongswan.conf exec /usr/lib/ipsec/charon" >"$state/charon.out" 2>&1 &
  eventually 10 peer_swanctl --stats || { cat "$state/charon.out"; return 1; }
  peer_swanctl --load-all
}

# run_scenario DIR STATE, in a subshell of ../run.
run_scenario() {
  dir=$1 state=$2 capture_pid='' agent_pid=''
  trap 'topology_down' EXIT
  make_pki "$state/pki" && topology_up && capture_start || return 1
  . "$dir/scenario"
  scenario
  local result=$?
  agent status -o json >"$state/status.json" 2>&1
  [ -f "$state/charon.pid" ] && peer_swanctl --list-sas >"$state/sas.txt" 2>&1
  if [ $result != 0 ]; then
    echo "--- agent.log"; tail -n 30 "$state/agent.log" 2>/dev/null
    echo "--- charon.log"; tail -n 30 "$state/charon.log" 2>/dev/null
    echo "--- sas"; cat "$state/sas.txt" "$state/status.json" 2>/dev/null
  fi
  return $result
}
