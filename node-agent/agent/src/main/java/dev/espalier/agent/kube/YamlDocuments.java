package dev.espalier.agent.kube;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a YAML stream into its documents and remembers the line each began at, so that an error inside one can be given its place in
 * the file. A line that begins with {@code ---} or {@code ...} separates documents wherever it stands (YAML 1.2.2, 9.1.2): no
 * scalar can contain one.
 */
final class YamlDocuments {
    /**
     * @param line of the first line of {@code text} within the file, from 1
     * @param text the document without separators
     */
    record Document(int line, String text) {}

    private YamlDocuments() {}

    /** The documents that hold more than comments and blank lines, in order. */
    static List<Document> split(String stream) {
        List<Document> documents = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        boolean content = false;
        int start = 1;
        int lineNumber = 0;
        for (String line : (Iterable<String>) stream.lines()::iterator) {
            lineNumber++;
            boolean separator = isMarker(line, "---") || isMarker(line, "...");
            if (separator) {
                if (content) {
                    documents.add(new Document(start, text.toString()));
                }
                text.setLength(0);
                // What follows "--- " on the same line belongs to the document; blanks keep its columns right.
                String rest = line.startsWith("---") ? "   " + line.substring(3) : "";
                text.append(rest).append('\n');
                content = hasContent(rest);
                start = lineNumber;
            } else {
                text.append(line).append('\n');
                content |= hasContent(line);
            }
        }
        if (content) {
            documents.add(new Document(start, text.toString()));
        }
        return documents;
    }

    private static boolean isMarker(String line, String marker) {
        return line.startsWith(marker) && (line.length() == 3 || Character.isWhitespace(line.charAt(3)));
    }

    private static boolean hasContent(String line) {
        String stripped = line.strip();
        return !stripped.isEmpty() && stripped.charAt(0) != '#' && stripped.charAt(0) != '%';
    }
}
