package dev.espalier.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.proposal.Proposal;
import dev.espalier.ike.proposal.ProtocolId;
import dev.espalier.ike.selector.Narrowing;
import dev.espalier.wire.Octets;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageRulesTest {
    @ParameterizedTest
    @CsvSource({
        "IKE_SA_INIT request, 34, false, SA KE Ni N V, true",
        "IKE_SA_INIT request without KE, 34, false, SA Ni, false",
        "IKE_SA_INIT request with an error, 34, false, E, false",
        "IKE_SA_INIT request with two SA, 34, false, SA SA KE Ni, false",
        "IKE_SA_INIT request with an identity, 34, false, SA KE Ni IDi, false",
        "IKE_SA_INIT request with CERTREQ, 34, false, SA KE Ni CERTREQ, false",
        "IKE_SA_INIT response, 34, true, SA KE Ni CERTREQ CERTREQ N, true",
        "IKE_SA_INIT response with cookie alone, 34, true, COOKIE, true",
        "IKE_SA_INIT response with an error alone, 34, true, E, true",
        "IKE_SA_INIT response with a status alone, 34, true, N, false",
        "IKE_SA_INIT response with nothing, 34, true, '', false",
        "IKE_AUTH request, 35, false, IDi CERT CERT CERTREQ IDr AUTH SA TSi TSr N, true",
        "childless IKE_AUTH request, 35, false, IDi CERT AUTH, true",
        "IKE_AUTH request with EAP, 35, false, IDi SA TSi TSr, true",
        "IKE_AUTH request with two AUTH, 35, false, IDi AUTH AUTH SA TSi TSr, false",
        "IKE_AUTH request with two identities, 35, false, IDi IDi AUTH SA TSi TSr, false",
        "IKE_AUTH request with a nonce, 35, false, IDi AUTH SA TSi TSr Ni, false",
        "IKE_AUTH request with a delete, 35, false, IDi AUTH SA TSi TSr D, false",
        "IKE_AUTH response, 35, true, IDr CERT AUTH SA TSi TSr, true",
        "IKE_AUTH response that refuses the child, 35, true, IDr CERT AUTH E, true",
        "IKE_AUTH response with IDi, 35, true, IDi CERT AUTH, false",
        "CREATE_CHILD_SA request, 36, false, N SA Ni KE TSi TSr, true",
        "CREATE_CHILD_SA request for an IKE SA, 36, false, SA Ni KE, true",
        "CREATE_CHILD_SA request without nonce, 36, false, SA KE TSi TSr, false",
        "CREATE_CHILD_SA response with an error alone, 36, true, E, true",
        "CREATE_CHILD_SA request with an error alone, 36, false, E, false",
        "CREATE_CHILD_SA request with a certificate, 36, false, SA Ni CERT, false",
        "INFORMATIONAL with nothing, 37, false, '', true",
        "INFORMATIONAL with deletes and notifies, 37, false, D D N N, true",
        "INFORMATIONAL with a nonce, 37, true, Ni, false",
        "IKE_INTERMEDIATE, 43, false, KE N, true",
        "IKE_INTERMEDIATE with two KE, 43, false, KE KE, false",
        "IKE_INTERMEDIATE with a nonce, 43, true, Ni, false",
        "IKE_FOLLOWUP_KE, 44, false, KE N, true",
        "IKE_FOLLOWUP_KE without KE, 44, false, N, false",
        "IKE_FOLLOWUP_KE refused, 44, true, E, true",
    })
    void payloadsOfEachMessage(String what, int exchange, boolean response, String names, boolean allowed) {
        Message message = message(exchange, response, names);

        assertThat(MessageRules.violation(message, exchange != 34).isEmpty())
                .as(what)
                .isEqualTo(allowed);
    }

    @Test
    @Tag("IKE-17")
    void orderIsNotEnforced() {
        List<Payload> payloads = new ArrayList<>(
                message(35, false, "IDi CERT CERTREQ IDr AUTH SA TSi TSr N").payloads());
        for (int i = 0; i < payloads.size(); i++) {
            Collections.rotate(payloads, 1);
            assertThat(MessageRules.violation(new Message(message(35, false, "").header(), payloads), true))
                    .isEmpty();
        }
    }

    @Test
    @Tag("IKE-49")
    void eightCertificatesAreAllowedAndNineAreNot() {
        assertThat(MessageRules.violation(message(35, true, "IDr AUTH" + " CERT".repeat(8)), true))
                .isEmpty();
        assertThat(MessageRules.violation(message(35, true, "IDr AUTH" + " CERT".repeat(9)), true))
                .contains("9 CERT payloads in IKE_AUTH response");
    }

    @Test
    @Tag("IKE-31")
    void onlyNotifiesComeUnprotectedOutsideOfInit() {
        assertThat(MessageRules.violation(message(37, true, "E N V"), false)).isEmpty();
        assertThat(MessageRules.violation(message(37, false, "D"), false))
                .contains("D in unprotected INFORMATIONAL request");
        assertThat(MessageRules.violation(message(36, false, "SA Ni"), false)).isPresent();
    }

    private static Message message(int exchange, boolean response, String names) {
        List<Payload> payloads = new ArrayList<>();
        for (String name : names.split(" ")) {
            if (!name.isEmpty()) {
                payloads.add(payload(name));
            }
        }
        return new Message(new IkeHeader(1, 2, new ExchangeType(exchange), !response, response, 0), payloads);
    }

    private static Payload payload(String name) {
        Octets data = Octets.fromHex("00".repeat(32));
        return switch (name) {
            case "SA" ->
                new Payload.Sa(List.of(Proposal.parseEsp("aes256gcm16").numbered(1, Octets.fromHex("00000001"))));
            case "KE" -> new Payload.KeyExchange(31, data);
            case "Ni" -> new Payload.Nonce(data);
            case "IDi", "IDr" -> Payload.Identification.of(name.equals("IDi"), IdType.ID_FQDN, data);
            case "CERT" -> new Payload.Certificate(CertEncoding.X509_SIGNATURE, data);
            case "CERTREQ" -> new Payload.CertificateRequest(CertEncoding.X509_SIGNATURE, data);
            case "AUTH" -> new Payload.Authentication(AuthMethod.DIGITAL_SIGNATURE, data);
            case "TSi", "TSr" -> new Payload.TrafficSelectors(name.equals("TSi"), Narrowing.of(List.of(Prefix.ANY_V4)));
            case "D" -> new Payload.Delete(ProtocolId.IKE, List.of());
            case "N" -> Payload.Notify.of(NotifyType.REKEY_SA);
            case "COOKIE" -> Payload.Notify.of(NotifyType.COOKIE, data);
            case "E" -> Payload.Notify.of(NotifyType.NO_PROPOSAL_CHOSEN);
            case "V" -> new Payload.VendorId(data);
            default -> throw new IllegalArgumentException(name);
        };
    }
}
