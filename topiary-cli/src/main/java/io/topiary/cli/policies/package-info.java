/** Policies as people write them, and the pipeline that follows them. */
@NullMarked
package io.topiary.cli.policies;

import org.jspecify.annotations.NullMarked;
