/** Puts the CNI plugin and its configuration on the node, and takes everything of ours off it again (CNI-14). */
@NullMarked
package dev.espalier.agent.install;

import org.jspecify.annotations.NullMarked;
