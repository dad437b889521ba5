/** JSON merge patch, strategic merge patch and JSON patch on JSON trees. */
@NullMarked
package dev.espalier.lab.api.patch;

import org.jspecify.annotations.NullMarked;
