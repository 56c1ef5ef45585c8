/**
 * What travels on Kafka: Avro records, the topics they travel on, how they become bytes, and the
 * identities that make repeated work recognisable.
 */
@NullMarked
package io.topiary.schemas;

import org.jspecify.annotations.NullMarked;
