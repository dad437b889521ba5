package dev.espalier.ike.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.ike.message.IdType;
import dev.espalier.wire.Octets;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("IKE-48")
class IdentityTest {
    @ParameterizedTest
    @CsvSource({
        "gw.example, 2, gw.example",
        "ops@gw.example, 3, ops@gw.example",
        "192.0.2.7, 1, 192.0.2.7",
        "2001:db8::7, 5, 2001:db8::7",
        "'O=acme,CN=gw', 9, 'O=acme,CN=gw'",
        "'O=acme, CN=gw', 9, 'O=acme,CN=gw'"
    })
    void readsWhatConfigurationWrites(String text, int type, String printed) {
        Identity identity = Identity.parse(text);
        assertThat(identity.type()).isEqualTo(new IdType(type));
        assertThat(identity.text()).isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "gw\n", "300.1.1.1", "1.2", "::g", "O=,=", "caf\u00e9"})
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Identity.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void distinguishedNamesMatchWhateverTheirStringTypesAndCase() {
        // CN=gw as UTF8String, as openssl writes it; X500Principal writes PrintableString.
        Octets utf8 = Octets.fromHex("300d310b300906035504030c026777");
        Octets printable = Octets.wrap(new X500Principal("CN=GW").getEncoded());
        assertThat(utf8).isNotEqualTo(printable);
        Identity one = new Identity(IdType.ID_DER_ASN1_DN, utf8);
        assertThat(one.matches(new Identity(IdType.ID_DER_ASN1_DN, printable))).isTrue();
        assertThat(one.matches(Identity.parse("CN=gw2"))).isFalse();
        assertThat(one.matches(Identity.parse("O=gw"))).isFalse();
        assertThat(Identity.parse("O=acme,OU=x,CN=gw").matches(Identity.parse("CN=gw,OU=x,O=Acme")))
                .isTrue();
        assertThat(Identity.parse("O=acme,OU=x,CN=gw").matches(Identity.parse("OU=x,CN=gw,O=acme")))
                .isFalse();
    }

    @Test
    void malformedDistinguishedNamesMatchThemselvesAlone() {
        Identity bad = new Identity(IdType.ID_DER_ASN1_DN, Octets.fromHex("3003"));
        assertThat(bad.matches(new Identity(IdType.ID_DER_ASN1_DN, Octets.fromHex("3003"))))
                .isTrue();
        assertThat(bad.matches(new Identity(IdType.ID_DER_ASN1_DN, Octets.fromHex("3004"))))
                .isFalse();
        assertThat(bad.matches(Identity.parse("CN=gw"))).isFalse();
    }

    @Test
    void orderIsByTypeThenByOctets() {
        assertThat(Identity.parse("a")).isLessThan(Identity.parse("b"));
        assertThat(Identity.parse("192.0.2.1")).isLessThan(Identity.parse("a"));
        assertThat(new Identity(IdType.ID_KEY_ID, Octets.fromHex("80")))
                .isGreaterThan(new Identity(IdType.ID_KEY_ID, Octets.fromHex("7f")));
    }
}
