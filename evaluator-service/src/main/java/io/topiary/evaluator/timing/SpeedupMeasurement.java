package io.topiary.evaluator.timing;

import io.topiary.engine.DenseInference;
import io.topiary.engine.Weights;
import io.topiary.engine.data.Images;
import io.topiary.inference.CompileOptions;
import io.topiary.inference.InferenceException;
import io.topiary.inference.SparseNetwork;
import io.topiary.runtime.quiet.QuietPeriods;
import io.topiary.schemas.MeasuredSpeedup;
import io.topiary.schemas.TimingProtocol;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how much faster a network is for its zeros: wall time of the network in PyTorch's
 * fastest dense form, to which a zero is a weight like any other, over wall time of the same
 * network compiled for its zeros; the same images, the same number of threads, in the same process,
 * in turn. Both are given their images in memory and leave their scores there.
 *
 * <p>A figure is withheld when the dense baseline drifted, or when the two do not answer alike.
 */
public final class SpeedupMeasurement {

  private static final Logger log = LoggerFactory.getLogger(SpeedupMeasurement.class);

  private static final List<Integer> BATCHES = List.of(1, 64);

  /** Of the largest score: far above what the order of additions makes, far below a class. */
  private static final double MOST_DIFFERENCE = 1e-3;

  /** An iteration of a large network, or a snapshot of one, may take its time. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final TimingSettings settings;
  private final TimingMeters meters;
  private final LongSupplier nanoTime;
  private final Duration patience;

  /**
   * @param nanoTime a clock that only goes forward, in nanoseconds
   */
  public SpeedupMeasurement(TimingSettings settings, TimingMeters meters, LongSupplier nanoTime) {
    this(settings, meters, nanoTime, PATIENCE);
  }

  /**
   * @param patience how long other work is waited for
   */
  SpeedupMeasurement(
      TimingSettings settings, TimingMeters meters, LongSupplier nanoTime, Duration patience) {
    this.patience = patience;
    this.settings = settings;
    this.meters = meters;
    this.nanoTime = nanoTime;
  }

  /**
   * Measures on the calling thread, while all other work in the process pauses.
   *
   * @param images some of them make the batches
   * @param work of the caller
   * @param goOn is called between passes; what it throws ends the measurement
   */
  public Measured measure(Weights weights, Images images, QuietPeriods.Work work, Runnable goOn) {
    var measured =
        work.quietly(
            patience,
            () -> {
              var start = nanoTime.getAsLong();
              try {
                return measure(weights, images, goOn);
              } finally {
                meters.took(Duration.ofNanos(nanoTime.getAsLong() - start));
              }
            });
    if (measured.isEmpty()) {
      goOn.run();
      log.warn("Nothing is timed: other work in this process did not pause within {}", patience);
      meters.busy();
    }
    return measured.orElse(Measured.NOTHING);
  }

  private Measured measure(Weights weights, Images images, Runnable goOn) {
    SparseNetwork sparse;
    try {
      sparse =
          SparseNetwork.compile(
              weights.network(), weights::values, new CompileOptions(settings.threads()));
    } catch (InferenceException e) {
      log.warn("Nothing is timed: {}", e.getMessage());
      meters.unsupported();
      return Measured.NOTHING;
    }
    var figures = new ArrayList<MeasuredSpeedup>();
    for (var batch : BATCHES) {
      goOn.run();
      measure(weights, sparse, batch, pixels(images, batch), goOn).ifPresent(figures::add);
    }
    return figures.isEmpty()
        ? Measured.NOTHING
        : new Measured(
            figures,
            Optional.of(
                new TimingProtocol(DenseInference.engine(), sparse.engine(), settings.threads())));
  }

  private Optional<MeasuredSpeedup> measure(
      Weights weights, SparseNetwork sparse, int batch, float[] pixels, Runnable goOn) {
    try (var dense = DenseInference.fastest(weights, pixels, settings.threads())) {
      var fault = fault(dense.predict(), sparse.predict(pixels));
      var figure =
          new Stopwatch(settings, nanoTime)
              .time(batch, dense::predict, () -> sparse.predict(pixels), goOn)
              .map(rounds -> rounds.toRecord(fault));
      figure.ifPresentOrElse(this::tell, () -> tooLong(weights, batch));
      return figure;
    }
  }

  private void tell(MeasuredSpeedup figure) {
    meters.measured(figure);
    figure
        .getWithheld()
        .ifPresent(
            reason ->
                log.warn("The speedup at batch {} is withheld: {}", figure.getBatch(), reason));
  }

  private void tooLong(Weights weights, int batch) {
    log.warn(
        "{} is not timed at batch {}: {} passes would take longer than {}",
        weights.network().name(),
        batch,
        TimingSettings.LEAST_ROUNDS,
        settings.limit());
    meters.tooLong();
  }

  /** Why the sparse network's scores are none. */
  static Optional<String> fault(float[] dense, float[] sparse) {
    if (dense.length != sparse.length) {
      return Optional.of(
          "The sparse network yields %d scores; the dense one yields %d."
              .formatted(sparse.length, dense.length));
    }
    var largest = 0.0;
    var difference = 0.0;
    for (var i = 0; i < dense.length; i++) {
      largest = Math.max(largest, Math.abs(dense[i]));
      difference = Math.max(difference, Math.abs(dense[i] - sparse[i]));
    }
    return difference <= MOST_DIFFERENCE * largest
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "The sparse network's scores differ from PyTorch's by up to %.3g, and the largest is %.3g; they must agree within a thousandth of it.",
                difference,
                largest));
  }

  /** As many images as the batch has, from the first on; again from there when they run out. */
  private static float[] pixels(Images images, int batch) {
    var pixels = new float[batch * Math.toIntExact(images.shape().elements())];
    var order = new int[batch];
    for (var i = 0; i < batch; i++) {
      order[i] = i % images.size();
    }
    images.fill(order, 0, batch, FloatBuffer.wrap(pixels), LongBuffer.allocate(batch));
    return pixels;
  }
}
