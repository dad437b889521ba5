package dev.espalier.crds.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Makes the CRD manifests from the Java types. */
final class CrdGeneration {
    private static final List<Class<? extends CustomResource<?, ?>>> KINDS =
            List.of(IPSecPolicy.class, IPSecNode.class, IPSecPeer.class, IPSecAuthority.class);
    private static final String HEADER =
            "# Generated from the types in crds/; do not edit. Regenerate: see CrdManifestsTest.\n";

    private CrdGeneration() {}

    /** Text by file name. */
    static Map<String, String> manifests() {
        Map<String, String> result = new TreeMap<>();
        for (Class<? extends CustomResource<?, ?>> kind : KINDS) {
            CustomResourceDefinition crd = generate(kind);
            result.put(crd.getSpec().getNames().getPlural() + ".yaml", HEADER + Serialization.asYaml(crd));
        }
        return result;
    }

    static CustomResourceDefinition generate(Class<? extends CustomResource<?, ?>> kind) {
        CapturedOutput output = new CapturedOutput();
        new CRDGenerator()
                .customResourceClasses(List.of(kind))
                .forCRDVersions("v1")
                .withOutput(output)
                .generate();
        CustomResourceDefinition crd = Serialization.unmarshal(output.text(), CustomResourceDefinition.class);
        for (CustomResourceDefinitionVersion version : crd.getSpec().getVersions()) {
            complete(version, kind);
        }
        return crd;
    }

    /** What the generator cannot express. */
    private static void complete(CustomResourceDefinitionVersion version, Class<? extends HasMetadata> kind) {
        JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
        root.setRequired(List.of("spec"));
        visit(root);
        List<String> order = Arrays.stream(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
                .map(AdditionalPrinterColumn::name)
                .toList();
        version.getAdditionalPrinterColumns()
                .sort(Comparator.comparing((CustomResourceColumnDefinition column) -> order.indexOf(column.getName())));
    }

    private static void visit(JSONSchemaProps schema) {
        Map<String, JSONSchemaProps> properties = schema.getProperties();
        if (properties == null) {
            return;
        }
        properties.forEach((name, property) -> {
            switch (name) {
                case "conditions" -> mapList(property, "type");
                case "appliedPolicies", "peers" -> {
                    if (property.getItems() != null) {
                        mapList(property, "name");
                    }
                }
                case "matchLabels" -> property.setMaxProperties(64L);
                case "matchExpressions" -> property.setMaxItems(64L);
                case "namespaceSelector", "podSelector" -> property.setXKubernetesMapType("atomic");
                default -> {}
            }
            visit(property);
            if (property.getItems() != null) {
                JSONSchemaProps item = property.getItems().getSchema();
                if (name.equals("matchExpressions")) {
                    labelRequirement(item);
                }
                visit(item);
            }
        });
    }

    static JSONSchemaProps property(JSONSchemaProps schema, String name) {
        return Objects.requireNonNull(schema.getProperties().get(name), name);
    }

    private static void mapList(JSONSchemaProps list, String key) {
        list.setXKubernetesListType("map");
        list.setXKubernetesListMapKeys(List.of(key));
    }

    /** As the API server checks a LabelSelectorRequirement in its own kinds. */
    private static void labelRequirement(JSONSchemaProps item) {
        item.setRequired(List.of("key", "operator"));
        property(item, "operator")
                .setEnum(List.<JsonNode>of(
                        TextNode.valueOf("In"),
                        TextNode.valueOf("NotIn"),
                        TextNode.valueOf("Exists"),
                        TextNode.valueOf("DoesNotExist")));
        property(item, "key").setMaxLength(317L);
        JSONSchemaProps values = property(item, "values");
        values.setMaxItems(64L);
        values.getItems().getSchema().setMaxLength(63L);
    }

    private static final class CapturedOutput implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        @Override
        public ByteArrayOutputStream outputFor(String crdName) {
            return bytes;
        }

        @Override
        public URI crdURI(String crdName) {
            return URI.create("file:///" + crdName);
        }

        @Override
        public void close() {}
    }
}
