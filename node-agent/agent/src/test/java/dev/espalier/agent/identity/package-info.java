@NullMarked
package dev.espalier.agent.identity;

import org.jspecify.annotations.NullMarked;
