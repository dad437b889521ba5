/** What the tests of several packages share. */
@NullMarked
package dev.espalier.esp;

import org.jspecify.annotations.NullMarked;
