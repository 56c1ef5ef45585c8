/** Tests of topics and of sending. */
@NullMarked
package io.topiary.runtime.kafka;

import org.jspecify.annotations.NullMarked;
