/** What the agent says about itself: live status, metrics, health, the admin socket, and the status of its {@code IPSecNode}. */
@NullMarked
package dev.espalier.agent.observe;

import org.jspecify.annotations.NullMarked;
