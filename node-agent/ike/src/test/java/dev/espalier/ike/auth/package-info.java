@NullMarked
package dev.espalier.ike.auth;

import org.jspecify.annotations.NullMarked;
