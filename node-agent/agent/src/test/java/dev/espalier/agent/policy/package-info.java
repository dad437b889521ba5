@NullMarked
package dev.espalier.agent.policy;

import org.jspecify.annotations.NullMarked;
