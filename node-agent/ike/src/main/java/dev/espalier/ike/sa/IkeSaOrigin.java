package dev.espalier.ike.sa;

import dev.espalier.ike.crypto.IkeKeys;
import dev.espalier.ike.exchange.IkeSaKeys;
import dev.espalier.ike.proposal.EncryptionAlgorithm;
import dev.espalier.ike.proposal.IkeSuite;
import dev.espalier.ike.proposal.IntegrityAlgorithm;
import dev.espalier.ike.proposal.KeyExchangeMethod;
import dev.espalier.ike.proposal.PrfAlgorithm;
import dev.espalier.wire.ip.UdpPath;

/**
 * What an IKE SA is made of.
 *
 * @param initiated whether this end is the original initiator
 * @param path and {@code localBehindNat}: as they are in the beginning, or when another process goes on
 * @param encapsulated whether its child SAs travel in UDP
 * @param lineage sequence number of the authentication it goes back to
 * @param rekeys since then
 * @param nextOwnId first message ID of requests of ours
 * @param mobike whether both ends know MOBIKE (RFC 4555)
 */
record IkeSaOrigin(
        long spiInitiator,
        long spiResponder,
        boolean initiated,
        IkeSaKeys keys,
        SkChannel channel,
        UdpPath path,
        boolean localBehindNat,
        boolean encapsulated,
        Authentication authentication,
        long lineage,
        int rekeys,
        ReplyWindow replies,
        long nextOwnId,
        boolean mobike) {
    /** @param nextId of requests of ours from now on */
    void save(Route route, long nextId, StateWriter out) {
        out.i64(spiInitiator).i64(spiResponder).bool(initiated);
        suite(keys.suite(), out);
        out.list(keys.keys().inOrder(), out::secret);
        channel.save(out);
        out.path(route.path()).bool(route.localBehindNat()).bool(encapsulated);
        authentication.save(out);
        out.i64(lineage).i32(rekeys);
        replies.save(out);
        out.i64(nextId).bool(mobike);
    }

    static IkeSaOrigin restore(StateReader in, Environment env) {
        long spiInitiator = in.i64("SPI");
        long spiResponder = in.i64("SPI");
        boolean initiated = in.bool("initiator");
        IkeSuite suite = suite(in);
        IkeSaKeys keys =
                new IkeSaKeys(suite, in.valid(() -> IkeKeys.of(in.list("keys", each -> each.secret("key"))), "keys"));
        return new IkeSaOrigin(
                spiInitiator,
                spiResponder,
                initiated,
                keys,
                in.valid(() -> SkChannel.restore(in, keys, initiated, env), "keys"),
                in.path("path"),
                in.bool("NAT"),
                in.bool("encapsulation"),
                Authentication.restore(in),
                in.i64("lineage"),
                in.i32("rekeys"),
                ReplyWindow.restore(in),
                in.i64("message ID"),
                in.bool("MOBIKE"));
    }

    private static void suite(IkeSuite suite, StateWriter out) {
        out.text(suite.encryption().name())
                .text(suite.integrity().name())
                .text(suite.prf().name())
                .text(suite.keyExchange().name())
                .list(suite.additional(), method -> out.text(method.name()));
    }

    private static IkeSuite suite(StateReader in) {
        return in.valid(
                () -> new IkeSuite(
                        in.constant(EncryptionAlgorithm.class, "encryption"),
                        in.constant(IntegrityAlgorithm.class, "integrity"),
                        in.constant(PrfAlgorithm.class, "PRF"),
                        in.constant(KeyExchangeMethod.class, "key exchange"),
                        in.list("additional key exchanges", each -> each.constant(KeyExchangeMethod.class, "method"))),
                "suite");
    }
}
