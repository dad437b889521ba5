/** What the data path costs beside others: namespaces, candidates, measurements, and the report. */
@NullMarked
package dev.espalier.bench;

import org.jspecify.annotations.NullMarked;
