package dev.espalier.operator.pki;

import dev.espalier.operator.pki.Denial.Reason;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * What a CSR asks for, when it asks for what is prescribed: subject {@code O=espalier:nodes, CN=<node>}, SAN DNS {@code <node>}, the
 * usages of {@link #USAGES}, and nothing else (CSR-03, CSR-04; RFC 2986). Nothing of the request but name and key gets into the
 * certificate.
 */
final class RequestContent {
    /** {@code spec.usages}, in any order. */
    static final Set<String> USAGES = Set.of("digital signature", "client auth", "server auth");

    private static final int MAX_REQUEST_OCTETS = 16 * 1024;
    private static final Pattern NODE_NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
    private static final Set<String> KNOWN_EXTENSIONS = Set.of(
            Extension.subjectAlternativeName.getId(), Extension.keyUsage.getId(), Extension.extendedKeyUsage.getId());

    private RequestContent() {}

    /** What comes of reading a request. */
    sealed interface Reading {
        record Proper(String nodeName, PublicKey publicKey) implements Reading {}

        record Improper(Denial denial) implements Reading {}
    }

    /**
     * @param pem {@code spec.request}, after base64
     * @param usages {@code spec.usages}
     */
    static Reading read(byte[] pem, List<String> usages) {
        if (pem.length > MAX_REQUEST_OCTETS) {
            return improper(Reason.WRONG_CONTENT, "the request is longer than " + MAX_REQUEST_OCTETS + " octets");
        }
        if (usages.size() != USAGES.size() || !USAGES.equals(Set.copyOf(usages))) {
            return improper(
                    Reason.WRONG_CONTENT,
                    "usages are " + usages + "; must be [digital signature, client auth, server auth]");
        }
        try {
            return judge(parse(pem));
        } catch (IOException | RuntimeException e) {
            // The ASN.1 library decodes as late as it can, and throws what it likes on hostile input.
            return improper(Reason.WRONG_CONTENT, "the request is no PEM of a PKCS #10 request: " + e.getMessage());
        }
    }

    private static Reading judge(PKCS10CertificationRequest request) {
        Optional<String> nodeName = nodeName(request.getSubject());
        if (nodeName.isEmpty()) {
            return improper(
                    Reason.WRONG_CONTENT,
                    "subject is '" + request.getSubject() + "'; must be O=" + PkiNames.ORGANIZATION
                            + ", CN=<node name>");
        }
        Optional<Denial> wrong = wrongNames(request, nodeName.get()).or(() -> RequestKey.wrong(request));
        return wrong.isPresent()
                ? new Reading.Improper(wrong.get())
                : new Reading.Proper(nodeName.get(), RequestKey.of(request));
    }

    private static PKCS10CertificationRequest parse(byte[] pem) throws IOException {
        try (PemReader reader = new PemReader(new StringReader(new String(pem, StandardCharsets.US_ASCII)))) {
            PemObject object = reader.readPemObject();
            if (object == null || !object.getType().endsWith("CERTIFICATE REQUEST")) {
                throw new PEMException("no CERTIFICATE REQUEST block");
            }
            if (reader.readPemObject() != null) {
                throw new PEMException("more than one block");
            }
            return new PKCS10CertificationRequest(object.getContent());
        }
    }

    private static Optional<String> nodeName(X500Name subject) {
        RDN[] rdns = subject.getRDNs();
        if (rdns.length != 2 || Arrays.stream(rdns).anyMatch(RDN::isMultiValued)) {
            return Optional.empty();
        }
        RDN[] organization = subject.getRDNs(BCStyle.O);
        RDN[] commonName = subject.getRDNs(BCStyle.CN);
        if (organization.length != 1
                || commonName.length != 1
                || !text(organization[0]).equals(PkiNames.ORGANIZATION)
                || !NODE_NAME.matcher(text(commonName[0])).matches()) {
            return Optional.empty();
        }
        return Optional.of(text(commonName[0]));
    }

    private static String text(RDN rdn) {
        return rdn.getFirst().getValue() instanceof ASN1String string ? string.getString() : "";
    }

    private static Optional<Denial> wrongNames(PKCS10CertificationRequest request, String nodeName) {
        Extensions extensions = request.getRequestedExtensions();
        GeneralNames names =
                extensions == null ? null : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        if (extensions == null || names == null) {
            return content("the request has no subject alternative name; must be DNS:" + nodeName);
        }
        for (var oid : extensions.getExtensionOIDs()) {
            if (!KNOWN_EXTENSIONS.contains(oid.getId())) {
                return content("extension " + oid + " must not be asked for");
            }
        }
        GeneralName[] all = names.getNames();
        if (all.length != 1
                || all[0].getTagNo() != GeneralName.dNSName
                || !(all[0].getName() instanceof ASN1String dns
                        && dns.getString().equals(nodeName))) {
            return content(
                    "subject alternative names are " + Arrays.toString(all) + "; must be DNS:" + nodeName + " alone");
        }
        return Optional.empty();
    }

    private static Optional<Denial> content(String message) {
        return Optional.of(new Denial(Reason.WRONG_CONTENT, message));
    }

    private static Reading improper(Reason reason, String message) {
        return new Reading.Improper(new Denial(reason, message));
    }
}
