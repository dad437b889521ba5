/** The typed edge to the C library: set-up calls that throw {@link dev.espalier.linux.libc.ErrnoException}, calls per packet that take raw addresses and
 * return {@code -errno}, off-heap memory, poll. Constants are those of Linux on x86_64 and aarch64, which agree on all that is used here. */
@NullMarked
package dev.espalier.linux.libc;

import org.jspecify.annotations.NullMarked;
