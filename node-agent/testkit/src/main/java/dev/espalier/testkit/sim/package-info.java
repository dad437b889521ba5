/**
 * A network of IKE endpoints in virtual time: delay, loss, duplication, reordering, partitions, crashes, all from one seed. After
 * every step each end's data path is held against the others' (see {@link dev.espalier.testkit.sim.SimDataPath}).
 */
@NullMarked
package dev.espalier.testkit.sim;

import org.jspecify.annotations.NullMarked;
