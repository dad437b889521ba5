/** UDP sockets that receive and send in batches without allocating. */
@NullMarked
package dev.espalier.linux.udp;

import org.jspecify.annotations.NullMarked;
