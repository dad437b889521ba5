package dev.espalier.crds.policy;

import io.fabric8.kubernetes.client.utils.Serialization;

final class Documents {
    private Documents() {}

    /** JSON with single quotes, by the client's own mapper. */
    static <T> T read(String singleQuoted, Class<T> type) {
        return Serialization.unmarshal(singleQuoted.replace('\'', '"'), type);
    }
}
