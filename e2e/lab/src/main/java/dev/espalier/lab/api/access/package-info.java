/** Who asks (certificates, tokens) and what they may do (RBAC). */
@NullMarked
package dev.espalier.lab.api.access;

import org.jspecify.annotations.NullMarked;
