/** Network namespaces as nodes, joined by a bridge. */
@NullMarked
package dev.espalier.lab.topology;

import org.jspecify.annotations.NullMarked;
