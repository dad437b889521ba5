/**
 * The engine's cryptography: PRFs and the key schedule, key exchanges, the SK payload's ciphers, NAT detection hashes, cookies. Every
 * primitive comes through JCA by name, so that another provider (FIPS) can be put in by configuration.
 */
@NullMarked
package dev.espalier.ike.crypto;

import org.jspecify.annotations.NullMarked;
