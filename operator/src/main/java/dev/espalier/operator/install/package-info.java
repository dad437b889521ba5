/** Keeps an IPSecNode per Node, and cuts off nodes that are gone. */
@NullMarked
package dev.espalier.operator.install;

import org.jspecify.annotations.NullMarked;
