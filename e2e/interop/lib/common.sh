# Sourced by ../run. One scenario = two namespaces joined by a veth, `a` with our agent and `b` with the peer; scenarios run side by side.
#
#   a  172.29.0.1, fd29::1   node "alpha", inner 10.81.0.0/24, fd81::/64
#   b  172.29.0.2, fd29::2   node "beta",  inner 10.82.0.0/24, fd82::/64; answers on 10.82.0.1 and fd82::1
#
# What a scenario does not bring itself is made from lib/espalier and lib/swanctl.conf, with these variables, which it may set before it calls
# anything: ike, esp (proposals), esn, our_cert, their_cert (files of make_pki), our_id, their_id, our_auth, their_auth (pubkey, psk, ...),
# secrets (of swanctl.conf), our_ts, their_ts, outer_a, outer_b, encap, childless, charon_options, charon_root (another strongSwan).

defaults() {
  ns_a=espalier-io-$1-a ns_b=espalier-io-$1-b ns_nat=espalier-io-$1-n
  ike=aes256gcm16-prfsha384-x25519 esp=aes256gcm16-x25519 esp_theirs= esn=false our_cert=alpha their_cert=beta our_id=@alpha their_id=@beta
  our_auth=pubkey their_auth=pubkey secrets= our_ts=10.81.0.0/24 their_ts=10.82.0.0/24 outer_a=172.29.0.1 outer_b=172.29.0.2 their_remote=
  encap=yes childless=allow charon_options= charon_root= their_ca=ca.crt
}

# step TEXT...: a line in the scenario's log.
step() { echo "[$(date +%T)] $*"; }

# eventually SECONDS COMMAND...: retries until it succeeds; ESPALIER_INTEROP_PATIENCE multiplies the seconds, for a busy machine.
eventually() {
  local deadline=$(($(date +%s) + $1 * ${ESPALIER_INTEROP_PATIENCE:-1})); shift
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$deadline" ] || { step "gave up on: $*"; "$@"; return 1; }
    sleep 0.2
  done
}

in_a() { ip netns exec "$ns_a" "$@"; }
in_b() { ip netns exec "$ns_b" "$@"; }
agent() { ESPALIER_RUN_DIR=$state/run "$root/node-agent/bin/espalier-agent" "$@"; }
peer_swanctl() {
  nsenter --mount=/proc/"$(cat "$state/charon.pid")"/ns/mnt --net=/run/netns/"$ns_b" ${charon_root:+chroot "$charon_root"} /usr/sbin/swanctl "$@"
}

# make_pki DIR: once for all scenarios. Two roots, an intermediate, a CRL; certificates of every kind of key, good and bad.
make_pki() {
  local dir=$1 ca kind; mkdir -p "$dir"
  for ca in ca other-ca; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/$ca.key" -out "$dir/$ca.crt" -days 2 \
      -subj "/O=espalier:test/CN=$ca" -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
  done
  new_key "$dir/middle.key" p256
  openssl req -new -key "$dir/middle.key" -out "$dir/middle.csr" -subj /O=espalier:test/CN=middle 2>/dev/null
  openssl x509 -req -in "$dir/middle.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 2 -out "$dir/middle.crt" -extfile <(
    echo 'basicConstraints=critical,CA:TRUE,pathlen:0'; echo 'keyUsage=critical,keyCertSign,cRLSign') 2>/dev/null
  issue_cert "$dir" alpha alpha ca p256
  issue_cert "$dir" beta beta ca p256
  issue_cert "$dir" foreign beta other-ca p256
  issue_cert "$dir" gamma gamma ca p256
  for kind in rsa3072 rsa4096 p384 p521 ed25519 ed448; do issue_cert "$dir" "alpha-$kind" alpha ca $kind; issue_cert "$dir" "beta-$kind" beta ca $kind; done
  issue_cert "$dir" beta-middle beta middle p256
  cat "$dir/middle.crt" >>"$dir/beta-middle.crt"
  issue_cert "$dir" alpha-middle alpha middle p256
  cat "$dir/middle.crt" >>"$dir/alpha-middle.crt"
  issue_cert "$dir" revoked beta other-ca p256
  issue_cert "$dir" unrevoked beta other-ca p256
  new_key "$dir/expired.key" p256
  openssl req -new -key "$dir/expired.key" -out "$dir/expired.csr" -subj /CN=beta 2>/dev/null
  make_ca_database "$dir"
  (cd "$dir" && openssl ca -batch -config ca.cnf -name main -startdate 20200101000000Z -enddate 20200102000000Z -in expired.csr -out expired.crt -notext \
    && openssl ca -config ca.cnf -name other -revoke revoked.crt && openssl ca -config ca.cnf -name other -gencrl -crldays 1 -out other-ca.crl) >"$dir/ca.log" 2>&1
}

make_ca_database() {
  local dir=$1 name
  for name in main other; do : >"$dir/$name.index"; echo 7000 >"$dir/$name.serial"; done
  cat >"$dir/ca.cnf" <<CONF
[main]
certificate=ca.crt
private_key=ca.key
database=main.index
serial=main.serial
new_certs_dir=.
default_md=sha256
policy=any
x509_extensions=node
[other]
certificate=other-ca.crt
private_key=other-ca.key
database=other.index
serial=other.serial
new_certs_dir=.
default_md=sha256
policy=any
[any]
commonName=supplied
[node]
subjectAltName=DNS:beta
keyUsage=critical,digitalSignature
CONF
}

# new_key FILE KIND
new_key() {
  case $2 in
    rsa*) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:${2#rsa} -out "$1" ;;
    p*) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-${2#p} -out "$1" ;;
    *) openssl genpkey -algorithm "$2" -out "$1" ;;
  esac 2>/dev/null
}

# issue_cert DIR FILE NAME CA KIND
issue_cert() {
  local dir=$1 file=$2 name=$3 ca=$4
  new_key "$dir/$file.key" "$5"
  openssl req -new -key "$dir/$file.key" -out "$dir/$file.csr" -subj "/O=espalier:nodes/CN=$name" 2>/dev/null
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
  ip -n "$ns_a" -6 route add default via fd29::2; ip -n "$ns_b" -6 route add default via fd29::1
  ip -n "$ns_b" addr add 10.82.0.1/32 dev lo; ip -n "$ns_b" addr add fd82::1/128 dev lo nodad
  in_b sysctl -qw net.ipv4.ip_forward=1
}

topology_down() {
  local ns
  for ns in "$ns_a" "$ns_b" "$ns_nat"; do
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
  [ -d "$state/source" ] || make_source
  ESPALIER_NODE_NAME=alpha ESPALIER_SOURCE=file:$state/source ESPALIER_IDENTITY_DIR=$state/identity ESPALIER_RUN_DIR=$state/run \
    ip netns exec "$ns_a" "$root/node-agent/bin/espalier-agent" run >"$state/agent.log" 2>&1 &
  agent_pid=$!
  eventually 60 agent status
}

# start_second_agent CERT: our agent in namespace b too, as the node of that name, from the same folder.
start_second_agent() {
  local identity=$state/identity-b
  mkdir -p "$identity" "$state/run-b"
  cp "$state/pki/$1.crt" "$identity/tls.crt"; cp "$state/pki/$1.key" "$identity/tls.key"; cp "$state/pki/ca.crt" "$identity/ca.crt"
  ip -n "$ns_b" addr del 10.82.0.1/32 dev lo
  ESPALIER_NODE_NAME=$1 ESPALIER_SOURCE=file:$state/source ESPALIER_IDENTITY_DIR=$identity ESPALIER_RUN_DIR=$state/run-b \
    ip netns exec "$ns_b" "$root/node-agent/bin/espalier-agent" run >"$state/agent-b.log" 2>&1 &
  eventually 60 env ESPALIER_RUN_DIR="$state/run-b" "$root/node-agent/bin/espalier-agent" status
}

# make_source: the agent's folder, the scenario's own files over lib/espalier; @name@ stands for the variable, @pem FILE@ for what the PKI has.
make_source() {
  mkdir -p "$state/source"
  cp "$here"/lib/espalier/*.yaml "$state/source/"
  if [ -d "$dir/espalier" ]; then cp -r "$dir"/espalier/. "$state/source/"; fi
  local file name
  while read -r file; do
    fill "$file"
    for name in $(sed -n 's/^ *@pem \(.*\)@$/\1/p' "$file"); do
      awk -v name="$name" -v pem="$state/pki/$name" '$0 ~ "@pem " name "@" { sub(/@pem.*/, ""); while ((getline line < pem) > 0) print $0 line; next } { print }' "$file" >"$file.new"
      mv "$file.new" "$file"
    done
  done < <(find "$state/source" -name '*.yaml')
}

# fill FILE: @name@ becomes the value of the variable.
fill() {
  local name
  for name in ike esp esn outer_a outer_b their_remote their_auth their_id their_certs our_auth our_id our_cacerts their_ts our_ts esp_theirs secrets encap childless; do
    sed -i "s|@$name@|${!name-}|g" "$1"
  done
}

# start_charon CERT: strongSwan with its user-space ESP in namespace b, with a /run and configuration of its own.
start_charon() {
  local etc=$state/etc their_certs= our_cacerts= prefix=
  esp_theirs=${esp_theirs:-$esp}
  their_remote=${their_remote:-$outer_a}
  mkdir -p "$etc"/{swanctl/{x509,x509ca,private,conf.d},strongswan.d}
  if [ "$their_auth" != psk ]; then their_certs='certs = beta.crt'; fi
  # An ID of the form @name is one of swanctl, too; in sed nothing is special about it.
  if [ -f "$dir/peer/swanctl.conf" ]; then cp "$dir"/peer/swanctl.conf "$etc/swanctl/swanctl.conf"; else cp "$here/lib/swanctl.conf" "$etc/swanctl/swanctl.conf"; fi
  fill "$etc/swanctl/swanctl.conf"
  cp "$state/pki/$1.crt" "$etc/swanctl/x509/beta.crt"; cp "$state/pki/$1.key" "$etc/swanctl/private/beta.key"
  cp "$state/pki/$their_ca" "$etc/swanctl/x509ca/"
  # It takes one certificate a file.
  awk -v out="$etc/swanctl/x509ca/chain" '/BEGIN/ { n++ } n > 1 { print > (out n ".crt") }' "$state/pki/$1.crt"
  cat >"$etc/strongswan.conf" <<CONF
charon {
  load = random nonce openssl curve25519 pem pkcs1 pkcs8 x509 revocation constraints pubkey aes gcm chapoly sha1 sha2 hmac mgf1 kdf kernel-libipsec kernel-netlink socket-default vici
  plugins { kernel-libipsec { allow_peer_ts = yes } }
  filelog { stderr { path = $state/charon.log
      default = 1
      ike = 2
      cfg = 2
      esp = 2
      flush_line = yes } }
  retransmit_timeout = 1
  install_routes = yes
  rsa_pss = yes
  fragment_size = 1200
  $charon_options
}
CONF
  nsenter --net=/run/netns/"$ns_b" unshare --mount --propagation private sh -c "
    echo \$\$ >$state/charon.pid
    R=$charon_root
    if [ -n \"\$R\" ]; then
      mkdir -p \$R$state \$R/etc/swanctl && mount --bind $state \$R$state && mount -t proc proc \$R/proc && mount --rbind /dev \$R/dev
    fi
    [ -z \"\$R\" ] || mount -t tmpfs tmpfs \$R/var/run
    mount -t tmpfs tmpfs \$R/run && mkdir -p \$R/run/lock \$R/etc/swanctl && mount --bind $etc/swanctl \$R/etc/swanctl \\
      && STRONGSWAN_CONF=$etc/strongswan.conf exec ${charon_root:+chroot $charon_root} /usr/lib/ipsec/charon" >"$state/charon.out" 2>&1 &
  eventually 15 peer_swanctl --stats || { cat "$state/charon.out"; return 1; }
  peer_swanctl --load-all
}

# ---- what scenarios are made of

# we_open: their daemon first, then our agent, which opens; traffic passes.
we_open() {
  start_charon "$their_cert" || return 1
  start_agent "$our_cert" || return 1
  step "our agent opens"
  eventually 30 in_a ping -c 1 -W 1 -I "$ping_a" "$ping_b" || return 1
  in_a ping -c 10 -i 0.05 -W 1 -q -I "$ping_a" "$ping_b" || return 1
}

# they_open: what there is ends, and they open before our agent does it again.
they_open() {
  step "strongSwan opens"
  # Our agent opens again by itself a second later, and may be first.
  eventually 20 opened_by_them || { cat "$state/initiate"; return 1; }
  eventually 20 in_b ping -c 1 -W 1 -I "$ping_b" "$ping_a" || return 1
  in_b ping -c 10 -i 0.05 -W 1 -q -I "$ping_b" "$ping_a" || return 1
}

opened_by_them() {
  peer_swanctl --terminate --ike alpha >/dev/null 2>&1
  peer_swanctl --initiate --child net --timeout 20 >"$state/initiate" 2>&1
}

both_roles() { we_open && they_open && capture_stop && expect_sealed; }

# lossless COMMAND...: while it runs, no ping is lost.
lossless() {
  in_a ping -c 60 -i 0.05 -W 1 -q -I "$ping_a" "$ping_b" >"$state/ping" & local ping=$!
  "$@" || return 1
  wait $ping; grep ' 0% packet loss' "$state/ping" || { step "lost packets during: $*"; cat "$state/ping"; return 1; }
}

# refused PATTERN: nothing passes, no SA stands, nothing leaves in clear, and our status says why.
refused() {
  start_charon "$their_cert" || return 1
  start_agent "$our_cert" || return 1
  in_a ping -c 10 -i 0.2 -W 1 -q -I "$ping_a" "$ping_b" && { step "a ping went through"; return 1; }
  eventually 10 sh -c "ESPALIER_RUN_DIR=$state/run '$root/node-agent/bin/espalier-agent' status -o json | grep -i '$1'" || { agent status; return 1; }
  agent status -o json | grep -i '"state"' | grep -qi established && { step "an SA stands"; return 1; }
  capture_stop
  expect_no_clear
}

expect_suite() { agent status -o json | grep -q "\"suite\" *: *\"$1" || { step "not the suite $1"; agent status -o json; return 1; }; }

# run_scenario DIR STATE NUMBER, in a subshell of ../run.
run_scenario() {
  dir=$1 state=$2 capture_pid='' agent_pid=''
  ping_a=10.81.0.1 ping_b=10.82.0.1
  trap 'topology_down' EXIT
  ln -s "$work/pki" "$state/pki"
  defaults "$3"
  topology_up && capture_start || return 1
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
