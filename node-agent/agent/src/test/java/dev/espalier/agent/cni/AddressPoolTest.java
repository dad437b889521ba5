package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.cni.CniErrorCode;
import dev.espalier.cni.CniFailure;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AddressPoolTest {
    private static final PodCidr V4 = range("10.1.0.0/29", "10.1.0.1");
    private static final PodCidr V6 = range("fd00:1::/64", "fd00:1::1");

    private final AddressPool pool = new AddressPool();

    private static PodCidr range(String prefix, String gateway) {
        return new PodCidr(Prefix.parse(prefix), IpAddress.parse(gateway));
    }

    private String allocate(PodCidr... ranges) throws CniFailure {
        return pool.allocate(List.of(ranges)).getFirst().address().toString();
    }

    @Test
    void givesOneAddressOfEachFamilyWithItsGateway() throws CniFailure {
        assertThat(pool.allocate(List.of(V6, V4)))
                .containsExactly(
                        new PodAddress(IpAddress.parse("10.1.0.2"), V4.gateway()),
                        new PodAddress(IpAddress.parse("fd00:1::2"), V6.gateway()));
    }

    @Test
    void usesAllButNetworkGatewayAndBroadcastThenSaysSo() throws CniFailure {
        Set<String> given = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            given.add(allocate(V4));
        }

        assertThat(given).containsExactlyInAnyOrder("10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.6");
        assertThat(pool.hasRoom(List.of(V4))).isFalse();
        assertThat(pool.hasRoom(List.of(V4, V6))).isFalse();
        assertThat(pool.hasRoom(List.of(V6))).isTrue();
        assertThatThrownBy(() -> allocate(V4))
                .isInstanceOfSatisfying(
                        CniFailure.class, e -> assertThat(e.code()).isEqualTo(CniErrorCode.TRY_AGAIN_LATER))
                .hasMessageContaining("10.1.0.0/29");
    }

    @Test
    void anAddressThatWasGivenBackComesLast() throws CniFailure {
        String first = allocate(V4);
        pool.release(IpAddress.parse(first));

        assertThat(List.of(allocate(V4), allocate(V4), allocate(V4), allocate(V4)))
                .doesNotContain(first);
        assertThat(allocate(V4)).isEqualTo(first);
    }

    @Test
    void takesNothingWhenOneFamilyIsUsedUp() throws CniFailure {
        for (int i = 0; i < 5; i++) {
            allocate(V4);
        }
        PodCidr other = range("10.2.0.0/24", "10.2.0.1");
        PodCidr full = range("fd00:2::/127", "fd00:2::1");
        assertThat(allocate(full)).isEqualTo("fd00:2::");

        assertThatThrownBy(() -> pool.allocate(List.of(other, full))).hasMessageContaining("fd00:2::/127");
        assertThat(allocate(other)).isEqualTo("10.2.0.3");
        pool.release(IpAddress.parse("10.2.0.3"));
        assertThat(pool.reserve(IpAddress.parse("10.2.0.2")))
                .as("given back after the failure")
                .isTrue();
    }

    @Test
    void goesOnToTheNextRangeOfAFamily() throws CniFailure {
        PodCidr second = range("10.3.0.0/24", "10.3.0.1");
        for (int i = 0; i < 5; i++) {
            allocate(V4, second);
        }

        assertThat(allocate(V4, second)).isEqualTo("10.3.0.2");
    }

    @Test
    void withoutARangeThereIsNothingToGive() {
        assertThat(pool.hasRoom(List.of())).isFalse();
        assertThatThrownBy(() -> pool.allocate(List.of())).hasMessageContaining("no pod CIDR");
    }

    @Test
    void neverGivesAnAddressTwiceInARandomWalk() throws CniFailure {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        PodCidr range = range("10.4.0.0/26", "10.4.0.1");
        Set<IpAddress> held = new HashSet<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(100) < 55 && held.size() < 40) {
                IpAddress address = pool.allocate(List.of(range)).getFirst().address();
                assertThat(held.add(address))
                        .as("seed %d: %s given twice", seed, address)
                        .isTrue();
                assertThat(range.prefix().contains(address)).isTrue();
            } else if (!held.isEmpty()) {
                IpAddress address = held.iterator().next();
                held.remove(address);
                pool.release(address);
            }
        }
    }
}
