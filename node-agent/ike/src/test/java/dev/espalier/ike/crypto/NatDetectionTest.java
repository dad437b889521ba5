package dev.espalier.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.UdpEndpoint;
import java.security.MessageDigest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IKE-45")
class NatDetectionTest {
    private static final UdpEndpoint V4 = new UdpEndpoint(IpAddress.parse("192.0.2.1"), 500);

    @Test
    void hashesSpisAddressAndPort() throws Exception {
        byte[] input = Octets.fromHex("0102030405060708" + "1112131415161718" + "c0000201" + "01f4")
                .toArray();
        assertThat(NatDetection.hash(0x0102030405060708L, 0x1112131415161718L, V4))
                .isEqualTo(Octets.wrap(MessageDigest.getInstance("SHA-1").digest(input)));
    }

    @Test
    void hashesAllOfAnIpv6Address() throws Exception {
        byte[] input = Octets.fromHex(
                        "0000000000000001" + "0000000000000000" + "20010db8000000000000000000000002" + "1194")
                .toArray();
        assertThat(NatDetection.hash(1, 0, new UdpEndpoint(IpAddress.parse("2001:db8::2"), 4500)))
                .isEqualTo(Octets.wrap(MessageDigest.getInstance("SHA-1").digest(input)));
    }

    @Test
    void differsWithEachInput() {
        Octets base = NatDetection.hash(1, 2, V4);
        assertThat(NatDetection.hash(2, 2, V4)).isNotEqualTo(base);
        assertThat(NatDetection.hash(1, 3, V4)).isNotEqualTo(base);
        assertThat(NatDetection.hash(1, 2, new UdpEndpoint(V4.address(), 501))).isNotEqualTo(base);
        assertThat(NatDetection.hash(1, 2, new UdpEndpoint(V4.address().plus(1), 500)))
                .isNotEqualTo(base);
    }
}
