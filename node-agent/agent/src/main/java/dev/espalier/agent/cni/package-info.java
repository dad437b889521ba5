/**
 * The agent's side of CNI: attaches pods of this node to its pod network.
 *
 * <pre>
 *   pod namespace                          node namespace
 *   eth0 ADDRESS/32 ── veth pair ── espXXXXXXXXXXX   rule  7710 iif espXXXXXXXXXXX lookup 7700
 *   GATEWAY dev eth0 scope link                      7700  ADDRESS dev espXXXXXXXXXXX
 *   default via GATEWAY                              neighbour ADDRESS lladdr POD permanent
 *   neighbour GATEWAY lladdr NODE permanent
 * </pre>
 *
 * Routes to pods are in table 7700 alone, which only traffic that may reach pods is looked up in ({@code agent.reconcile} makes the rules for the TUN device
 * and for the node itself), so a packet that comes in on an uplink for a pod is unreachable (ESP-12, TUN-01).
 */
@NullMarked
package dev.espalier.agent.cni;

import org.jspecify.annotations.NullMarked;
