package io.topiary.evaluator;

/**
 * What is known of a network and does not depend on what else is known.
 *
 * @param bytesGzipped see {@link GzippedSize}
 */
record Judged(Answers answers, long bytesGzipped) {}
