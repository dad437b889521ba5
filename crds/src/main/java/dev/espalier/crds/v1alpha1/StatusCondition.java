package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As {@code metav1.Condition}.
 *
 * @param status {@link #TRUE}, {@link #FALSE} or {@link #UNKNOWN}
 * @param reason a constant in CamelCase
 * @param lastTransitionTime when {@code status} last changed, RFC 3339 with seconds
 * @param message for people, never empty: API servers of 1.20 take an empty string for a missing one
 * @param observedGeneration of the object that this is about
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StatusCondition(
        @Required @Size(min = 1, max = 316) String type,
        @Required @Pattern("^(True|False|Unknown)$") String status,

        @Required @Pattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$") @Size(min = 1, max = 1024)
        String reason,

        @Required @Size(max = 32768) String message,
        @Required @Size(max = 40) String lastTransitionTime,
        @Nullable Long observedGeneration) {
    public static final String TRUE = "True";
    public static final String FALSE = "False";
    public static final String UNKNOWN = "Unknown";

    /**
     * A condition that holds from {@code now} on, unless {@link #following} finds that it held before.
     *
     * @param message for people; where there is nothing to say, the reason stands for it
     */
    public static StatusCondition of(
            String type, String status, String reason, String message, long observedGeneration, Instant now) {
        return new StatusCondition(
                type,
                status,
                reason,
                message.isBlank() ? reason : message,
                now.truncatedTo(ChronoUnit.SECONDS).toString(),
                observedGeneration);
    }

    /** This one, with the transition time of the condition of its type in {@code previous} when the status is still the same. */
    public StatusCondition following(@Nullable List<StatusCondition> previous) {
        if (previous != null) {
            for (StatusCondition old : previous) {
                if (old.type.equals(type) && old.status.equals(status)) {
                    return new StatusCondition(
                            type, status, reason, message, old.lastTransitionTime, observedGeneration);
                }
            }
        }
        return this;
    }

    /** Each of {@code next} by {@link #following}. */
    public static List<StatusCondition> following(
            @Nullable List<StatusCondition> previous, List<StatusCondition> next) {
        List<StatusCondition> result = new ArrayList<>();
        for (StatusCondition condition : next) {
            result.add(condition.following(previous));
        }
        return List.copyOf(result);
    }

    /** Whether {@code conditions} has {@code type} with status {@link #TRUE}. */
    public static boolean isTrue(@Nullable List<StatusCondition> conditions, String type) {
        return conditions != null
                && conditions.stream()
                        .anyMatch(condition -> condition.type.equals(type) && condition.status.equals(TRUE));
    }
}
