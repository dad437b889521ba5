@NullMarked
package dev.espalier.agent.handover;

import org.jspecify.annotations.NullMarked;
