package dev.espalier.crds.policy;

import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.crds.v1alpha1.IPSecPolicySpec;
import dev.espalier.crds.v1alpha1.IPSecPolicyStatus.PolicyInForce;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The policies that a cluster goes by: a function of the stored objects and nothing else, so that the operator and every agent, also
 * one that has just started, come to the same set. A policy whose newest spec is refused stays in force as last accepted, which the
 * operator keeps in {@code status.inForce}.
 *
 * @param inForce first match first: by priority from high to low, then by name
 * @param refused what was found wrong, by name
 */
public record PolicySet(List<EffectivePolicy> inForce, List<Refusal> refused) {
    private static final Comparator<EffectivePolicy> PRECEDENCE =
            Comparator.comparingInt(EffectivePolicy::priority).reversed().thenComparing(EffectivePolicy::name);

    /** No policy: everything between pods of different nodes is discarded (ESP-13). */
    public static final PolicySet EMPTY = new PolicySet(List.of(), List.of());

    public PolicySet {
        inForce = List.copyOf(inForce);
        refused = List.copyOf(refused);
    }

    /**
     * A policy whose newest spec is not in force.
     *
     * @param inForce the older spec that is, if there is one
     */
    public record Refusal(
            String name,
            long generation,
            PolicyVerdict.Refused verdict,
            @Nullable EffectivePolicy inForce) {}

    /** @param policies with distinct names */
    public static PolicySet of(Collection<IPSecPolicy> policies) {
        List<EffectivePolicy> inForce = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>();
        for (IPSecPolicy policy : policies) {
            String name = policy.getMetadata().getName();
            switch (verdict(policy)) {
                case PolicyVerdict.Accepted(EffectivePolicy effective) -> inForce.add(effective);
                case PolicyVerdict.Refused verdict -> {
                    Optional<EffectivePolicy> last = lastAccepted(policy);
                    last.ifPresent(inForce::add);
                    refused.add(new Refusal(name, generation(policy), verdict, last.orElse(null)));
                }
            }
        }
        inForce.sort(PRECEDENCE);
        refused.sort(Comparator.comparing(Refusal::name));
        return new PolicySet(inForce, refused);
    }

    /** What to make of the newest spec of {@code policy}. */
    public static PolicyVerdict verdict(IPSecPolicy policy) {
        IPSecPolicySpec spec = policy.getSpec();
        if (spec == null) {
            return new PolicyVerdict.Refused(List.of(Finding.invalid("spec", "is missing")));
        }
        return PolicyValidation.validate(policy.getMetadata().getName(), generation(policy), spec);
    }

    /** The policy that decides about traffic of any pod; while every policy selects every pod, that is the first. */
    public Optional<EffectivePolicy> forEveryPod() {
        return inForce.stream().findFirst();
    }

    /**
     * Equal for sets that make no difference to any packet.
     *
     * @return 32 hexadecimal digits, the first half of a SHA-256
     */
    public String contentHash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (EffectivePolicy policy : inForce) {
                digest.update(policy.canonicalText().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) '\n');
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Optional<EffectivePolicy> lastAccepted(IPSecPolicy policy) {
        PolicyInForce last =
                policy.getStatus() == null ? null : policy.getStatus().inForce();
        if (last == null) {
            return Optional.empty();
        }
        return PolicyValidation.validate(policy.getMetadata().getName(), last.generation(), last.spec())
                        instanceof PolicyVerdict.Accepted(EffectivePolicy effective)
                ? Optional.of(effective)
                : Optional.empty();
    }

    private static long generation(IPSecPolicy policy) {
        Long generation = policy.getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }
}
