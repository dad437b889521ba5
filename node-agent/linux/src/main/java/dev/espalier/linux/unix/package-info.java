/** Unix domain sockets that pass open descriptors from one process to another (unix(7), SCM_RIGHTS). */
@NullMarked
package dev.espalier.linux.unix;

import org.jspecify.annotations.NullMarked;
