/** How fast it is, each figure beside a peer of the same run. */
@NullMarked
package io.topiary.benchmarks;

import org.jspecify.annotations.NullMarked;
