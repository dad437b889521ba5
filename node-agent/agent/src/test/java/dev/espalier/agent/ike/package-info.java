@NullMarked
package dev.espalier.agent.ike;

import org.jspecify.annotations.NullMarked;
