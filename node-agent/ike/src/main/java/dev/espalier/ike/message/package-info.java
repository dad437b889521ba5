/**
 * IKEv2 messages (RFC 7296 3, RFC 7383): header, payloads, their strict codec, encryption and fragments. Octets from the
 * network become values here, never exceptions.
 *
 * <pre>
 * datagram -> MessageCodec.decode -> Decoded.Cleartext
 *                                  | Decoded.Encrypted -> SkMessages.open    -> Opened.Complete | Opened.ProtectedError | ...
 *                                  | Decoded.Fragment  -> Reassembler.accept -> the same, or Opened.Pending
 *                                  | Decoded.Refused, Decoded.UnprotectedError
 * </pre>
 */
@NullMarked
package dev.espalier.ike.message;

import org.jspecify.annotations.NullMarked;
