/** A Kafka broker inside this process, for those who have none at hand. */
@NullMarked
package io.topiary.cli.broker;

import org.jspecify.annotations.NullMarked;
