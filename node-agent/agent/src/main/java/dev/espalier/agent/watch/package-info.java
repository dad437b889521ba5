/** Following the content of a folder. */
@NullMarked
package dev.espalier.agent.watch;

import org.jspecify.annotations.NullMarked;
