/** Objects, resource versions, the event log that watches read, and garbage collection. */
@NullMarked
package dev.espalier.lab.api.store;

import org.jspecify.annotations.NullMarked;
