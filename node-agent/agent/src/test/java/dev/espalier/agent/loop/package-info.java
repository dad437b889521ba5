@NullMarked
package dev.espalier.agent.loop;

import org.jspecify.annotations.NullMarked;
