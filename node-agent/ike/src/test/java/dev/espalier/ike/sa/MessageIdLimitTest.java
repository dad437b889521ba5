package dev.espalier.ike.sa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.EndpointConfig;
import dev.espalier.ike.IkeOutput;
import dev.espalier.ike.KeyLog;
import dev.espalier.ike.PeerConfig;
import dev.espalier.ike.auth.Identity;
import dev.espalier.ike.auth.PeerVerdict;
import dev.espalier.ike.crypto.KeySchedule;
import dev.espalier.ike.crypto.Prf;
import dev.espalier.ike.crypto.Secret;
import dev.espalier.ike.crypto.SkAlgorithm;
import dev.espalier.ike.exchange.IkeSaKeys;
import dev.espalier.ike.message.Decoded;
import dev.espalier.ike.message.ExchangeType;
import dev.espalier.ike.message.IkeHeader;
import dev.espalier.ike.message.MessageCodec;
import dev.espalier.ike.proposal.IkeSuite;
import dev.espalier.ike.proposal.Proposal;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import dev.espalier.wire.ip.UdpEndpoint;
import dev.espalier.wire.ip.UdpPath;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IKE-05")
class MessageIdLimitTest {
    private static final IpAddress HERE = IpAddress.parse("192.0.2.1");
    private static final IpAddress THERE = IpAddress.parse("192.0.2.2");

    private final Environment env = new Environment(EndpointConfig.DEFAULTS, new SecureRandom(), KeyLog.NONE);
    private final Peer peer = new Peer(
            env,
            new PeerConfig(
                    "b",
                    List.of(HERE),
                    List.of(THERE),
                    List.of(Prefix.parse("10.0.0.0/24")),
                    List.of(Prefix.parse("10.0.1.0/24")),
                    List.of(Proposal.parseIke("aes256gcm16-prfsha384-x25519")),
                    List.of(Proposal.parseEsp("aes256gcm16-esn")),
                    new PeerConfig.IkeLifetime(Duration.ofHours(4)),
                    new PeerConfig.ChildLifetime(Duration.ofHours(1), 0, 0),
                    Duration.ofSeconds(30),
                    1024,
                    true,
                    true));

    private IkeSa saWithNextId(long messageId) {
        IkeSuite suite = IkeSuite.of(Proposal.parseIke("aes256gcm16-prfsha384-x25519"));
        long spi = env.ikeSpis().reserve();
        Octets nonce = Octets.of(new byte[32]);
        IkeSaKeys keys = new IkeSaKeys(
                suite,
                KeySchedule.expand(
                        Prf.of(suite.prf()), SkAlgorithm.of(suite), Secret.wrap(new byte[48]), nonce, nonce, spi, 2));
        Authentication authentication = new Authentication(
                new PeerVerdict.Authenticated(Identity.fqdn("b"), List.of(), ""),
                Octets.EMPTY,
                Identity.fqdn("b"),
                Octets.EMPTY,
                Duration.ofDays(1).toNanos());
        IkeSaOrigin origin = new IkeSaOrigin(
                spi,
                2,
                true,
                keys,
                new SkChannel(keys, true, true, env),
                new UdpPath(new UdpEndpoint(HERE, 4500), new UdpEndpoint(THERE, 4500)),
                false,
                true,
                authentication,
                env.nextSequence(),
                0,
                new ReplyWindow(0, 1),
                messageId,
                false);
        return new IkeSa(env, peer, origin, peer.config().ikeProposals(), new SaState.Live(), 0);
    }

    private List<IkeHeader> sent() {
        return env.out().take().stream()
                .filter(IkeOutput.SendDatagram.class::isInstance)
                .map(output -> MessageCodec.decode(((IkeOutput.SendDatagram) output).datagram()))
                .map(decoded -> ((Decoded.Protected) decoded).header())
                .toList();
    }

    @Test
    void anIkeSaIsRekeyedLongBeforeItsMessageIdsRunOut() {
        IkeSa sa = saWithNextId(0xffff_0000L);

        sa.tick(1);
        sa.pump(1);

        assertThat(sent()).singleElement().satisfies(header -> {
            assertThat(header.exchange()).isEqualTo(ExchangeType.CREATE_CHILD_SA);
            assertThat(header.messageId()).isEqualTo(0xffff_0000L);
        });
    }

    @Test
    void afterTheLastMessageIdNothingIsAskedAnyMore() {
        IkeSa sa = saWithNextId(0x1_0000_0000L);

        sa.want(new Task.CheckLiveness(), 0);
        sa.pump(1);

        assertThat(sent()).isEmpty();
    }
}
