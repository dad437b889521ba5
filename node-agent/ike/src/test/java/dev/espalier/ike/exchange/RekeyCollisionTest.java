package dev.espalier.ike.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ike.exchange.RekeyCollision.Answer;
import dev.espalier.ike.exchange.RekeyCollision.ChildCondition;
import dev.espalier.ike.exchange.RekeyCollision.IkeCondition;
import dev.espalier.ike.exchange.RekeyCollision.Wish;
import dev.espalier.wire.Octets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 7296 2.25.1 and 2.25.2, sentence by sentence. */
@Tag("IKE-28")
class RekeyCollisionTest {
    @ParameterizedTest
    @CsvSource({
        // "a request to rekey a Child SA that it is currently trying to close SHOULD reply with TEMPORARY_FAILURE"
        "REKEY_CHILD, DELETING, QUIET, TEMPORARY_FAILURE",
        // "... that it is currently rekeying SHOULD reply as usual and SHOULD prepare to close redundant SAs later"
        "REKEY_CHILD, REKEYING, BUSY_WITH_CHILD, AS_USUAL_THEN_COMPARE",
        // "... that does not exist SHOULD reply with CHILD_SA_NOT_FOUND"
        "REKEY_CHILD, UNKNOWN, QUIET, CHILD_SA_NOT_FOUND",
        // What is named may be what our own request makes, as long as its response is on its way.
        "REKEY_CHILD, UNKNOWN, BUSY_WITH_CHILD, TEMPORARY_FAILURE",
        "REKEY_CHILD, LIVE, QUIET, AS_USUAL",
        // "to close a Child SA that it is currently trying to close SHOULD reply without a Delete payload"
        "DELETE_CHILD, DELETING, BUSY_WITH_CHILD, WITHOUT_DELETE",
        // "... that it is currently rekeying SHOULD reply as usual, with a Delete payload"
        "DELETE_CHILD, REKEYING, BUSY_WITH_CHILD, AS_USUAL",
        // "... that does not exist SHOULD reply without a Delete payload"
        "DELETE_CHILD, UNKNOWN, QUIET, WITHOUT_DELETE",
        // "to rekey the IKE SA, and it is currently creating, rekeying, or closing a Child SA: TEMPORARY_FAILURE"
        "REKEY_IKE, NONE_NAMED, BUSY_WITH_CHILD, TEMPORARY_FAILURE",
        "REKEY_IKE, NONE_NAMED, QUIET, AS_USUAL",
        // "to rekey an IKE SA that it is currently rekeying SHOULD reply as usual, and SHOULD prepare to close
        // redundant SAs"
        "REKEY_IKE, NONE_NAMED, REKEYING, AS_USUAL_THEN_COMPARE",
        // "... that it is currently trying to close SHOULD reply with TEMPORARY_FAILURE"
        "REKEY_IKE, NONE_NAMED, CLOSING, TEMPORARY_FAILURE",
        // "to close an IKE SA that it is currently rekeying SHOULD reply as usual, and forget its own rekeying request"
        "DELETE_IKE, NONE_NAMED, REKEYING, AS_USUAL_FORGET_OWN",
        // "... that it is currently trying to close SHOULD reply as usual, and forget about its own close request"
        "DELETE_IKE, NONE_NAMED, CLOSING, AS_USUAL_FORGET_OWN",
        // "to create or rekey a Child SA when it is currently rekeying the IKE SA SHOULD reply with TEMPORARY_FAILURE"
        "CREATE_CHILD, NONE_NAMED, REKEYING, TEMPORARY_FAILURE",
        "REKEY_CHILD, LIVE, REKEYING, TEMPORARY_FAILURE",
        // "to delete a Child SA when it is currently rekeying the IKE SA SHOULD reply as usual, with a Delete payload"
        "DELETE_CHILD, LIVE, REKEYING, AS_USUAL",
        "CREATE_CHILD, NONE_NAMED, QUIET, AS_USUAL",
        "CREATE_CHILD, NONE_NAMED, BUSY_WITH_CHILD, AS_USUAL",
        "CREATE_CHILD, NONE_NAMED, CLOSING, TEMPORARY_FAILURE",
    })
    void answersAsTheRfcSays(Wish wish, ChildCondition child, IkeCondition ike, Answer expected) {
        assertThat(RekeyCollision.answer(wish, child, ike)).isEqualTo(expected);
    }

    @Test
    @Tag("IKE-26")
    void bothEndsAgreeOnWhichSaIsRedundant() {
        Octets lowest = Octets.fromHex("00ff");
        Octets other = Octets.fromHex("80");

        assertThat(RekeyCollision.ownIsRedundant(lowest, other)).isTrue();
        assertThat(RekeyCollision.ownIsRedundant(other, lowest)).isFalse();
        assertThat(RekeyCollision.lower(other, lowest)).isEqualTo(lowest);
    }

    @Test
    @Tag("IKE-26")
    void aNonceThatBeginsLikeALongerOneIsLower() {
        Octets shorter = Octets.fromHex("0102");
        Octets longer = Octets.fromHex("010200");

        assertThat(RekeyCollision.lower(longer, shorter)).isEqualTo(shorter);
    }
}
