package dev.espalier.agent.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.espalier.cni.CniErrorCode;
import dev.espalier.cni.CniFailure;
import dev.espalier.cni.CniRequest;
import dev.espalier.cni.CniVersions;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads network configurations and CNI_ARGS. Every refusal names the field (CNI-02): code 6 for what is no JSON, 1 for a version, 7 for a bad value, 2 for a
 * field that this plugin does not know or does not support. Fields with a dot or a slash in their name are others' extensions and left alone.
 */
final class NetworkConfigReader {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String VALID_ATTACHMENTS = "cni.dev/valid-attachments";
    private static final int MAX_NAME = 100;
    private static final int MIN_MTU = 1280;
    private static final int MAX_MTU = 65535;

    private static final Set<String> KNOWN = Set.of(
            "cniVersion",
            "cniVersions",
            "name",
            "type",
            "disableCheck",
            "disableGC",
            "loadOnlyInlinedPlugins",
            "args",
            "capabilities",
            "runtimeConfig",
            "prevResult",
            "dns",
            "ipMasq",
            "ipam",
            "mode",
            "mtu",
            "socket");

    private NetworkConfigReader() {}

    static NetworkConfig read(String text) throws CniFailure {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CniFailure(
                    CniErrorCode.DECODING_FAILURE,
                    "the network configuration is not valid JSON: " + e.getOriginalMessage());
        }
        if (!json.isObject()) {
            throw new CniFailure(CniErrorCode.DECODING_FAILURE, "the network configuration is not a JSON object");
        }
        String version = string(json, "cniVersion");
        CniVersions.require(version);
        String name = string(json, "name");
        if (!CniRequest.isName(name) || name.length() > MAX_NAME) {
            throw invalid("name", "is not a letter or digit followed by at most 99 letters, digits, '_', '.' and '-'");
        }
        refuseUnknown(json);
        refuseUnsupported(json);
        JsonNode dns = json.get("dns");
        if (dns != null && !dns.isObject()) {
            throw invalid("dns", "is not an object");
        }
        JsonNode prevResult = json.get("prevResult");
        if (prevResult != null && !prevResult.isNull() && !prevResult.isObject()) {
            throw invalid("prevResult", "is not an object");
        }
        return new NetworkConfig(
                version,
                name,
                mtu(json),
                dns,
                "chained".equals(json.path("mode").textValue()),
                prevResult != null && prevResult.isObject() ? prevResult : null,
                validAttachments(json));
    }

    /** The pairs of CNI_ARGS. */
    static Map<String, String> readArgs(String args) throws CniFailure {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : args.split(";", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new CniFailure(
                        CniErrorCode.INVALID_ENVIRONMENT, "CNI_ARGS is not of the form KEY=VALUE;KEY=VALUE");
            }
            pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        for (String key : new String[] {"K8S_POD_NAMESPACE", "K8S_POD_NAME"}) {
            String value = pairs.getOrDefault(key, "");
            if (!value.isEmpty() && (value.length() > 253 || !CniRequest.isName(value))) {
                throw new CniFailure(CniErrorCode.INVALID_ENVIRONMENT, "CNI_ARGS: " + key + " is not a name");
            }
        }
        return pairs;
    }

    private static void refuseUnknown(JsonNode json) throws CniFailure {
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            String name = field.getKey();
            if (!KNOWN.contains(name) && name.indexOf('.') < 0 && name.indexOf('/') < 0) {
                throw unsupported(name, "is not a field of this plugin");
            }
        }
    }

    private static void refuseUnsupported(JsonNode json) throws CniFailure {
        if (json.path("ipMasq").asBoolean()) {
            throw unsupported("ipMasq", "true is not supported");
        }
        JsonNode ipam = json.path("ipam");
        if (!ipam.isMissingNode() && !(ipam.isObject() && ipam.isEmpty())) {
            throw unsupported("ipam", "is not supported: addresses come from the node's pod CIDRs");
        }
        JsonNode mode = json.path("mode");
        if (!mode.isMissingNode() && !"main".equals(mode.textValue()) && !"chained".equals(mode.textValue())) {
            throw unsupported("mode", mode + " is not supported; \"main\" and \"chained\" are");
        }
        if ("chained".equals(mode.textValue()) && json.has("mtu")) {
            throw unsupported("mtu", "is not supported in chained mode: the interface is another plugin's");
        }
    }

    private static int mtu(JsonNode json) throws CniFailure {
        JsonNode mtu = json.path("mtu");
        if (mtu.isMissingNode()) {
            return 0;
        }
        if (!mtu.isInt() || mtu.intValue() < MIN_MTU || mtu.intValue() > MAX_MTU) {
            throw invalid("mtu", "is not a number from " + MIN_MTU + " to " + MAX_MTU);
        }
        return mtu.intValue();
    }

    private static @Nullable Set<String> validAttachments(JsonNode json) throws CniFailure {
        JsonNode list = json.path(VALID_ATTACHMENTS);
        if (list.isMissingNode()) {
            return null;
        }
        Set<String> keys = new HashSet<>();
        if (!list.isArray() && !list.isNull()) {
            throw invalid(VALID_ATTACHMENTS, "is not a list");
        }
        for (JsonNode entry : list) {
            String id = entry.path("containerID").asText("");
            String ifName = entry.path("ifname").asText("");
            if (id.isEmpty() || ifName.isEmpty()) {
                throw invalid(VALID_ATTACHMENTS, "has an entry without containerID or ifname");
            }
            keys.add(Attachment.key(id, ifName));
        }
        return keys;
    }

    private static String string(JsonNode json, String field) throws CniFailure {
        JsonNode value = json.path(field);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw invalid(field, value.isMissingNode() ? "is missing" : "is not a text");
        }
        return value.textValue();
    }

    private static CniFailure invalid(String field, String problem) {
        return new CniFailure(CniErrorCode.INVALID_CONFIGURATION, field + " " + problem);
    }

    private static CniFailure unsupported(String field, String problem) {
        return new CniFailure(CniErrorCode.UNSUPPORTED_FIELD, field + " " + problem);
    }
}
