/** What policies mean: validation, the effective set and its hash. Pure; shared by operator and agent so that both agree. */
@NullMarked
package dev.espalier.crds.policy;

import org.jspecify.annotations.NullMarked;
