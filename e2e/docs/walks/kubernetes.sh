# The testbed's Kubernetes for walks/kubernetes: nodes kt-n1 to kt-n3, which the documentation calls n1 to n3.
testbed=$root/e2e/cluster/testbed
version=$(sed -n 's|.*<version>\(.*\)-SNAPSHOT</version>.*|\1|p' "$root/pom.xml" | head -n 1)

cluster_up() {
  "$testbed" up >"$tmp/up.log" 2>&1 || { tail -n 20 "$tmp/up.log"; return 1; }
  KUBECONFIG=${XDG_CACHE_HOME:-$HOME/.cache}/espalier/testbed/kt/admin-relay.conf
  PATH=$PATH:${XDG_CACHE_HOME:-$HOME/.cache}/espalier/testbed/bin-1.20:$here/tools
  export KUBECONFIG PATH
}

# gone: nothing of Espalier is left on any node.
gone() {
  local node
  for node in kt-n1 kt-n2 kt-n3; do
    "$testbed" node $node sh -c '! ip -o link | grep -E "espalier0|: esp" && ! ip rule | grep -E "77(00|01|10)" && ! nft list table inet espalier 2>/dev/null &&
      ! ls /etc/cni/net.d/*espalier* 2>/dev/null && ! ls /opt/cni/bin/espalier 2>/dev/null' || { echo "docs: left on $node"; return 1; }
  done
}

sealed() { kubectl wait --for=condition=Ready --timeout=120s ipsecpolicy/default && kubectl get nodes,ipsecpolicies,ipsecnodes; }
settled() {
  local i stage
  for i in $(seq 60); do
    stage=$(kubectl get ipsecauthorities -o jsonpath='{.items[0].status.conditions[?(@.type=="Rolling")].reason}')
    [ "$stage" = Settled ] && return 0
    sleep 3
  done
  kubectl get ipsecauthorities -o yaml; return 1
}
again_tagged() { local n; for n in 1 2 3; do "$testbed" node kt-n$n ctr -n k8s.io images tag "docker.io/library/espalier:$version" docker.io/library/espalier:next >/dev/null || return 1; done; }
pod_network() { kubectl -n espalier-system exec daemonset/espalier-agent -- espalier-agent status | head -n 12; }
chained_cluster() { "$testbed" kt ref-cni; }
