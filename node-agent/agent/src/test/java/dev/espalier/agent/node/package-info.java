@NullMarked
package dev.espalier.agent.node;

import org.jspecify.annotations.NullMarked;
