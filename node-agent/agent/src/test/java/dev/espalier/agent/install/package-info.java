@NullMarked
package dev.espalier.agent.install;

import org.jspecify.annotations.NullMarked;
