package io.topiary.evaluator.frontier;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.topiary.schemas.FrontierPoint;
import io.topiary.schemas.FrontierSample;
import io.topiary.schemas.MeasuredSample;
import io.topiary.schemas.MeasuredSpread;
import io.topiary.schemas.Spread;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Points of the frontier: the figures of a group of networks that were made alike, but for their
 * seeds.
 *
 * <p>Of every seed the network that was made last counts: what was trained anew from the same seed,
 * in a later generation, takes the place of what was there, and makes count no larger. Networks
 * whose seed nobody tells stand for one seed together. Mean and standard deviation are over those
 * that count, so over seeds.
 */
final class Points {

  /** Never a tie, so that the order of arrival plays no part. */
  private static final Comparator<FrontierSample> BY_AGE =
      Comparator.comparing(FrontierSample::getMadeAt)
          .thenComparing(FrontierSample::getCheckpointId);

  private static final Comparator<FrontierSample> BY_VALIDATION =
      Comparator.comparing(FrontierSample::getValidationAccuracy).thenComparing(BY_AGE);

  private Points() {}

  /**
   * @param samples all of the group, one for each checkpoint; at least one
   */
  static FrontierPoint of(Group group, Collection<FrontierSample> samples) {
    var counted = newestOfEachSeed(samples);
    return FrontierPoint.newBuilder()
        .setModel(group.model())
        .setData(group.data())
        .setMethod(group.method())
        .setSchedule(group.schedule())
        .setTargetSparsity(group.targetSparsity())
        .setStage(group.stage())
        .setCount(counted.size())
        .setSeeds(
            counted.stream()
                .map(FrontierSample::getSeed)
                .flatMap(Optional::stream)
                .sorted()
                .toList())
        .setValidation(spread(counted, FrontierSample::getValidationAccuracy))
        .setTest(spread(counted, FrontierSample::getTestAccuracy))
        .setSparsity(spread(counted, FrontierSample::getSparsity))
        .setTheoreticalSpeedup(spread(counted, FrontierSample::getTheoreticalSpeedup))
        .setMeasured(measured(counted))
        .setWithheld(
            counted.stream().flatMap(sample -> sample.getWithheld().stream()).sorted().toList())
        .setBest(counted.stream().max(BY_VALIDATION).orElseThrow())
        .setNewest(counted.stream().max(BY_AGE).orElseThrow())
        .build();
  }

  /**
   * Mean and sample standard deviation, in two passes: the squares of accuracies that lie close
   * together would cancel out in one.
   *
   * @param values at least one
   */
  static Spread spread(List<Double> values) {
    var mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    var spread = Spread.newBuilder().setMean(mean);
    if (values.size() > 1) {
      var squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
      spread.setStd(Math.sqrt(squares / (values.size() - 1)));
    }
    return spread.build();
  }

  /** In the order of their ids, so that sums are the same bit for bit. */
  private static List<FrontierSample> newestOfEachSeed(Collection<FrontierSample> samples) {
    return samples.stream()
        .collect(
            Collectors.toMap(
                FrontierSample::getSeed, sample -> sample, BinaryOperator.maxBy(BY_AGE)))
        .values()
        .stream()
        .sorted(Comparator.comparing(FrontierSample::getCheckpointId))
        .toList();
  }

  private static Spread spread(
      List<FrontierSample> samples, ToDoubleFunction<FrontierSample> value) {
    return spread(samples.stream().mapToDouble(value).boxed().toList());
  }

  private static List<MeasuredSpread> measured(List<FrontierSample> samples) {
    var speedups =
        samples.stream()
            .flatMap(sample -> sample.getMeasured().stream())
            .collect(
                groupingBy(
                    MeasuredSample::getBatch,
                    TreeMap::new,
                    mapping(MeasuredSample::getSpeedup, toList())));
    return speedups.entrySet().stream()
        .map(of -> new MeasuredSpread(of.getKey(), of.getValue().size(), spread(of.getValue())))
        .toList();
  }
}
