/** The IPSecAuthority: what people see of the CA and ask of it. */
@NullMarked
package dev.espalier.operator.authority;

import org.jspecify.annotations.NullMarked;
