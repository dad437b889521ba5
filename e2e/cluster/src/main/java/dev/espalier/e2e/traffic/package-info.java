/**
 * The program inside the suite's pods: servers and clients whose answers say who spoke with whom. It runs from the tools image on a Java
 * run-time of {@code java.base} alone.
 */
@NullMarked
package dev.espalier.e2e.traffic;

import org.jspecify.annotations.NullMarked;
