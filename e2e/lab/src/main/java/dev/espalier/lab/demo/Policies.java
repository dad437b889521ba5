package dev.espalier.lab.demo;

/** The policies that the demo applies. */
final class Policies {
    static final String NAME = "protect-all";

    private Policies() {}

    static String protectAll(String ike, String esp) {
        return named(NAME, ike, esp);
    }

    static String named(String name, String ike, String esp) {
        return """
                apiVersion: ipsec.espalier.dev/v1alpha1
                kind: IPSecPolicy
                metadata:
                  name: %s
                spec:
                  action: Protect
                  ike:
                    proposals: [%s]
                    dpdInterval: 5s
                  esp:
                    proposals: [%s]
                """.formatted(name, ike, esp);
    }
}
