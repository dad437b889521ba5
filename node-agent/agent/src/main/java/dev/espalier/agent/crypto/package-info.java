/** Packet ciphers of native libraries, put behind the interface that ESP asks for. */
@NullMarked
package dev.espalier.agent.crypto;

import org.jspecify.annotations.NullMarked;
