/**
 * How each end proves who it is: AUTH payloads by RFC 7427 signatures or a shared key, certification paths, and the binding of an
 * identity to its certificate. Results are values; nothing here ever fetches anything (IKE-50).
 */
@NullMarked
package dev.espalier.ike.auth;

import org.jspecify.annotations.NullMarked;
