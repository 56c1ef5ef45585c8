/**
 * What several commands ask for alike: options, and what they mean once they were found in order.
 */
@NullMarked
package io.topiary.cli.options;

import org.jspecify.annotations.NullMarked;
