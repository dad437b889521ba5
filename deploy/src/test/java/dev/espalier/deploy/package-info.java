/** The Helm chart and the plain manifests that are rendered from it, tested by Helm itself. */
@NullMarked
package dev.espalier.deploy;

import org.jspecify.annotations.NullMarked;
