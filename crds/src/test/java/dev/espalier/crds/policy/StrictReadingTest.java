package dev.espalier.crds.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.espalier.crds.v1alpha1.IPSecPolicy;
import dev.espalier.crds.v1alpha1.IPSecPolicySpec;
import org.junit.jupiter.api.Test;

class StrictReadingTest {
    private static final String MISSPELT = """
            {"apiVersion": "ipsec.espalier.dev/v1alpha1", "kind": "IPSecPolicy", "metadata": {"name": "a"},
             "spec": {"ike": {"lifetyme": "2h"}}}""";

    @Test
    void aFieldThatTheSchemaDoesNotHaveIsIgnoredFromAnApiServer() {
        assertThat(Documents.read(MISSPELT, IPSecPolicy.class).getSpec()).isEqualTo(IPSecPolicySpec.DEFAULT);
    }

    @Test
    void aFieldThatTheSchemaDoesNotHaveIsAnErrorThatNamesItInAFile() {
        ObjectMapper strict = StrictReading.of(new ObjectMapper());

        assertThatThrownBy(() -> strict.readValue(MISSPELT, IPSecPolicy.class))
                .isInstanceOf(UnrecognizedPropertyException.class)
                .hasMessageContaining("lifetyme")
                .hasMessageContaining("line: 2");
    }

    @Test
    void everyFieldOfTheSchemaIsTaken() throws JsonProcessingException {
        ObjectMapper strict = StrictReading.of(new ObjectMapper());
        String json = strict.writeValueAsString(IPSecPolicySpec.DEFAULT);

        assertThat(strict.readValue(json, IPSecPolicySpec.class)).isEqualTo(IPSecPolicySpec.DEFAULT);
    }
}
