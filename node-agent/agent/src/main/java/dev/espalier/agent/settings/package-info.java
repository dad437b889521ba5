/** The agent's settings, read from the environment and checked before anything starts. */
@NullMarked
package dev.espalier.agent.settings;

import org.jspecify.annotations.NullMarked;
