/** The API over HTTPS: routing, discovery, tables, watches, and the rules of each kind of write. */
@NullMarked
package dev.espalier.lab.api.http;

import org.jspecify.annotations.NullMarked;
