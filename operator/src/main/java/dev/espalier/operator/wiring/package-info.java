/** Where settings, clients and clocks become objects: the only part that knows the framework. */
@NullMarked
package dev.espalier.operator.wiring;

import org.jspecify.annotations.NullMarked;
