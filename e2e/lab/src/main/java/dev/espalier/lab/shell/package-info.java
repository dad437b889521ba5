/** Running commands, and background processes that outlive the command that started them. */
@NullMarked
package dev.espalier.lab.shell;

import org.jspecify.annotations.NullMarked;
