/**
 * The API {@code ipsec.espalier.dev/v1alpha1} as Java types. Records fill in the schema's defaults themselves, so that an object
 * read from a file means the same as one that an API server has defaulted. Unknown fields are ignored, so that an older
 * agent can read what a newer schema admits; {@link dev.espalier.crds.policy.StrictReading} refuses them instead.
 */
@NullMarked
package dev.espalier.crds.v1alpha1;

import org.jspecify.annotations.NullMarked;
