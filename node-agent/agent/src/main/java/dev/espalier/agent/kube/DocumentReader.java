package dev.espalier.agent.kube;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.espalier.crds.policy.Finding;
import dev.espalier.crds.policy.PeerValidation;
import dev.espalier.crds.policy.PolicySet;
import dev.espalier.crds.policy.PolicyVerdict;
import dev.espalier.crds.policy.StrictReading;
import dev.espalier.crds.v1alpha1.ApiGroup;
import dev.espalier.crds.v1alpha1.IPSecPeer;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.wire.ip.IpAddress;
import dev.espalier.wire.ip.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Turns one YAML document of the file source into what it stands for. Errors carry the line within the file. */
final class DocumentReader {
    /** What a document may be. */
    sealed interface Entry {
        /** Kind and name, which together must be unique in the folder. */
        String id();

        record OfNode(NodeEntry node) implements Entry {
            @Override
            public String id() {
                return "Node '" + node.name() + "'";
            }
        }

        record OfPolicy(IPSecPolicy policy) implements Entry {
            @Override
            public String id() {
                return "IPSecPolicy '" + policy.getMetadata().getName() + "'";
            }
        }

        record OfPeer(ExternalPeer peer) implements Entry {
            @Override
            public String id() {
                return "IPSecPeer '" + peer.name() + "'";
            }
        }
    }

    /** A document that cannot be used. */
    static final class BadDocument extends Exception {
        private static final long serialVersionUID = 1L;

        private final int line;

        BadDocument(int line, String message) {
            super(message);
            this.line = line;
        }

        /** Within the file, from 1. */
        int line() {
            return line;
        }
    }

    private final ObjectMapper yaml = new YAMLMapper();
    private final ObjectMapper strict = StrictReading.of(new YAMLMapper());

    Entry read(YamlDocuments.Document document) throws BadDocument {
        JsonNode tree = parse(document, text -> yaml.readTree(text));
        if (!tree.isObject()) {
            throw new BadDocument(document.line(), "not an object with apiVersion, kind and metadata");
        }
        String kind = tree.path("kind").asText("");
        String type = tree.path("apiVersion").asText("") + " " + kind;
        String name = tree.path("metadata").path("name").asText("");
        if (name.isEmpty()) {
            throw new BadDocument(document.line(), (kind.isEmpty() ? "object" : kind) + " without metadata.name");
        }
        return switch (type) {
            case "v1 Node" -> new Entry.OfNode(node(document, name, tree));
            case ApiGroup.API_VERSION + " IPSecPolicy" -> new Entry.OfPolicy(policy(document, name));
            case ApiGroup.API_VERSION + " IPSecPeer" -> new Entry.OfPeer(peer(document, name));
            default ->
                throw new BadDocument(
                        document.line(),
                        "'" + type.strip() + "' is none of v1 Node, " + ApiGroup.API_VERSION + " IPSecPolicy, "
                                + ApiGroup.API_VERSION + " IPSecPeer");
        };
    }

    private NodeEntry node(YamlDocuments.Document document, String name, JsonNode tree) throws BadDocument {
        List<Prefix> podCidrs = new ArrayList<>();
        for (JsonNode cidr : tree.path("spec").path("podCIDRs")) {
            podCidrs.add(value(document, name, "spec.podCIDRs", cidr, Prefix::parse));
        }
        if (podCidrs.isEmpty()) {
            throw new BadDocument(document.line(), "Node '" + name + "' has no spec.podCIDRs");
        }
        List<IpAddress> addresses = new ArrayList<>();
        for (JsonNode address : tree.path("status").path("addresses")) {
            if (address.path("type").asText("").equals("InternalIP")) {
                addresses.add(value(document, name, "status.addresses", address.path("address"), IpAddress::parse));
            }
        }
        if (addresses.isEmpty()) {
            throw new BadDocument(
                    document.line(), "Node '" + name + "' has no address of type InternalIP in status.addresses");
        }
        return new NodeEntry(name, podCidrs, addresses);
    }

    /** What is well formed but not supported passes: status says so, and the folder's other documents are none the worse. */
    private IPSecPolicy policy(YamlDocuments.Document document, String name) throws BadDocument {
        IPSecPolicy policy = parse(document, text -> strict.readValue(text, IPSecPolicy.class));
        if (PolicySet.verdict(policy) instanceof PolicyVerdict.Refused refused
                && refused.reason() == Finding.Reason.INVALID) {
            throw new BadDocument(document.line(), "IPSecPolicy '" + name + "': " + refused.message());
        }
        return policy;
    }

    private ExternalPeer peer(YamlDocuments.Document document, String name) throws BadDocument {
        IPSecPeer peer = parse(document, text -> strict.readValue(text, IPSecPeer.class));
        if (peer.getSpec() == null) {
            throw new BadDocument(document.line(), "IPSecPeer '" + name + "' has no spec");
        }
        List<Finding> findings = PeerValidation.validate(peer.getSpec());
        if (!findings.isEmpty()) {
            throw new BadDocument(
                    document.line(),
                    "IPSecPeer '" + name + "': "
                            + findings.stream().map(Finding::toString).collect(Collectors.joining("; ")));
        }
        return new ExternalPeer(name, peer.getSpec());
    }

    private static <T> T value(
            YamlDocuments.Document document, String name, String field, JsonNode node, Function<String, T> parser)
            throws BadDocument {
        String text = node.asText("");
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new BadDocument(lineOf(document, text), "Node '" + name + "', " + field + ": " + e.getMessage());
        }
    }

    /** The tree knows no places; the first line that has the value is right unless the document says it twice. */
    private static int lineOf(YamlDocuments.Document document, String value) {
        int line = document.line();
        for (String text : (Iterable<String>) document.text().lines()::iterator) {
            if (!value.isEmpty() && text.contains(value)) {
                return line;
            }
            line++;
        }
        return document.line();
    }

    private interface Parse<T> {
        T of(String text) throws JsonProcessingException;
    }

    private static <T> T parse(YamlDocuments.Document document, Parse<T> parse) throws BadDocument {
        try {
            return parse.of(document.text());
        } catch (JsonProcessingException e) {
            throw new BadDocument(
                    line(document, e), field(e) + e.getOriginalMessage().lines().collect(Collectors.joining(" ")));
        }
    }

    private static int line(YamlDocuments.Document document, JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            // The parser is behind the field's value by then, possibly lines further.
            return lineOf(document, unknown.getPropertyName() + ":");
        }
        JsonLocation place = e.getLocation();
        return document.line() + (place == null || place.getLineNr() < 1 ? 0 : place.getLineNr() - 1);
    }

    /** Such as {@code spec.esp.proposals[1]: }. */
    private static String field(JsonProcessingException e) {
        if (!(e instanceof JsonMappingException mapping) || mapping.getPath().isEmpty()) {
            return "";
        }
        StringBuilder field = new StringBuilder();
        for (JsonMappingException.Reference step : mapping.getPath()) {
            if (step.getFieldName() != null) {
                field.append(field.isEmpty() ? "" : ".").append(step.getFieldName());
            } else {
                field.append('[').append(step.getIndex()).append(']');
            }
        }
        return field + ": ";
    }
}
