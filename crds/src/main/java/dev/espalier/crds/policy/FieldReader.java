package dev.espalier.crds.policy;

import dev.espalier.crds.v1alpha1.Patterns;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads strings of the schema as quantities and collects what is wrong with them, by field. */
final class FieldReader {
    private static final Pattern DURATION = Pattern.compile(Patterns.DURATION);
    private static final Pattern QUANTITY = Pattern.compile("([0-9]{1,15})(Ki|Mi|Gi|Ti)?");

    private final List<Finding> findings = new ArrayList<>();

    List<Finding> findings() {
        return List.copyOf(findings);
    }

    void add(Finding finding) {
        findings.add(finding);
    }

    /** A duration of the form {@code 1h30m}; {@code min} when it is refused. */
    Duration duration(String field, String text, Duration min, Duration max) {
        Matcher matcher = DURATION.matcher(text);
        if (text.isEmpty() || !matcher.matches()) {
            findings.add(Finding.invalid(
                    field,
                    "'" + text + "' is not a duration; write hours, minutes and seconds as in 4h, 1h30m or 10s"));
            return min;
        }
        Duration value = Duration.ofHours(number(matcher.group(1)))
                .plusMinutes(number(matcher.group(2)))
                .plusSeconds(number(matcher.group(3)));
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            findings.add(Finding.invalid(
                    field, "'" + text + "' is out of bounds: must be from " + shortest(min) + " to " + shortest(max)));
            return min;
        }
        return value;
    }

    /** A number of octets with a binary suffix or none; 0 when it is refused. */
    long bytes(String field, String text) {
        Matcher matcher = QUANTITY.matcher(text);
        if (!matcher.matches()) {
            findings.add(Finding.invalid(
                    field, "'" + text + "' is not a quantity; write a whole number with Ki, Mi, Gi, Ti or no suffix"));
            return 0;
        }
        int shift = switch (matcher.group(2)) {
            case "Ki" -> 10;
            case "Mi" -> 20;
            case "Gi" -> 30;
            case "Ti" -> 40;
            case null, default -> 0;
        };
        BigInteger value = new BigInteger(matcher.group(1)).shiftLeft(shift);
        if (value.bitLength() > 63) {
            findings.add(Finding.invalid(field, "'" + text + "' is more than 2^63 - 1"));
            return 0;
        }
        return value.longValueExact();
    }

    /** {@code value}, or {@code min} when it is refused. */
    long within(String field, long value, long min, long max) {
        if (value < min || value > max) {
            findings.add(Finding.invalid(field, value + " is out of bounds: must be from " + min + " to " + max));
            return min;
        }
        return value;
    }

    /** Hours, minutes or seconds, whichever divides it, such as {@code 24h}. */
    static String shortest(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    private static long number(String digitsAndUnit) {
        return digitsAndUnit == null ? 0 : Long.parseLong(digitsAndUnit, 0, digitsAndUnit.length() - 1, 10);
    }
}
