package dev.espalier.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("OPR-01")
class SchemaDefaultsTest {
    @Test
    void theSchemaFillsInWhatTheTypesFillIn() {
        JSONSchemaProps spec = CrdGeneration.property(
                CrdGeneration.generate(IPSecPolicy.class)
                        .getSpec()
                        .getVersions()
                        .getFirst()
                        .getSchema()
                        .getOpenAPIV3Schema(),
                "spec");
        ObjectNode filled = JsonNodeFactory.instance.objectNode();

        fill(filled, spec);

        assertThat(tree(filled)).isEqualTo(tree(IPSecPolicySpec.DEFAULT));
    }

    /** By way of text, so that numbers are of one kind on both sides. */
    private static JsonNode tree(Object value) {
        return Serialization.unmarshal(Serialization.asJson(value), JsonNode.class);
    }

    /** As an API server applies defaults: from outside in. */
    private static void fill(ObjectNode object, JSONSchemaProps schema) {
        schema.getProperties().forEach((name, property) -> {
            if (!object.has(name) && property.getDefault() != null) {
                object.set(name, property.getDefault());
            }
            if (object.get(name) instanceof ObjectNode child && property.getProperties() != null) {
                fill(child, property);
            }
        });
    }
}
