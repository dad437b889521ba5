/** rtnetlink: links, addresses, routes, rules, neighbours, and a monitor of their changes. Encoders and parsers are pure and need no root. */
@NullMarked
package dev.espalier.linux.netlink;

import org.jspecify.annotations.NullMarked;
