/** The command line. Verbs talk to the running agent over its admin socket and load none of the agent. */
@NullMarked
package dev.espalier.agent.cli;

import org.jspecify.annotations.NullMarked;
