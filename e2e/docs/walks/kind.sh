# A kind cluster for walks/kind, by the commands that the documentation has. With KIND_NETNS, Docker and its ports are in that namespace.
. "$here/walks/kubernetes.sh"
export KUBECONFIG=$tmp/kind.kubeconfig
export PATH=$PATH:${XDG_CACHE_HOME:-$HOME/.cache}/espalier/testbed/bin-1.20:$here/tools
# What the reader types as `kind` and `kubectl` runs where Docker publishes the API server's port.
if [ -n "${KIND_NETNS:-}" ]; then
  mkdir -p "$tmp/bin"
  for each in kind kubectl helm; do
    printf '#!/bin/sh\nexec nsenter --net=%s -- %s "$@"\n' "$KIND_NETNS" "$(command -v $each)" >"$tmp/bin/$each"
    chmod +x "$tmp/bin/$each"
  done
  PATH=$tmp/bin:$PATH
fi
kind_down() { kind delete cluster; }
