/** A whole sealed cluster on one machine: network namespaces as nodes, real agents, a real operator, real CNI calls. */
@NullMarked
package dev.espalier.lab;

import org.jspecify.annotations.NullMarked;
