/**
 * What the lab relies on a Kubernetes API to do, as named probes. By default against the embedded server; with {@code LAB_API=KUBECONFIG} or
 * {@code KUBEBUILDER_ASSETS=FOLDER} (kube-apiserver and etcd in it) the same probes run against a real one.
 */
@NullMarked
package dev.espalier.lab.probe;

import org.jspecify.annotations.NullMarked;
