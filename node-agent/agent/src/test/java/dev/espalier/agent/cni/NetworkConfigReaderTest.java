package dev.espalier.agent.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.cni.CniFailure;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkConfigReaderTest {
    private static final String GOOD = "'cniVersion':'1.1.0','name':'pods','type':'espalier'";

    private static NetworkConfig read(String fields) throws CniFailure {
        return NetworkConfigReader.read("{" + fields.replace('\'', '"') + "}");
    }

    @Test
    void acceptsWhatRuntimesAddToAConfiguration() throws CniFailure {
        NetworkConfig config = read(GOOD
                + ",'cniVersions':['1.0.0','1.1.0'],'disableCheck':false,'args':{'labels':{}},'capabilities':{'portMappings':true},"
                + "'runtimeConfig':{'portMappings':[]},'ipMasq':false,'dns':{'nameservers':['10.0.0.10']},'mode':'main','mtu':1400,"
                + "'socket':'/run/espalier/cni.sock','example.com/extension':1,'prevResult':null,"
                + "'cni.dev/valid-attachments':[{'containerID':'a','ifname':'eth0'}]");

        assertThat(config.cniVersion()).isEqualTo("1.1.0");
        assertThat(config.mtu()).isEqualTo(1400);
        assertThat(config.hasPrevResult()).isFalse();
        assertThat(config.validAttachments()).containsExactly("a@eth0");
        assertThat(Objects.requireNonNull(config.dns()).at("/nameservers/0").asText())
                .isEqualTo("10.0.0.10");
    }

    @Test
    @Tag("CNI-09")
    void anEmptyListOfValidAttachmentsIsNotTheSameAsNone() throws CniFailure {
        assertThat(read(GOOD + ",'cni.dev/valid-attachments':[]").validAttachments())
                .isEmpty();
        assertThat(read(GOOD + ",'cni.dev/valid-attachments':null").validAttachments())
                .isEmpty();
        assertThat(read(GOOD).validAttachments()).isNull();
    }

    @ParameterizedTest
    @Tag("CNI-02")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'name':'x','type':'e'                                        | 7 | cniVersion is missing",
                "'cniVersion':1,'name':'x'                                    | 7 | cniVersion is not a text",
                "'cniVersion':'2.0.0','name':'x'                              | 1 | cniVersion \"2.0.0\" is not supported",
                "'cniVersion':'1.1.0'                                         | 7 | name is missing",
                "'cniVersion':'1.1.0','name':'../x'                           | 7 | name is not",
                "'cniVersion':'1.1.0','name':'x','mtuu':1400                  | 2 | mtuu is not a field",
                "'cniVersion':'1.1.0','name':'x','mtu':'1400'                 | 7 | mtu is not a number",
                "'cniVersion':'1.1.0','name':'x','mtu':68                     | 7 | mtu is not a number",
                "'cniVersion':'1.1.0','name':'x','mtu':1400.5                 | 7 | mtu is not a number",
                "'cniVersion':'1.1.0','name':'x','ipMasq':true                | 2 | ipMasq true is not supported",
                "'cniVersion':'1.1.0','name':'x','ipam':{'type':'host-local'} | 2 | ipam is not supported",
                "'cniVersion':'1.1.0','name':'x','mode':'bridge'              | 2 | mode \"bridge\" is not supported",
                "'cniVersion':'1.1.0','name':'x','dns':[]                     | 7 | dns is not an object",
                "'cniVersion':'1.1.0','name':'x','prevResult':[]              | 7 | prevResult is not an object",
                "'cniVersion':'1.1.0','name':'x','cni.dev/valid-attachments':{} | 7 | cni.dev/valid-attachments is not a list",
                "'cniVersion':'1.1.0','name':'x','cni.dev/valid-attachments':[{}] | 7 | cni.dev/valid-attachments has an entry",
                "'cniVersion':'1.1.0','name':'x','name':'y'                   | 6 | not valid JSON",
                "'cniVersion'                                                 | 6 | not valid JSON"
            })
    void refusalsNameTheField(String fields, int code, String message) {
        assertThatThrownBy(() -> read(fields))
                .isInstanceOfSatisfying(
                        CniFailure.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    @Test
    @Tag("CNI-15")
    void argumentsAreNamesOrRefused() throws CniFailure {
        assertThat(NetworkConfigReader.readArgs("IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;X="))
                .isEqualTo(
                        Map.of("IgnoreUnknown", "1", "K8S_POD_NAMESPACE", "default", "K8S_POD_NAME", "web-0", "X", ""));
        assertThat(NetworkConfigReader.readArgs("")).isEmpty();
        assertThatThrownBy(() -> NetworkConfigReader.readArgs("novalue")).hasMessageContaining("CNI_ARGS");
        assertThatThrownBy(() -> NetworkConfigReader.readArgs("K8S_POD_NAME=../../etc"))
                .hasMessageContaining("K8S_POD_NAME");
    }
}
