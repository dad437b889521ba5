@NullMarked
package dev.espalier.agent.observe;

import org.jspecify.annotations.NullMarked;
