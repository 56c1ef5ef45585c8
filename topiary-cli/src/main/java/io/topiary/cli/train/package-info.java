/** Trains one network in this process, without a broker. */
@NullMarked
package io.topiary.cli.train;

import org.jspecify.annotations.NullMarked;
