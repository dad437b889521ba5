/** The packet loops: platform threads between the TUN device, the UDP sockets and the sans-IO ESP path. {@link dev.espalier.agent.loop.DataPath} is the way in. */
@NullMarked
package dev.espalier.agent.loop;

import org.jspecify.annotations.NullMarked;
