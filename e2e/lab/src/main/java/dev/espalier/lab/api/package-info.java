/** The lab's Kubernetes API: a small in-memory server with the behaviours that operators and node agents rely on, and the way to put a real one in its place. For labs and tests, never for production. */
@NullMarked
package dev.espalier.lab.api;

import org.jspecify.annotations.NullMarked;
