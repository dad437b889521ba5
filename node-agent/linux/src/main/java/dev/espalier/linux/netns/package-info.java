/** Network namespaces, and sysctls inside them. */
@NullMarked
package dev.espalier.linux.netns;

import org.jspecify.annotations.NullMarked;
