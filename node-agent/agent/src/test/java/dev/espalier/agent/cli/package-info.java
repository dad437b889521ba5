@NullMarked
package dev.espalier.agent.cli;

import org.jspecify.annotations.NullMarked;
