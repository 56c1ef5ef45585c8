/**
 * The frontier: all evaluations, aggregated over seeds, as a Kafka Streams topology. Its stores
 * answer questions over HTTP, whichever replica is asked, and fill the gauges of Prometheus.
 */
@NullMarked
package io.topiary.evaluator.frontier;

import org.jspecify.annotations.NullMarked;
