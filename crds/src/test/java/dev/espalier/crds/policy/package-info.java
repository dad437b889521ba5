@NullMarked
package dev.espalier.crds.policy;

import org.jspecify.annotations.NullMarked;
