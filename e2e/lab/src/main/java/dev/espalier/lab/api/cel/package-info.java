/** As much of the Common Expression Language as validation rules of custom resources commonly use; what is beyond it is said, not guessed. */
@NullMarked
package dev.espalier.lab.api.cel;

import org.jspecify.annotations.NullMarked;
