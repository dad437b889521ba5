/** Captures on the underlay and what they prove. */
@NullMarked
package dev.espalier.lab.capture;

import org.jspecify.annotations.NullMarked;
