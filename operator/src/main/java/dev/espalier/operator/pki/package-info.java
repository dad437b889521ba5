/**
 * The cluster's certificate authority: makes and keeps the CA, ties each request to the node that it comes from, signs by its own
 * template, keeps the ledger of what was issued, and publishes trust anchors and revoked serials.
 */
@NullMarked
package dev.espalier.operator.pki;

import org.jspecify.annotations.NullMarked;
