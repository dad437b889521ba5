/** IP addresses, prefixes, endpoints, header views and checksums. */
@NullMarked
package dev.espalier.wire.ip;

import org.jspecify.annotations.NullMarked;
