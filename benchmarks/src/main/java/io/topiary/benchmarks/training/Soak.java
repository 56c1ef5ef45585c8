package io.topiary.benchmarks.training;

import io.topiary.engine.Computing;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.Weights;
import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dnw;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.engine.sparsifier.Sparsification.Str;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Many short jobs in one process, several side by side, and what memory the process holds after
 * each: resident memory, of which the heap's used part is listed apart.
 *
 * <p>Arguments: how many jobs (200), how many slots (2), iterations of a job (12).
 */
public final class Soak {
  private static final List<String> NETWORKS = List.of("lenet5", "small-cnn", "resnet8");
  private static final List<Sparsification> METHODS =
      List.of(new None(), new Dnw(0.9), new Str(0.5, -5));
  private static final int BATCH = 128;
  private static final double MIB = 1024 * 1024;

  private final ImageDataSet data;
  private final int iterations;
  private final List<double[]> samples = new ArrayList<>();

  private Soak(ImageDataSet data, int iterations) {
    this.data = data;
    this.iterations = iterations;
  }

  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    int jobs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
    int slots = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
    int iterations = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 12;
    System.out.println(Machine.describe());
    new Soak(DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of()), iterations).run(jobs, slots);
  }

  private void run(int jobs, int slots) throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(slots);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int job = 0; job < jobs; job++) {
        int number = job;
        futures.add(threads.submit(() -> train(number)));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }
    summarise(jobs, slots);
  }

  private void train(int job) {
    Network network =
        BuiltInNetworks.network(
            NETWORKS.get(job % NETWORKS.size()), 0, data.image(), data.classes());
    TrainingRun run =
        new TrainingRun(
            data.train(),
            new LinearDecay(0.01, 0, iterations),
            BATCH,
            new Sgd(0.9, 5e-4),
            METHODS.get(job / NETWORKS.size() % METHODS.size()),
            job,
            Computing.DEFAULT);
    run.run(Weights.initial(network, job), progress -> true);
    sample();
  }

  private synchronized void sample() {
    double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MIB;
    samples.add(new double[] {resident(), heap});
    if (samples.size() % 20 == 0) {
      System.out.printf(
          Locale.ROOT,
          "%4d jobs: resident %.0f MiB, heap %.0f MiB%n",
          samples.size(),
          resident(),
          heap);
    }
  }

  private void summarise(int jobs, int slots) {
    int quarter = jobs / 4;
    System.out.printf(
        Locale.ROOT,
        "%d jobs of %d iterations, %d slots: resident memory %.0f MiB on average over the first"
            + " quarter, %.0f, %.0f, and %.0f MiB over the last; over the second half it moves by"
            + " %.2f MiB a job.%n",
        jobs,
        iterations,
        slots,
        mean(0, quarter),
        mean(quarter, 2 * quarter),
        mean(2 * quarter, 3 * quarter),
        mean(3 * quarter, jobs),
        slope(jobs / 2, jobs));
  }

  private double mean(int from, int to) {
    return samples.subList(from, to).stream().mapToDouble(sample -> sample[0]).average().orElse(0);
  }

  /** Of the least-squares line through the samples. */
  private double slope(int from, int to) {
    double middle = (from + to - 1) / 2.0;
    double mean = mean(from, to);
    double products = 0;
    double squares = 0;
    for (int i = from; i < to; i++) {
      products += (i - middle) * (samples.get(i)[0] - mean);
      squares += (i - middle) * (i - middle);
    }
    return products / squares;
  }

  /** Resident memory of this process in MiB. */
  private static double resident() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
