package io.topiary.benchmarks.training;

import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dnw;
import io.topiary.engine.sparsifier.Sparsification.Dpf;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Gmp;
import io.topiary.engine.sparsifier.Sparsification.Gsm;
import io.topiary.engine.sparsifier.Sparsification.Lc;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.engine.sparsifier.Sparsification.Str;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What each method costs: its training beside dense training of the same network in the same
 * process, a round of each by turns.
 */
public final class MethodCost {
  private static final int FIRST_ITERATIONS = 4;
  private static final double SPARSITY = 0.9;

  private static final Map<String, Sparsification> METHODS = methods();

  private MethodCost() {}

  public static void main(String[] arguments) throws IOException {
    Options options = Options.parse(arguments);
    ImageDataSet data = DataSets.open(options.data(), List.of());
    System.out.println(Machine.describe());
    for (String network : options.networks()) {
      compare(Job.of(network, data, options.batchSize(), options.threads()), options);
    }
  }

  private static Map<String, Sparsification> methods() {
    Map<String, Sparsification> methods = new LinkedHashMap<>();
    methods.put("dense", new None());
    methods.put("GMP", new Gmp(SPARSITY, 1, false));
    methods.put("GMP, weights recover", new Gmp(SPARSITY, 1, true));
    methods.put("GSM", new Gsm(SPARSITY));
    methods.put("DPF", new Dpf(SPARSITY, 1));
    methods.put("DNW", new Dnw(SPARSITY));
    methods.put("LC", new Lc(SPARSITY));
    methods.put("STR", new Str(SPARSITY, -5));
    methods.put("DST", new Dst(SPARSITY, 1e-4));
    return methods;
  }

  private static void compare(Job job, Options options) {
    List<Side> sides = new ArrayList<>();
    try {
      METHODS.forEach((name, method) -> sides.add(job.java(name, method, 1)));
      sides.get(0).round(FIRST_ITERATIONS);
      double seconds = sides.get(0).round(FIRST_ITERATIONS).whole();
      int iterations = (int) Math.max(2, options.seconds() * FIRST_ITERATIONS / seconds);
      sides.forEach(side -> side.round(iterations));
      print(job, sides, times(sides, iterations, options.rounds()));
    } finally {
      sides.forEach(Side::close);
    }
  }

  /** Of every round, the seconds of each side for one image, of the clock and of the processor. */
  private static List<List<Round>> times(List<Side> sides, int iterations, int rounds) {
    List<List<Round>> all = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      all.add(sides.stream().map(side -> side.round(iterations)).toList());
    }
    return all;
  }

  private static void print(Job job, List<Side> sides, List<List<Round>> rounds) {
    System.out.printf("%n%s, %d rounds.%n%n", job.network().name(), rounds.size());
    System.out.println("| method | img/s | against dense | by processor time |");
    System.out.println("| --- | --- | --- | --- |");
    for (int i = 0; i < sides.size(); i++) {
      int side = i;
      Spread rate =
          Spread.of(rounds.stream().map(round -> round.get(side).trainingRate()).toList());
      Spread ratio =
          Spread.of(
              rounds.stream()
                  .map(round -> round.get(side).trainingRate() / round.get(0).trainingRate())
                  .toList());
      Spread processor =
          Spread.of(
              rounds.stream()
                  .map(round -> round.get(side).processorRate() / round.get(0).processorRate())
                  .toList());
      System.out.printf(
          Locale.ROOT,
          "| %s | %,.0f | %s | %s |%n",
          sides.get(side).description(),
          rate.median(),
          ratio.asRatio(),
          processor.asRatio());
    }
  }
}
