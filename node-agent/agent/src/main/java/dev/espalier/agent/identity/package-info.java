/**
 * Who this node is: its key, made here and never sent anywhere, the certificate for it, the roots it trusts, and the serial numbers it
 * trusts no more. From a folder, or from the Kubernetes API by way of a CertificateSigningRequest.
 */
@NullMarked
package dev.espalier.agent.identity;

import org.jspecify.annotations.NullMarked;
