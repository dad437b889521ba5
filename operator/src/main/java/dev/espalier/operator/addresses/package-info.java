/** Addresses of pods that are not of their node's pod networks, as of a cloud's interfaces: from Pod objects into IPSecNode.spec. */
@NullMarked
package dev.espalier.operator.addresses;

import org.jspecify.annotations.NullMarked;
