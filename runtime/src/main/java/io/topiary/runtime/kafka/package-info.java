/** Sending records to Kafka and knowing that they arrived. */
@NullMarked
package io.topiary.runtime.kafka;

import org.jspecify.annotations.NullMarked;
