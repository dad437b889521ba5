package dev.espalier.ike.exchange;

import dev.espalier.wire.Octets;

/**
 * What to answer when a peer's request meets something of our own under way (RFC 7296 2.25), and which of two SAs that came of
 * crossing rekeys goes (2.8.1, 2.8.2). A table and a comparison; knows nothing of what it decides about.
 *
 * <pre>
 *                                      the child SA meant is        the IKE SA is
 *   peer wants to          unknown     rekeying   deleting      busy with a child   rekeying     closing
 *   ---------------------------------------------------------------------------------------------------------
 *   create a child            -           -          -              as usual         temporary    temporary
 *   rekey a child         not found*   compare   temporary          as usual         temporary    temporary
 *   delete a child         no D back   as usual   no D back         as usual         as usual     as usual
 *   rekey the IKE SA          -           -          -              temporary        compare      temporary
 *   delete the IKE SA         -           -          -              as usual         forget own   forget own
 * </pre>
 *
 * <p>* temporary while the IKE SA is busy with a child.
 */
public final class RekeyCollision {
    private RekeyCollision() {}

    /** What a request is about. */
    public enum Wish {
        CREATE_CHILD,
        REKEY_CHILD,
        DELETE_CHILD,
        REKEY_IKE,
        DELETE_IKE
    }

    /** How the child SA that a request names stands; for requests that name none, {@link #NONE_NAMED}. */
    public enum ChildCondition {
        NONE_NAMED,
        UNKNOWN,
        LIVE,
        /** We have asked for its rekeying and not heard. */
        REKEYING,
        /** We are deleting it, or will as soon as the window is free: it has been replaced. */
        DELETING
    }

    /** How the IKE SA that a request came in stands. */
    public enum IkeCondition {
        QUIET,
        /** We have asked to create, rekey or delete a child and not heard. */
        BUSY_WITH_CHILD,
        /** We have asked for its rekeying and not heard. */
        REKEYING,
        /** We are deleting it, or it has been replaced and will be deleted. */
        CLOSING
    }

    public enum Answer {
        AS_USUAL,
        /** As usual, and later one of the two SAs made goes: see {@link #ownIsRedundant}. */
        AS_USUAL_THEN_COMPARE,
        /** As usual, and our own request of the same kind is forgotten. */
        AS_USUAL_FORGET_OWN,
        /** As if done; the response does not name an SA of ours. */
        WITHOUT_DELETE,
        TEMPORARY_FAILURE,
        CHILD_SA_NOT_FOUND
    }

    public static Answer answer(Wish wish, ChildCondition child, IkeCondition ike) {
        return switch (wish) {
            case CREATE_CHILD -> refusesChildren(ike) ? Answer.TEMPORARY_FAILURE : Answer.AS_USUAL;
            case REKEY_CHILD ->
                switch (child) {
                    // What the peer names may be the SA that our own request makes, whose response is still on its way.
                    case UNKNOWN, NONE_NAMED ->
                        ike == IkeCondition.BUSY_WITH_CHILD ? Answer.TEMPORARY_FAILURE : Answer.CHILD_SA_NOT_FOUND;
                    case DELETING -> Answer.TEMPORARY_FAILURE;
                    case REKEYING -> refusesChildren(ike) ? Answer.TEMPORARY_FAILURE : Answer.AS_USUAL_THEN_COMPARE;
                    case LIVE -> refusesChildren(ike) ? Answer.TEMPORARY_FAILURE : Answer.AS_USUAL;
                };
            case DELETE_CHILD ->
                switch (child) {
                    case UNKNOWN, NONE_NAMED, DELETING -> Answer.WITHOUT_DELETE;
                    case LIVE, REKEYING -> Answer.AS_USUAL;
                };
            case REKEY_IKE ->
                switch (ike) {
                    case QUIET -> Answer.AS_USUAL;
                    case REKEYING -> Answer.AS_USUAL_THEN_COMPARE;
                    case BUSY_WITH_CHILD, CLOSING -> Answer.TEMPORARY_FAILURE;
                };
            case DELETE_IKE ->
                switch (ike) {
                    case QUIET, BUSY_WITH_CHILD -> Answer.AS_USUAL;
                    case REKEYING, CLOSING -> Answer.AS_USUAL_FORGET_OWN;
                };
        };
    }

    /**
     * Whether the SA that our own exchange made goes: the one made with the lowest of the four nonces does, and whoever began that
     * exchange deletes it (RFC 7296 2.8.1).
     *
     * @param ownLowest the lower nonce of the exchange that we began
     * @param theirLowest the lower nonce of the one that the peer began
     */
    public static boolean ownIsRedundant(Octets ownLowest, Octets theirLowest) {
        return ownLowest.compareTo(theirLowest) < 0;
    }

    /** The lower of an exchange's two nonces, compared octet by octet. */
    public static Octets lower(Octets one, Octets other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private static boolean refusesChildren(IkeCondition ike) {
        return switch (ike) {
            case QUIET, BUSY_WITH_CHILD -> false;
            case REKEYING, CLOSING -> true;
        };
    }
}
