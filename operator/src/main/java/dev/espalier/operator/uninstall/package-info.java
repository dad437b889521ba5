/** Takes Espalier off all nodes of a cluster before its objects are deleted. */
@NullMarked
package dev.espalier.operator.uninstall;

import org.jspecify.annotations.NullMarked;
