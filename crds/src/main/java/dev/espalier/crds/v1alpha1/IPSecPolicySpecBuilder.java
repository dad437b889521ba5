package dev.espalier.crds.v1alpha1;

/** Names what differs from the defaults of an {@link IPSecPolicySpec}. */
public final class IPSecPolicySpecBuilder {
    private int priority;
    private PolicySelector selector = PolicySelector.EVERY_POD;
    private PolicyAction action = PolicyAction.PROTECT;
    private Enforcement enforcement = Enforcement.STRICT;
    private IPSecMode mode = IPSecMode.TUNNEL;
    private Encapsulation encapsulation = Encapsulation.UDP;
    private IkeParameters ike = IkeParameters.DEFAULT;
    private EspParameters esp = EspParameters.DEFAULT;

    IPSecPolicySpecBuilder() {}

    public IPSecPolicySpecBuilder priority(int value) {
        priority = value;
        return this;
    }

    public IPSecPolicySpecBuilder selector(PolicySelector value) {
        selector = value;
        return this;
    }

    public IPSecPolicySpecBuilder action(PolicyAction value) {
        action = value;
        return this;
    }

    public IPSecPolicySpecBuilder enforcement(Enforcement value) {
        enforcement = value;
        return this;
    }

    public IPSecPolicySpecBuilder mode(IPSecMode value) {
        mode = value;
        return this;
    }

    public IPSecPolicySpecBuilder encapsulation(Encapsulation value) {
        encapsulation = value;
        return this;
    }

    public IPSecPolicySpecBuilder ike(IkeParameters value) {
        ike = value;
        return this;
    }

    public IPSecPolicySpecBuilder esp(EspParameters value) {
        esp = value;
        return this;
    }

    public IPSecPolicySpec build() {
        return new IPSecPolicySpec(priority, selector, action, enforcement, mode, encapsulation, ike, esp);
    }
}
