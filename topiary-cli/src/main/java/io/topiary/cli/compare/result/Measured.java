package io.topiary.cli.compare.result;

import java.util.Optional;

/**
 * Wall time of dense inference over that of sparse inference, of the same network on the same
 * machine.
 *
 * @param batch images in one pass
 * @param speedup median over rounds; absent when withheld
 * @param low lower bound of a 95% confidence interval of that median; absent when withheld
 * @param high upper bound; absent when withheld
 * @param withheld one sentence that says why no speedup is told; absent where one is
 */
public record Measured(
    int batch,
    Optional<Double> speedup,
    Optional<Double> low,
    Optional<Double> high,
    Optional<String> withheld) {}
