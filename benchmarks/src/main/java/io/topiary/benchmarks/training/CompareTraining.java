package io.topiary.benchmarks.training;

import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.network.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Trains the same networks in Topiary and in Python's PyTorch, by turns, and prints the ratio of
 * their speeds. Both processes live as long as a network's comparison does, and one rests while the
 * other trains: neither starting up nor the other's load counts.
 */
public final class CompareTraining {
  private static final int FIRST_ITERATIONS = 4;
  private static final int WARM_ROUNDS = 3;

  private final Options options;

  private CompareTraining(Options options) {
    this.options = options;
  }

  public static void main(String[] arguments) throws IOException {
    new CompareTraining(Options.parse(arguments)).run();
  }

  private void run() throws IOException {
    ImageDataSet data = DataSets.open(options.data(), List.of());
    System.out.println(Machine.describe());
    System.out.printf(
        "Batches of %d of %s, %s; %d thread(s), %d slot(s), %d rounds of about %s s by turns.%n",
        options.batchSize(),
        data.name(),
        data.image(),
        options.threads(),
        options.slots(),
        options.rounds(),
        options.seconds());
    System.out.println(
        "| network | Topiary, img/s | Python, img/s | ratio | with batches | by processor time, with batches | Python's fastest way |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
    for (String network : options.networks()) {
      compare(Job.of(network, data, options.batchSize(), options.threads()));
    }
  }

  private void compare(Job job) throws IOException {
    Path folder = Files.createTempDirectory("compare-training");
    List<Side> ours = new ArrayList<>();
    List<Side> theirs = new ArrayList<>();
    try {
      for (int slot = 0; slot < options.slots(); slot++) {
        ours.add(job.java("dense", new None(), slot + 1));
      }
      int iterations = iterations(ours.get(0));
      for (int slot = 0; slot < options.slots(); slot++) {
        theirs.add(python(job, folder, Math.max(2, iterations / 4)));
      }
      print(job, rounds(ours, theirs, iterations), theirs.get(0));
    } finally {
      ours.forEach(Side::close);
      theirs.forEach(Side::close);
    }
  }

  private PythonSide python(Job job, Path folder, int probe) throws IOException {
    PythonSide python = job.python(options.python(), options.peer(), folder, probe);
    long trained =
        job.network().trainable().stream()
            .map(Parameter::shape)
            .mapToLong(shape -> shape.elements())
            .sum();
    if (python.parameters() != trained) {
      throw new IllegalStateException(
          "Python trains %d parameters and Topiary %d; they must train the same network."
              .formatted(python.parameters(), trained));
    }
    return python;
  }

  /** As many iterations as take the time of a round. */
  private int iterations(Side side) {
    side.round(FIRST_ITERATIONS);
    Round round = side.round(FIRST_ITERATIONS);
    return (int) Math.max(2, options.seconds() * FIRST_ITERATIONS / round.whole());
  }

  private List<Pair> rounds(List<Side> ours, List<Side> theirs, int iterations) {
    // Warm: what the JVM compiles and what allocators keep.
    for (int i = 0; i < WARM_ROUNDS; i++) {
      together(ours, iterations);
      together(theirs, iterations);
    }
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < options.rounds(); i++) {
      pairs.add(new Pair(together(ours, iterations), together(theirs, iterations)));
    }
    return pairs;
  }

  /** A round of all of them at the same time: their speeds add up. */
  private static Rates together(List<Side> sides, int iterations) {
    sides.forEach(side -> side.begin(iterations));
    List<Round> rounds = sides.stream().map(Side::finish).toList();
    return new Rates(
        rounds.stream().mapToLong(Round::images).sum() / processor(sides, rounds),
        rounds.stream().mapToDouble(Round::trainingRate).sum(),
        rounds.stream().mapToDouble(Round::wholeRate).sum());
  }

  private static void print(Job job, List<Pair> pairs, Side python) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %,.0f | %,.0f | %s | %s | %s | %s |%n",
        job.network().name(),
        Spread.of(pairs.stream().map(pair -> pair.ours.training).toList()).median(),
        Spread.of(pairs.stream().map(pair -> pair.theirs.training).toList()).median(),
        Spread.of(pairs.stream().map(pair -> pair.ours.training / pair.theirs.training).toList())
            .asRatio(),
        Spread.of(pairs.stream().map(pair -> pair.ours.whole / pair.theirs.whole).toList())
            .asRatio(),
        Spread.of(pairs.stream().map(pair -> pair.ours.processor / pair.theirs.processor).toList())
            .asRatio(),
        python.description());
  }

  /** In one process, every slot has seen the time of all of them. */
  private static double processor(List<Side> sides, List<Round> rounds) {
    double sum = rounds.stream().mapToDouble(Round::processor).sum();
    return sides.get(0) instanceof JavaSide ? sum / sides.size() : sum;
  }

  private record Rates(double processor, double training, double whole) {}

  private record Pair(Rates ours, Rates theirs) {}
}
