/** Pods as network namespaces, wired by the real CNI binary as a kubelet would call it. */
@NullMarked
package dev.espalier.lab.pods;

import org.jspecify.annotations.NullMarked;
