/**
 * The suite on a real cluster. {@link dev.espalier.e2e.ClusterSuite} opens the one {@link dev.espalier.e2e.Session} that all test classes
 * share: captures first, then the installation, the suite's own pods, and at the end of each test the leak check.
 */
@NullMarked
package dev.espalier.e2e;

import org.jspecify.annotations.NullMarked;
