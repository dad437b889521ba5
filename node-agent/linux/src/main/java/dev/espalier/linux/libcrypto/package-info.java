/** OpenSSL's libcrypto, for ciphers that work on native memory. */
@NullMarked
package dev.espalier.linux.libcrypto;

import org.jspecify.annotations.NullMarked;
