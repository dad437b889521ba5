@NullMarked
package dev.espalier.agent.settings;

import org.jspecify.annotations.NullMarked;
