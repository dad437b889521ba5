package dev.espalier.ike.message;

/**
 * Notify message type (IANA "IKEv2 Notify Message Error Types" and "... Status Types", RFC 7296 3.10.1).
 *
 * @param value 0 to 65535
 */
public record NotifyType(int value) {
    /** Data: the payload type, one octet. */
    public static final NotifyType UNSUPPORTED_CRITICAL_PAYLOAD = new NotifyType(1);

    public static final NotifyType INVALID_IKE_SPI = new NotifyType(4);
    public static final NotifyType INVALID_MAJOR_VERSION = new NotifyType(5);
    public static final NotifyType INVALID_SYNTAX = new NotifyType(7);
    /** Data: the message ID, four octets. */
    public static final NotifyType INVALID_MESSAGE_ID = new NotifyType(9);

    public static final NotifyType INVALID_SPI = new NotifyType(11);
    public static final NotifyType NO_PROPOSAL_CHOSEN = new NotifyType(14);
    /** Data: the wanted method, two octets. */
    public static final NotifyType INVALID_KE_PAYLOAD = new NotifyType(17);

    public static final NotifyType AUTHENTICATION_FAILED = new NotifyType(24);
    public static final NotifyType SINGLE_PAIR_REQUIRED = new NotifyType(34);
    public static final NotifyType NO_ADDITIONAL_SAS = new NotifyType(35);
    public static final NotifyType INTERNAL_ADDRESS_FAILURE = new NotifyType(36);
    public static final NotifyType FAILED_CP_REQUIRED = new NotifyType(37);
    public static final NotifyType TS_UNACCEPTABLE = new NotifyType(38);
    public static final NotifyType INVALID_SELECTORS = new NotifyType(39);
    /** RFC 4555. */
    public static final NotifyType UNACCEPTABLE_ADDRESSES = new NotifyType(40);

    /** RFC 4555. */
    public static final NotifyType UNEXPECTED_NAT_DETECTED = new NotifyType(41);

    public static final NotifyType TEMPORARY_FAILURE = new NotifyType(43);
    public static final NotifyType CHILD_SA_NOT_FOUND = new NotifyType(44);
    /** RFC 9370. */
    public static final NotifyType STATE_NOT_FOUND = new NotifyType(47);

    /** RFC 9611. */
    public static final NotifyType TS_MAX_QUEUE = new NotifyType(48);

    public static final NotifyType INITIAL_CONTACT = new NotifyType(16384);
    public static final NotifyType SET_WINDOW_SIZE = new NotifyType(16385);
    public static final NotifyType ADDITIONAL_TS_POSSIBLE = new NotifyType(16386);
    /** Never agreed (IKE-54). */
    public static final NotifyType IPCOMP_SUPPORTED = new NotifyType(16387);

    public static final NotifyType NAT_DETECTION_SOURCE_IP = new NotifyType(16388);
    public static final NotifyType NAT_DETECTION_DESTINATION_IP = new NotifyType(16389);
    public static final NotifyType COOKIE = new NotifyType(16390);
    public static final NotifyType USE_TRANSPORT_MODE = new NotifyType(16391);
    public static final NotifyType HTTP_CERT_LOOKUP_SUPPORTED = new NotifyType(16392);
    public static final NotifyType REKEY_SA = new NotifyType(16393);
    public static final NotifyType ESP_TFC_PADDING_NOT_SUPPORTED = new NotifyType(16394);
    public static final NotifyType NON_FIRST_FRAGMENTS_ALSO = new NotifyType(16395);
    /** RFC 4555. */
    public static final NotifyType MOBIKE_SUPPORTED = new NotifyType(16396);

    /** RFC 4555. */
    public static final NotifyType ADDITIONAL_IP4_ADDRESS = new NotifyType(16397);

    /** RFC 4555. */
    public static final NotifyType ADDITIONAL_IP6_ADDRESS = new NotifyType(16398);

    /** RFC 4555. */
    public static final NotifyType NO_ADDITIONAL_ADDRESSES = new NotifyType(16399);

    /** RFC 4555. */
    public static final NotifyType UPDATE_SA_ADDRESSES = new NotifyType(16400);

    /** RFC 4555. */
    public static final NotifyType COOKIE2 = new NotifyType(16401);

    /** RFC 4555. */
    public static final NotifyType NO_NATS_ALLOWED = new NotifyType(16402);

    /** RFC 4478. Data: seconds, four octets. */
    public static final NotifyType AUTH_LIFETIME = new NotifyType(16403);

    /** RFC 4739. */
    public static final NotifyType MULTIPLE_AUTH_SUPPORTED = new NotifyType(16404);

    /** RFC 4739. */
    public static final NotifyType ANOTHER_AUTH_FOLLOWS = new NotifyType(16405);

    /** RFC 5685. */
    public static final NotifyType REDIRECT_SUPPORTED = new NotifyType(16406);

    /** RFC 5685. */
    public static final NotifyType REDIRECT = new NotifyType(16407);

    /** RFC 5685. */
    public static final NotifyType REDIRECTED_FROM = new NotifyType(16408);

    /** RFC 6023. */
    public static final NotifyType CHILDLESS_IKEV2_SUPPORTED = new NotifyType(16418);

    /** RFC 6290. Data: a token of 16 to 256 octets. */
    public static final NotifyType QUICK_CRASH_DETECTION = new NotifyType(16419);

    /** RFC 7383. */
    public static final NotifyType IKEV2_FRAGMENTATION_SUPPORTED = new NotifyType(16430);

    /** RFC 7427. Data: hash algorithms, two octets each. */
    public static final NotifyType SIGNATURE_HASH_ALGORITHMS = new NotifyType(16431);

    /** RFC 8784. */
    public static final NotifyType USE_PPK = new NotifyType(16435);

    /** RFC 8784. */
    public static final NotifyType PPK_IDENTITY = new NotifyType(16436);

    /** RFC 8784. */
    public static final NotifyType NO_PPK_AUTH = new NotifyType(16437);

    /** RFC 9242. */
    public static final NotifyType INTERMEDIATE_EXCHANGE_SUPPORTED = new NotifyType(16438);

    /** RFC 9370. */
    public static final NotifyType ADDITIONAL_KEY_EXCHANGE = new NotifyType(16441);

    /** RFC 9347. */
    public static final NotifyType USE_AGGFRAG = new NotifyType(16442);

    /** RFC 9593. */
    public static final NotifyType SUPPORTED_AUTH_METHODS = new NotifyType(16443);

    /** RFC 9611. */
    public static final NotifyType SA_RESOURCE_INFO = new NotifyType(16444);

    /** First of the status types; everything below is an error (RFC 7296 3.10.1). */
    private static final int FIRST_STATUS = 16384;

    /** Whether it reports an error; an unknown one fails the request it answers (IKE-30). */
    public boolean isError() {
        return value < FIRST_STATUS;
    }

    @Override
    public String toString() {
        return switch (value) {
            case 1 -> "UNSUPPORTED_CRITICAL_PAYLOAD";
            case 4 -> "INVALID_IKE_SPI";
            case 5 -> "INVALID_MAJOR_VERSION";
            case 7 -> "INVALID_SYNTAX";
            case 9 -> "INVALID_MESSAGE_ID";
            case 11 -> "INVALID_SPI";
            case 14 -> "NO_PROPOSAL_CHOSEN";
            case 17 -> "INVALID_KE_PAYLOAD";
            case 24 -> "AUTHENTICATION_FAILED";
            case 34 -> "SINGLE_PAIR_REQUIRED";
            case 35 -> "NO_ADDITIONAL_SAS";
            case 36 -> "INTERNAL_ADDRESS_FAILURE";
            case 37 -> "FAILED_CP_REQUIRED";
            case 38 -> "TS_UNACCEPTABLE";
            case 39 -> "INVALID_SELECTORS";
            case 40 -> "UNACCEPTABLE_ADDRESSES";
            case 41 -> "UNEXPECTED_NAT_DETECTED";
            case 43 -> "TEMPORARY_FAILURE";
            case 44 -> "CHILD_SA_NOT_FOUND";
            case 47 -> "STATE_NOT_FOUND";
            case 48 -> "TS_MAX_QUEUE";
            case 16384 -> "INITIAL_CONTACT";
            case 16385 -> "SET_WINDOW_SIZE";
            case 16386 -> "ADDITIONAL_TS_POSSIBLE";
            case 16387 -> "IPCOMP_SUPPORTED";
            case 16388 -> "NAT_DETECTION_SOURCE_IP";
            case 16389 -> "NAT_DETECTION_DESTINATION_IP";
            case 16390 -> "COOKIE";
            case 16391 -> "USE_TRANSPORT_MODE";
            case 16392 -> "HTTP_CERT_LOOKUP_SUPPORTED";
            case 16393 -> "REKEY_SA";
            case 16394 -> "ESP_TFC_PADDING_NOT_SUPPORTED";
            case 16395 -> "NON_FIRST_FRAGMENTS_ALSO";
            case 16396 -> "MOBIKE_SUPPORTED";
            case 16397 -> "ADDITIONAL_IP4_ADDRESS";
            case 16398 -> "ADDITIONAL_IP6_ADDRESS";
            case 16399 -> "NO_ADDITIONAL_ADDRESSES";
            case 16400 -> "UPDATE_SA_ADDRESSES";
            case 16401 -> "COOKIE2";
            case 16402 -> "NO_NATS_ALLOWED";
            case 16403 -> "AUTH_LIFETIME";
            case 16404 -> "MULTIPLE_AUTH_SUPPORTED";
            case 16405 -> "ANOTHER_AUTH_FOLLOWS";
            case 16406 -> "REDIRECT_SUPPORTED";
            case 16407 -> "REDIRECT";
            case 16408 -> "REDIRECTED_FROM";
            case 16418 -> "CHILDLESS_IKEV2_SUPPORTED";
            case 16419 -> "QUICK_CRASH_DETECTION";
            case 16430 -> "IKEV2_FRAGMENTATION_SUPPORTED";
            case 16431 -> "SIGNATURE_HASH_ALGORITHMS";
            case 16435 -> "USE_PPK";
            case 16436 -> "PPK_IDENTITY";
            case 16437 -> "NO_PPK_AUTH";
            case 16438 -> "INTERMEDIATE_EXCHANGE_SUPPORTED";
            case 16441 -> "ADDITIONAL_KEY_EXCHANGE";
            case 16442 -> "USE_AGGFRAG";
            case 16443 -> "SUPPORTED_AUTH_METHODS";
            case 16444 -> "SA_RESOURCE_INFO";
            default -> "NOTIFY_" + value;
        };
    }
}
