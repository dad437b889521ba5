/** An agent writes the status of its own node's IPSecNode and no other (CSR-10), also where the API server cannot say so by itself. */
@NullMarked
package dev.espalier.operator.admission;

import org.jspecify.annotations.NullMarked;
