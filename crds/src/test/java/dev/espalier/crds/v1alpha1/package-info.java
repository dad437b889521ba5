@NullMarked
package dev.espalier.crds.v1alpha1;

import org.jspecify.annotations.NullMarked;
