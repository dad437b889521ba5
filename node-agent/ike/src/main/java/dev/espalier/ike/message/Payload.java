package dev.espalier.ike.message;

import dev.espalier.ike.proposal.ProtocolId;
import dev.espalier.ike.proposal.SaProposal;
import dev.espalier.ike.selector.TrafficSelector;
import dev.espalier.ike.selector.UnknownSelector;
import dev.espalier.wire.Octets;
import java.util.List;

/**
 * A payload (RFC 7296 3.2 to 3.16). The Encrypted payloads SK and SKF are not among these: they are how a message travels, see
 * {@link Decoded}.
 */
public sealed interface Payload {
    PayloadType type();

    /** Security Association, RFC 7296 3.3. */
    record Sa(List<SaProposal> proposals) implements Payload {
        public Sa {
            proposals = List.copyOf(proposals);
        }

        @Override
        public PayloadType type() {
            return PayloadType.SA;
        }
    }

    /**
     * Key Exchange, RFC 7296 3.4.
     *
     * @param method number of the key exchange method ("group"), 0 to 65535, known or not
     * @param data the public value
     */
    record KeyExchange(int method, Octets data) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.KE;
        }
    }

    /**
     * Identification, RFC 7296 3.5.
     *
     * @param initiator whether this is IDi (otherwise IDr)
     * @param body type, three reserved octets and data as they came, since this is what AUTH covers (IKE-16); at least 4 octets
     */
    record Identification(boolean initiator, Octets body) implements Payload {
        static final int DATA_OFFSET = 4;

        public Identification {
            if (body.length() < DATA_OFFSET) {
                throw new IllegalArgumentException("an identification has at least 4 octets, not " + body.length());
            }
        }

        /** One of ours, with reserved octets zero (IKE-15). */
        public static Identification of(boolean initiator, IdType idType, Octets data) {
            return new Identification(
                    initiator,
                    Octets.of((byte) idType.value(), (byte) 0, (byte) 0, (byte) 0)
                            .concat(data));
        }

        public IdType idType() {
            return new IdType(body.get(0));
        }

        public Octets data() {
            return body.slice(DATA_OFFSET, body.length() - DATA_OFFSET);
        }

        @Override
        public PayloadType type() {
            return initiator ? PayloadType.ID_I : PayloadType.ID_R;
        }
    }

    /** Certificate, RFC 7296 3.6. */
    record Certificate(CertEncoding encoding, Octets data) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.CERT;
        }
    }

    /**
     * Certificate Request, RFC 7296 3.7.
     *
     * @param authorities for X.509: SHA-1 hashes of trusted public keys, 20 octets each; a hint, never a rule (IKE-49)
     */
    record CertificateRequest(CertEncoding encoding, Octets authorities) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.CERTREQ;
        }
    }

    /** Authentication, RFC 7296 3.8. */
    record Authentication(AuthMethod method, Octets data) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.AUTH;
        }
    }

    /** Nonce, RFC 7296 3.9: of 16 to 256 octets; a decoded one always is (IKE-41). */
    record Nonce(Octets data) implements Payload {
        public static final int MIN_OCTETS = 16;
        public static final int MAX_OCTETS = 256;

        public Nonce {
            if (data.length() < MIN_OCTETS || data.length() > MAX_OCTETS) {
                throw new IllegalArgumentException("a nonce has 16 to 256 octets, not " + data.length());
            }
        }

        @Override
        public PayloadType type() {
            return PayloadType.NONCE;
        }
    }

    /**
     * Notify, RFC 7296 3.10.
     *
     * @param protocol {@link ProtocolId#NONE} unless it concerns an existing SA
     * @param spi of that SA; empty when there is none, or when it is the IKE SA itself
     */
    record Notify(ProtocolId protocol, Octets spi, NotifyType notifyType, Octets data) implements Payload {
        /** A notify that concerns no other SA. */
        public static Notify of(NotifyType notifyType, Octets data) {
            return new Notify(ProtocolId.NONE, Octets.EMPTY, notifyType, data);
        }

        /** A notify that concerns no other SA and says nothing more. */
        public static Notify of(NotifyType notifyType) {
            return of(notifyType, Octets.EMPTY);
        }

        @Override
        public PayloadType type() {
            return PayloadType.NOTIFY;
        }
    }

    /**
     * Delete, RFC 7296 3.11.
     *
     * @param spis the sender's inbound SPIs, all of one length; none when {@code protocol} is IKE
     */
    record Delete(ProtocolId protocol, List<Octets> spis) implements Payload {
        public Delete {
            spis = List.copyOf(spis);
        }

        @Override
        public PayloadType type() {
            return PayloadType.DELETE;
        }
    }

    /** Vendor ID, RFC 7296 3.12. */
    record VendorId(Octets data) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.VENDOR_ID;
        }
    }

    /**
     * Traffic Selector, RFC 7296 3.13.
     *
     * @param initiator whether this is TSi (otherwise TSr)
     * @param unknown selectors that are no address ranges
     */
    record TrafficSelectors(boolean initiator, List<TrafficSelector> selectors, List<UnknownSelector> unknown)
            implements Payload {
        public TrafficSelectors {
            selectors = List.copyOf(selectors);
            unknown = List.copyOf(unknown);
        }

        public TrafficSelectors(boolean initiator, List<TrafficSelector> selectors) {
            this(initiator, selectors, List.of());
        }

        @Override
        public PayloadType type() {
            return initiator ? PayloadType.TS_I : PayloadType.TS_R;
        }
    }

    /** Configuration, RFC 7296 3.15, not looked into (IKE-53). */
    record Configuration(Octets body) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.CP;
        }
    }

    /** Extensible Authentication, RFC 7296 3.16, not looked into (IKE-52). */
    record Eap(Octets body) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.EAP;
        }
    }

    /** A payload of a type that we don't know and that was not marked critical (IKE-14). */
    record Unknown(PayloadType type, Octets body) implements Payload {}
}
