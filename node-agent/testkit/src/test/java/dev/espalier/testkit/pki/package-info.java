@NullMarked
package dev.espalier.testkit.pki;

import org.jspecify.annotations.NullMarked;
