package dev.espalier.ike.proposal;

import dev.espalier.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A set of transforms, of which one of each type is to be used (RFC 7296 3.3). An offer has several of a type in order of
 * preference; a choice has one of each.
 *
 * @param transforms in order of preference within each type; types may be interleaved
 */
public record Proposal(ProtocolId protocol, List<Transform> transforms) {
    public Proposal {
        transforms = List.copyOf(transforms);
    }

    /**
     * Parses strongSwan's spelling of an IKE proposal, such as {@code aes256gcm16-prfsha384-x25519} or
     * {@code aes256-sha256-ecp256}, where the PRF follows from the integrity algorithm. Throws {@link IllegalArgumentException}
     * that names the token at fault.
     */
    public static Proposal parseIke(String text) {
        return Spelling.parse(text, ProtocolId.IKE);
    }

    /**
     * Parses strongSwan's spelling of an ESP proposal, such as {@code aes256gcm16-x25519-esn}; without {@code esn} or
     * {@code noesn} it stands for {@code noesn}. Throws {@link IllegalArgumentException} that names the token at fault.
     */
    public static Proposal parseEsp(String text) {
        return Spelling.parse(text, ProtocolId.ESP);
    }

    /** The transforms of one type, preferred first. */
    public List<Transform> of(TransformType type) {
        return transforms.stream().filter(t -> t.type().equals(type)).toList();
    }

    /** The one transform of this type in a choice; empty when there is none, {@link IllegalArgumentException} when there are several. */
    public Optional<Transform> single(TransformType type) {
        List<Transform> all = of(type);
        if (all.size() > 1) {
            throw new IllegalArgumentException(all.size() + " transforms of type " + type + " in " + this);
        }
        return all.stream().findFirst();
    }

    /** The (main) key exchange of a choice; empty when it has none or NONE. */
    public Optional<KeyExchangeMethod> keyExchange() {
        return single(TransformType.KEY_EXCHANGE).filter(t -> !t.isNone()).flatMap(t -> KeyExchangeMethod.of(t.id()));
    }

    /** The key exchange methods of an offer that we know, preferred first, NONE left out. */
    public List<KeyExchangeMethod> keyExchanges() {
        return of(TransformType.KEY_EXCHANGE).stream()
                .filter(t -> !t.isNone())
                .flatMap(t -> KeyExchangeMethod.of(t.id()).stream())
                .toList();
    }

    /** The same without key exchanges, main or additional: what goes into IKE_AUTH (RFC 7296 1.2). */
    public Proposal withoutKeyExchange() {
        return new Proposal(
                protocol,
                transforms.stream()
                        .filter(t -> !t.type().equals(TransformType.KEY_EXCHANGE)
                                && !t.type().isAdditionalKeyExchange())
                        .toList());
    }

    /** ADDKE1 to ADDKE7 of a choice in order, those that are NONE left out (RFC 9370). */
    public List<KeyExchangeMethod> additionalKeyExchanges() {
        List<KeyExchangeMethod> additional = new ArrayList<>();
        for (int n = 1; n <= TransformType.ADDITIONAL_KEY_EXCHANGES; n++) {
            single(TransformType.additionalKeyExchange(n))
                    .filter(t -> !t.isNone())
                    .map(t -> KeyExchangeMethod.of(t.id())
                            .orElseThrow(() -> new IllegalArgumentException("unknown key exchange in " + this)))
                    .ifPresent(additional::add);
        }
        return List.copyOf(additional);
    }

    /** Whether each additional key exchange of an offer may be left out. */
    public boolean worksWithoutAdditional() {
        return transforms.stream()
                .map(Transform::type)
                .filter(TransformType::isAdditionalKeyExchange)
                .allMatch(type -> of(type).stream().anyMatch(Transform::isNone));
    }

    /** The same without additional key exchanges. */
    public Proposal withoutAdditional() {
        return new Proposal(
                protocol,
                transforms.stream()
                        .filter(t -> !t.type().isAdditionalKeyExchange())
                        .toList());
    }

    /** The same with exactly this choice of sequence numbers (ESP). */
    public Proposal withEsn(boolean esn) {
        List<Transform> changed = new ArrayList<>(transforms);
        changed.removeIf(t -> t.type().equals(TransformType.SEQUENCE_NUMBERS));
        changed.add(esn ? Transform.ESN : Transform.NO_ESN);
        return new Proposal(protocol, changed);
    }

    /** As it travels: numbered from 1, with the sender's SPI. */
    public SaProposal numbered(int number, Octets spi) {
        return new SaProposal(number, spi, this);
    }

    /** As strongSwan spells it; parses back to the same when every transform is known to us. */
    @Override
    public String toString() {
        return Spelling.print(this);
    }
}
