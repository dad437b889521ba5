@NullMarked
package dev.espalier.agent.crypto;

import org.jspecify.annotations.NullMarked;
