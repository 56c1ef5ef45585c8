/** What the services that are Kafka Streams applications have in common. */
@NullMarked
package io.topiary.runtime.streams;

import org.jspecify.annotations.NullMarked;
