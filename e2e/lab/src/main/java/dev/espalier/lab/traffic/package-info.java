/** Servers and clients inside pods: reachability, HTTP, numbered streams. */
@NullMarked
package dev.espalier.lab.traffic;

import org.jspecify.annotations.NullMarked;
