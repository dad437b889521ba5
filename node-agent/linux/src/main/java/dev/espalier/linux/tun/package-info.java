/** TUN devices: layer 3 packets in and out of user space. */
@NullMarked
package dev.espalier.linux.tun;

import org.jspecify.annotations.NullMarked;
