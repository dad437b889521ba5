package dev.espalier.ike.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.wire.Octets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ProposalSelectionTest {
    private static final Octets SPI = Octets.fromHex("c0ffee01");

    @Test
    @Tag("IKE-21")
    void choosesOneTransformOfEachTypeAndEchoesTheNumber() {
        List<SaProposal> offered =
                List.of(esp(1, "aes256-sha256-noesn"), esp(7, "aes128gcm16-aes256gcm16-x25519-ecp256-esn-noesn"));

        Optional<SaProposal> choice = ProposalSelection.choose(
                offered, List.of(Proposal.parseEsp("aes256gcm16-aes128gcm16-ecp256-x25519-esn")));

        assertThat(choice).contains(esp(7, "aes256gcm16-x25519-esn".replace("x25519", "ecp256")));
    }

    @Test
    @Tag("IKE-21")
    void ourOrderDecidesBetweenProposals() {
        List<SaProposal> offered =
                List.of(ike(1, "aes128gcm16-prfsha256-ecp256"), ike(2, "aes256gcm16-prfsha384-x25519"));

        Optional<SaProposal> choice = ProposalSelection.choose(
                offered,
                List.of(
                        Proposal.parseIke("aes256gcm16-prfsha384-x25519"),
                        Proposal.parseIke("aes128gcm16-prfsha256-ecp256")));

        assertThat(choice).contains(ike(2, "aes256gcm16-prfsha384-x25519"));
    }

    @Test
    @Tag("IKE-21")
    void answerCarriesOurSpiAndTheirNumber() {
        Octets own = Octets.fromHex("deadbeef");

        SaProposal answer = ProposalSelection.choose(
                        List.of(esp(3, "aes256gcm16")), List.of(Proposal.parseEsp("aes256gcm16")))
                .orElseThrow()
                .withSpi(own);

        assertThat(answer.number()).isEqualTo(3);
        assertThat(answer.spi()).isEqualTo(own);
    }

    @Test
    @Tag("IKE-21")
    void unknownTransformsSpoilOnlyTheChoiceThatUsesThem() {
        SaProposal offered = esp(
                1,
                new Transform(TransformType.ENCRYPTION, 999, 256),
                new Transform(TransformType.ENCRYPTION, 20, 256, Octets.fromHex("80630001")),
                new Transform(TransformType.ENCRYPTION, 20, 128),
                Transform.NO_ESN);

        Optional<SaProposal> choice =
                ProposalSelection.choose(List.of(offered), List.of(Proposal.parseEsp("aes256gcm16-aes128gcm16")));

        assertThat(choice).contains(esp(1, "aes128gcm16"));
    }

    @Test
    @Tag("IKE-21")
    void unknownTransformTypeSpoilsTheWholeProposal() {
        SaProposal strange = esp(
                1,
                new Transform(TransformType.ENCRYPTION, 20, 256),
                Transform.NO_ESN,
                new Transform(new TransformType(13), 0, 0));

        Optional<SaProposal> choice = ProposalSelection.choose(
                List.of(strange, esp(2, "aes256gcm16")), List.of(Proposal.parseEsp("aes256gcm16")));

        assertThat(choice.map(SaProposal::number)).contains(2);
        assertThat(ProposalSelection.choose(List.of(strange), List.of(Proposal.parseEsp("aes256gcm16"))))
                .isEmpty();
    }

    @Test
    @Tag("IKE-22")
    void explicitIntegrityNoneBesideAnAeadIsEchoed() {
        SaProposal offered = esp(
                1,
                new Transform(TransformType.ENCRYPTION, 20, 256),
                IntegrityAlgorithm.NONE.transform(),
                Transform.NO_ESN);

        Optional<SaProposal> choice =
                ProposalSelection.choose(List.of(offered), List.of(Proposal.parseEsp("aes256gcm16")));

        assertThat(choice).contains(offered);
    }

    @Test
    @Tag("IKE-22")
    void aeadWithIntegrityOrBesideAnotherCipherIsNotChosen() {
        Transform gcm = new Transform(TransformType.ENCRYPTION, 20, 256);
        Transform cbc = new Transform(TransformType.ENCRYPTION, 12, 256);
        Transform sha = IntegrityAlgorithm.HMAC_SHA2_256_128.transform();
        List<Proposal> ours = List.of(Proposal.parseEsp("aes256gcm16"), Proposal.parseEsp("aes256-sha256"));

        assertThat(ProposalSelection.choose(List.of(esp(1, gcm, sha, Transform.NO_ESN)), ours))
                .isEmpty();
        assertThat(ProposalSelection.choose(List.of(esp(1, gcm, cbc, sha, Transform.NO_ESN)), ours))
                .isEmpty();
        assertThat(ProposalSelection.choose(List.of(esp(1, cbc, Transform.NO_ESN)), ours))
                .isEmpty();
    }

    @Test
    @Tag("IKE-22")
    void unknownAeadBesideAnotherCipherIsStillAMixture() {
        Transform ccm = new Transform(TransformType.ENCRYPTION, 16, 256);
        Transform cbc = new Transform(TransformType.ENCRYPTION, 12, 256);
        Transform sha = IntegrityAlgorithm.HMAC_SHA2_256_128.transform();

        assertThat(ProposalSelection.choose(
                        List.of(esp(1, ccm, cbc, sha, Transform.NO_ESN)), List.of(Proposal.parseEsp("aes256-sha256"))))
                .isEmpty();
    }

    @Test
    void keyExchangeNoneIsChosenWhenWeWantNone() {
        SaProposal offered = esp(
                1,
                new Transform(TransformType.ENCRYPTION, 20, 256),
                KeyExchangeMethod.X25519.transform(),
                new Transform(TransformType.KEY_EXCHANGE, 0, 0),
                Transform.NO_ESN);

        SaProposal choice = ProposalSelection.choose(List.of(offered), List.of(Proposal.parseEsp("aes256gcm16")))
                .orElseThrow();

        assertThat(choice.proposal().keyExchange()).isEmpty();
        assertThat(choice.proposal().of(TransformType.KEY_EXCHANGE))
                .containsExactly(new Transform(TransformType.KEY_EXCHANGE, 0, 0));
    }

    @Test
    void keyExchangeThatOneSideDemandsAndTheOtherLacksIsNoMatch() {
        assertThat(ProposalSelection.choose(
                        List.of(esp(1, "aes256gcm16-x25519")), List.of(Proposal.parseEsp("aes256gcm16"))))
                .isEmpty();
        assertThat(ProposalSelection.choose(
                        List.of(esp(1, "aes256gcm16")), List.of(Proposal.parseEsp("aes256gcm16-x25519"))))
                .isEmpty();
    }

    @Test
    @Tag("ALG-02")
    void weakOffersAreNotChosen() {
        SaProposal weak = new SaProposal(
                1,
                Octets.EMPTY,
                new Proposal(
                        ProtocolId.IKE,
                        List.of(
                                new Transform(TransformType.ENCRYPTION, 3, 0),
                                new Transform(TransformType.PRF, 2, 0),
                                new Transform(TransformType.INTEGRITY, 2, 0),
                                new Transform(TransformType.KEY_EXCHANGE, 2, 0))));

        assertThat(ProposalSelection.choose(List.of(weak), List.of(Proposal.parseIke("aes256-sha256-modp2048"))))
                .isEmpty();
    }

    @Test
    void protocolsDoNotMix() {
        SaProposal ah = new SaProposal(
                1,
                SPI,
                new Proposal(ProtocolId.AH, Proposal.parseEsp("aes256gcm16").transforms()));

        assertThat(ProposalSelection.choose(List.of(ah), List.of(Proposal.parseEsp("aes256gcm16"))))
                .isEmpty();
    }

    @Test
    @Tag("PQ-01")
    void oneMethodServesInOneKeyExchangeOnly() {
        List<Proposal> ours = List.of(Proposal.parseIke("aes256gcm16-prfsha384-x25519-ke1_x25519"));

        assertThat(ProposalSelection.choose(
                        List.of(ike(1, "aes256gcm16-prfsha384-x25519-ecp256-ke1_x25519-ke1_mlkem768")), ours))
                .isEmpty();
    }

    @Test
    @Tag("PQ-01")
    void additionalKeyExchangeIsSkippedOnlyWhenTheOfferAllowsIt() {
        List<Proposal> classic = List.of(Proposal.parseIke("aes256gcm16-prfsha384-x25519"));

        assertThat(ProposalSelection.choose(List.of(ike(1, "aes256gcm16-prfsha384-x25519-ke1_mlkem768")), classic))
                .isEmpty();
        assertThat(ProposalSelection.choose(
                                List.of(ike(1, "aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke1_none")), classic)
                        .map(choice -> IkeSuite.of(choice.proposal()).additional()))
                .contains(List.of());
    }

    @Test
    @Tag("IKE-23")
    void invalidKeAsksForTheChosenMethod() {
        Proposal chosen = Proposal.parseIke("aes256gcm16-prfsha384-ecp256");

        assertThat(ProposalSelection.wantedInstead(chosen, 31)).contains(KeyExchangeMethod.ECP_256);
        assertThat(ProposalSelection.wantedInstead(chosen, 19)).isEmpty();
        assertThat(ProposalSelection.wantedInstead(Proposal.parseEsp("aes256gcm16"), 31))
                .isEmpty();
    }

    @Test
    @Tag("IKE-23")
    void initiatorRetriesOnlyWithAMethodItOfferedAndDidNotSend() {
        List<Proposal> offered = List.of(
                Proposal.parseIke("aes256gcm16-prfsha384-x25519-ecp256"), Proposal.parseIke("aes256-sha256-modp2048"));

        assertThat(ProposalSelection.mayRetryWith(offered, 19, 31)).isTrue();
        assertThat(ProposalSelection.mayRetryWith(offered, 14, 31)).isTrue();
        assertThat(ProposalSelection.mayRetryWith(offered, 31, 31)).isFalse();
        assertThat(ProposalSelection.mayRetryWith(offered, 2, 31)).isFalse();
        assertThat(ProposalSelection.mayRetryWith(offered, 0, 31)).isFalse();
    }

    @Test
    @Tag("IKE-21")
    void initiatorAcceptsOneOfItsProposalsAndNothingElse() {
        List<SaProposal> offered =
                List.of(esp(1, "aes256gcm16-aes128gcm16-x25519-ecp256-esn-noesn"), esp(2, "aes256-sha256"));

        assertThat(ProposalSelection.confirm(offered, List.of(esp(1, "aes128gcm16-ecp256-esn"))))
                .contains(esp(1, "aes128gcm16-ecp256-esn"));
        assertThat(ProposalSelection.confirm(offered, List.of(esp(2, "aes256-sha256"))))
                .isPresent();
        for (SaProposal wrong : List.of(
                esp(2, "aes128gcm16-ecp256-esn"),
                esp(3, "aes128gcm16-ecp256-esn"),
                esp(1, "aes128gcm16-ecp256-x25519-esn"),
                esp(1, "aes128gcm16-esn"),
                esp(1, "chacha20poly1305-ecp256-esn"),
                esp(1, "aes128gcm16-ecp384-esn"),
                esp(1, new Transform(TransformType.ENCRYPTION, 20, 128), KeyExchangeMethod.X25519.transform())
                        .withSpi(Octets.EMPTY),
                esp(2, new Transform(TransformType.ENCRYPTION, 12, 256), Transform.NO_ESN),
                new SaProposal(
                        1,
                        SPI,
                        new Proposal(
                                ProtocolId.AH,
                                Proposal.parseEsp("aes128gcm16-ecp256-esn").transforms())))) {
            assertThat(ProposalSelection.confirm(offered, List.of(wrong)))
                    .as(wrong.toString())
                    .isEmpty();
        }
        assertThat(ProposalSelection.confirm(offered, List.of())).isEmpty();
        assertThat(ProposalSelection.confirm(offered, List.of(esp(2, "aes256-sha256"), esp(2, "aes256-sha256"))))
                .isEmpty();
    }

    /** Whatever both sides list, what the responder chooses is sound and the initiator agrees that it offered it. */
    @Test
    @Tag("IKE-21")
    @Tag("IKE-22")
    void whateverIsChosenIsConfirmed() {
        long seed = 20261124;
        Random random = new Random(seed);
        int chosen = 0;
        for (int round = 0; round < 2000; round++) {
            List<SaProposal> offered = IntStream.rangeClosed(1, 1 + random.nextInt(3))
                    .mapToObj(number -> new SaProposal(number, SPI, randomProposal(random)))
                    .toList();
            List<Proposal> ours =
                    Stream.generate(() -> randomProposal(random)).limit(3).toList();

            Optional<SaProposal> choice = ProposalSelection.choose(offered, ours);

            if (choice.isPresent()) {
                chosen++;
                assertThat(ProposalSelection.confirm(offered, List.of(choice.get())))
                        .as("seed %d round %d: %s from %s", seed, round, choice.get(), offered)
                        .isPresent();
                assertThat(ProposalRules.integrityViolation(choice.get().proposal()))
                        .isEmpty();
            }
        }
        assertThat(chosen).isBetween(100, 1900);
    }

    private static Proposal randomProposal(Random random) {
        List<Transform> transforms = new ArrayList<>();
        if (random.nextBoolean()) {
            transforms.add(EncryptionAlgorithm.AES_GCM_16_128.transform());
            transforms.add(EncryptionAlgorithm.AES_GCM_16_256.transform());
        } else {
            transforms.add(EncryptionAlgorithm.AES_CBC_256.transform());
        }
        for (Transform transform : List.of(
                IntegrityAlgorithm.HMAC_SHA2_256_128.transform(),
                IntegrityAlgorithm.NONE.transform(),
                KeyExchangeMethod.X25519.transform(),
                KeyExchangeMethod.ECP_256.transform(),
                new Transform(TransformType.KEY_EXCHANGE, 0, 0),
                KeyExchangeMethod.X25519.additional(1),
                new Transform(TransformType.additionalKeyExchange(1), 0, 0),
                Transform.ESN,
                Transform.NO_ESN)) {
            if (random.nextInt(3) == 0) {
                transforms.add(transform);
            }
        }
        Collections.shuffle(transforms, random);
        return new Proposal(ProtocolId.ESP, transforms);
    }

    private static SaProposal esp(int number, String text) {
        return Proposal.parseEsp(text).numbered(number, SPI);
    }

    private static SaProposal esp(int number, Transform... transforms) {
        return new SaProposal(number, SPI, new Proposal(ProtocolId.ESP, List.of(transforms)));
    }

    private static SaProposal ike(int number, String text) {
        return Proposal.parseIke(text).numbered(number, Octets.EMPTY);
    }
}
