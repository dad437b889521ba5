/** Where Quarkus meets the agent: main, configuration, health and metrics. Everything else is plain Java. */
@NullMarked
package dev.espalier.agent;

import org.jspecify.annotations.NullMarked;
