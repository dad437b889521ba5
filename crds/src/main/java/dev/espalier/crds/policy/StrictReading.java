package dev.espalier.crds.policy;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;

/** Reading of documents that no API server has checked: a field that the schema does not have is an error, not ignored. */
public final class StrictReading {
    private StrictReading() {}

    /**
     * A copy of {@code base} that fails with {@code UnrecognizedPropertyException}, which names field and place, on a field of this
     * API's types that is not in the schema.
     */
    public static ObjectMapper of(ObjectMapper base) {
        return base.copy()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .setAnnotationIntrospector(new NothingIgnored());
    }

    private static final class NothingIgnored extends JacksonAnnotationIntrospector {
        @Override
        public JsonIgnoreProperties.Value findPropertyIgnoralByName(MapperConfig<?> config, Annotated annotated) {
            JsonIgnoreProperties.Value found = super.findPropertyIgnoralByName(config, annotated);
            return annotated.getRawType().getName().startsWith("dev.espalier.") ? found.withoutIgnoreUnknown() : found;
        }
    }
}
