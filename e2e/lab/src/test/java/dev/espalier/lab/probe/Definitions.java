package dev.espalier.lab.probe;

/** Custom resource definitions that the probes bring along. */
final class Definitions {
    /** Cluster-scoped, with a status subresource and one of everything that a schema can say. */
    static final String WIDGETS = named("widgets", "Widget");

    private Definitions() {}

    static String named(String plural, String kind) {
        return """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: %1$s.probe.espalier.dev}
                spec:
                  group: probe.espalier.dev
                  scope: Cluster
                  names: {plural: %1$s, singular: %3$s, kind: %2$s, listKind: %2$sList, shortNames: [x%3$s]}
                  versions:
                  - name: v1
                    served: true
                    storage: true
                    subresources: {status: {}}
                    additionalPrinterColumns:
                    - {name: Size, type: integer, jsonPath: .spec.size}
                    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
                    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
                    schema:
                      openAPIV3Schema:
                        type: object
                        description: A thing to probe with.
                        required: [spec]
                        properties:
                          spec:
                            type: object
                            description: What is wanted.
                            x-kubernetes-validations:
                            - {rule: "!has(self.mode) || self.mode == 'Fast' || self.size <= 5", message: what is slow is small}
                            properties:
                              size: {type: integer, minimum: 1, maximum: 9, default: 3, description: How big.}
                              mode: {type: string, enum: [Fast, Slow]}
                              name: {type: string, pattern: '^[a-z]+$', maxLength: 5}
                              tags: {type: array, maxItems: 2, items: {type: string}}
                              labels: {type: object, additionalProperties: {type: string}}
                              limits:
                                type: object
                                properties:
                                  cpu: {type: string, default: "1"}
                                  memory: {type: string}
                              ports:
                                type: array
                                x-kubernetes-list-type: map
                                x-kubernetes-list-map-keys: [name]
                                items:
                                  type: object
                                  required: [name]
                                  properties:
                                    name: {type: string}
                                    port: {type: integer}
                                    protocol: {type: string}
                              names: {type: array, x-kubernetes-list-type: set, items: {type: string}}
                              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                          status:
                            type: object
                            properties:
                              phase: {type: string}
                              observedGeneration: {type: integer}
                              conditions:
                                type: array
                                x-kubernetes-list-type: map
                                x-kubernetes-list-map-keys: [type]
                                items:
                                  type: object
                                  required: [type, status]
                                  properties:
                                    type: {type: string}
                                    status: {type: string}
                """.formatted(plural, kind, kind.toLowerCase(java.util.Locale.ROOT));
    }
}
