@NullMarked
package dev.espalier.agent.reconcile;

import org.jspecify.annotations.NullMarked;
