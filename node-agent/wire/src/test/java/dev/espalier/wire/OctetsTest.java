package dev.espalier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OctetsTest {
    @Test
    void isAValueThatNobodyCanChange() {
        byte[] source = {1, 2, 3};
        Octets octets = Octets.of(source);
        source[0] = 9;
        octets.toArray()[1] = 9;

        assertThat(octets).isEqualTo(Octets.fromHex("010203")).hasSameHashCodeAs(Octets.fromHex("010203"));
        assertThat(octets.equalsConstantTime(Octets.fromHex("010203"))).isTrue();
        assertThat(octets.equalsConstantTime(Octets.fromHex("010204"))).isFalse();
        assertThat(octets.equalsConstantTime(Octets.fromHex("0102"))).isFalse();
    }

    @Test
    void comparesAsUnsignedNumbers() {
        assertThat(Octets.fromHex("7f")).isLessThan(Octets.fromHex("80"));
        assertThat(Octets.fromHex("80")).isLessThan(Octets.fromHex("8000"));
    }

    @Test
    void cutsAndJoins() {
        Octets octets = Octets.fromHex("0102030405");

        assertThat(octets.slice(1, 3)).isEqualTo(Octets.fromHex("020304"));
        assertThat(octets.slice(0, 2).concat(octets.slice(2, 3))).isEqualTo(octets);
        assertThat(octets.get(4)).isEqualTo(5);
    }
}
