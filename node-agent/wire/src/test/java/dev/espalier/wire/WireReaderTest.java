package dev.espalier.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IKE-47")
class WireReaderTest {
    @Test
    void readsNumbersInNetworkOrder() {
        WireReader reader = Octets.fromHex("ff 8001 fffffffe 0102030405060708".replace(" ", ""))
                .reader("message");

        assertThat(reader.u8("a")).isEqualTo(255);
        assertThat(reader.u16("b")).isEqualTo(0x8001);
        assertThat(reader.u32("c")).isEqualTo(0xffff_fffeL);
        assertThat(reader.i64("d")).isEqualTo(0x0102_0304_0506_0708L);
        reader.finish();
    }

    @Test
    void namesWhatWasReadWhereItEnded() {
        WireReader reader = Octets.fromHex("010203").reader("payload");
        reader.u16("length");

        assertThatThrownBy(() -> reader.u16("port"))
                .isInstanceOf(WireFormatException.class)
                .hasMessage("payload at octet 2: port needs 2 octets, 1 left");
    }

    @Test
    void refusesTrailingOctets() {
        WireReader reader = Octets.fromHex("0102").reader("payload");
        reader.u8("type");

        assertThatThrownBy(reader::finish).hasMessage("payload at octet 1: 1 trailing octets");
    }

    @Test
    void refusesLengthsThatWouldWrapAround() {
        WireReader reader = Octets.fromHex("0102").reader("payload");

        assertThatThrownBy(() -> reader.octets(-1, "body")).isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> reader.skip(Integer.MAX_VALUE, "body")).isInstanceOf(WireFormatException.class);
        assertThat(reader.remaining()).isEqualTo(2);
    }

    @Test
    void subReaderCannotReachBeyondItsPart() {
        WireReader reader = Octets.fromHex("01020304").reader("chain");
        WireReader part = reader.sub(2, "part");
        part.u16("value");

        assertThatThrownBy(() -> part.u8("more")).hasMessageContaining("chain.part");
        assertThat(reader.u16("rest")).isEqualTo(0x0304);
    }

    @Test
    void writerAndReaderAgree() {
        WireWriter writer = new WireWriter(1).u8(1);
        int length = writer.reserve16();
        writer.u32(0xdead_beefL).i64(-2).octets(Octets.fromHex("aabb")).zeros(2).patch16(length, writer.length());

        WireReader reader = writer.toOctets().reader("message");
        assertThat(reader.u8("a")).isEqualTo(1);
        assertThat(reader.u16("length")).isEqualTo(19);
        assertThat(reader.u32("b")).isEqualTo(0xdead_beefL);
        assertThat(reader.i64("c")).isEqualTo(-2);
        assertThat(reader.rest()).isEqualTo(Octets.fromHex("aabb0000"));
    }

    @Test
    void writerRefusesNumbersThatDoNotFit() {
        assertThatThrownBy(() -> new WireWriter().u8(256)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WireWriter().u16(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WireWriter().u32(1L << 32)).isInstanceOf(IllegalArgumentException.class);
    }
}
