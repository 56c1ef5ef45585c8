package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.data.Images;
import io.topiary.engine.data.RandomDataSet;
import io.topiary.engine.random.RandomStream;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.schedule.Ft;
import io.topiary.sparsity.schedule.LearningRateSchedule;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRunTest {
  private static final int CLASSES = 3;
  private static final int PIXELS = 16;
  private static final Shape INPUT = Shape.of(1, 4, 4);
  private static final Network LINEAR =
      new Network(
          "linear",
          INPUT,
          List.of(
              new Node("flatten", new Flatten(), List.of("input")),
              new Node("fc", new Gemm(CLASSES, true), List.of("flatten"))));

  @TempDir private Path folder;

  private ImageDataSet data;

  @BeforeEach
  void makeImages() throws IOException {
    data = RandomDataSet.write(folder, 50, 4, CLASSES, 1);
  }

  /**
   * Softmax regression over 45 images in batches of 20, 20 and 5, two and a third epochs, with the
   * rates of a warm-up and a decay, worked out in double arithmetic.
   */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01})
  void shouldTrainAsWorkedOutByHand(double weightDecay) {
    // Given
    LearningRateSchedule schedule = new LinearDecay(0.2, 2, 7);
    Weights start = Weights.initial(LINEAR, 5);
    double[] weights = doubles(start);
    double[] buffer = new double[weights.length];
    train(weights, buffer, schedule, weightDecay);

    // When
    TrainingRun run =
        new TrainingRun(
            data.train(),
            schedule,
            20,
            new Sgd(0.9, weightDecay),
            new None(),
            9,
            Computing.DEFAULT);
    Weights trained = run.run(start, progress -> true).weights();

    // Then
    assertThat(doubles(trained)).containsExactly(weights, within(1e-5));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01})
  void shouldCarryTheMomentumOfAnEarlierRunAsWorkedOutByHand(double weightDecay) {
    // Given
    LearningRateSchedule first = new LinearDecay(0.2, 2, 7);
    LearningRateSchedule second = new LinearDecay(0.1, 1, 4);
    Weights start = Weights.initial(LINEAR, 5);
    double[] weights = doubles(start);
    double[] buffer = new double[weights.length];
    train(weights, buffer, first, weightDecay);
    train(weights, buffer, second, weightDecay);

    // When
    TrainedNetwork before =
        new TrainingRun(
                data.train(),
                first,
                20,
                new Sgd(0.9, weightDecay),
                new None(),
                9,
                Computing.DEFAULT)
            .run(start, progress -> true);
    TrainedNetwork trained =
        new TrainingRun(
                data.train(),
                second,
                20,
                new Sgd(0.9, weightDecay),
                new None(),
                9,
                Computing.DEFAULT)
            .run(before.weights(), Optional.of(before.momentum()), progress -> true);

    // Then
    assertThat(doubles(trained.weights())).containsExactly(weights, within(1e-5));
    assertThat(doubles(trained.momentum())).containsExactly(buffer, within(1e-5));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01})
  void shouldGoOnAsIfTrainingHadNeverStopped(double weightDecay) throws IOException {
    // Given a single image, which has one order only, a constant rate and a mask
    Images image =
        RandomDataSet.write(Files.createDirectory(folder.resolve("one")), 10, 4, CLASSES, 1)
            .validation();
    assertThat(image.size()).isEqualTo(1);
    Optional<Mask> mask = Optional.of(random(LINEAR));
    Weights start = Weights.initial(LINEAR, 5);
    IntFunction<TrainingRun> run =
        iterations ->
            new TrainingRun(
                image,
                new Ft(0.1, iterations),
                20,
                new Sgd(0.9, weightDecay),
                mask.<Sparsification>map(Keep::new).orElseGet(None::new),
                9,
                Computing.DEFAULT);

    // When
    TrainedNetwork first = run.apply(3).run(start, progress -> true);
    TrainedNetwork second =
        run.apply(4).run(first.weights(), Optional.of(first.momentum()), progress -> true);
    TrainedNetwork forgetful = run.apply(4).run(first.weights(), progress -> true);

    // Then
    TrainedNetwork atOnce = run.apply(7).run(start, progress -> true);
    assertThat(doubles(second.weights())).containsExactly(doubles(atOnce.weights()));
    assertThat(doubles(second.momentum())).containsExactly(doubles(atOnce.momentum()));
    assertThat(doubles(forgetful.weights())).isNotEqualTo(doubles(atOnce.weights()));
  }

  @Test
  void shouldLeaveNoMomentumWhereAWeightIsPruned() {
    // Given
    Mask mask = random(LINEAR);

    // When
    Momentum momentum =
        run(new LinearDecay(0.1, 0, 6), Optional.of(mask), 0)
            .run(Weights.initial(LINEAR, 0), progress -> true)
            .momentum();

    // Then it is exactly 0, and not -0
    Parameter weight = LINEAR.prunable().get(0);
    BitMask alive = mask.tensor(weight.name());
    FloatBuffer buffer = momentum.values(weight);
    for (int i = 0; i < alive.size(); i++) {
      assertThat(Float.floatToRawIntBits(buffer.get(i)) != 0).isEqualTo(alive.isAlive(i));
    }
  }

  @Test
  void shouldPassMomentumOnUnderTheNewMaskWhenThereIsNothingToDo() {
    // Given
    TrainedNetwork dense =
        run(new LinearDecay(0.1, 0, 6), Optional.empty(), 0)
            .run(Weights.initial(LINEAR, 0), progress -> true);
    Mask mask = random(LINEAR);

    // When
    Momentum momentum =
        run(new LinearDecay(0.1, 0, 0), Optional.of(mask), 0)
            .run(dense.weights(), Optional.of(dense.momentum()), progress -> true)
            .momentum();

    // Then
    assertThat(doubles(momentum)).containsExactly(doubles(dense.momentum().masked(mask)));
    assertThat(doubles(momentum)).isNotEqualTo(doubles(dense.momentum()));
  }

  @Test
  void shouldRefuseTheMomentumOfAnotherNetwork() {
    // Given
    Momentum other =
        Momentum.copyOf(
            BuiltInNetworks.network("mlp", 4, INPUT, CLASSES),
            parameter -> FloatBuffer.allocate((int) parameter.shape().elements()));
    TrainingRun run = run(new LinearDecay(0.1, 0, 1), Optional.empty(), 0);

    // When, Then
    assertThatThrownBy(
            () -> run.run(Weights.initial(LINEAR, 0), Optional.of(other), progress -> true))
        .isInstanceOf(EngineInputException.class)
        .hasMessage(
            "The momentum is that of network 'mlp'; it must be that of 'linear', whose weights are trained.");
  }

  @Test
  void shouldLearnToTellClothesApart() throws IOException {
    // Given
    ImageDataSet sample = DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of());
    Network network = BuiltInNetworks.network("resnet8", 8, sample.image(), sample.classes());
    LearningRateSchedule schedule = new LinearDecay(0.1, 0, 85);
    TrainingRun run =
        new TrainingRun(
            sample.train(), schedule, 64, new Sgd(0.9, 5e-4), new None(), 0, Computing.DEFAULT);

    // When: after a single epoch the running statistics still trail behind the weights
    Weights trained = run.run(Weights.initial(network, 0), progress -> true).weights();
    Weights refreshed = BatchNormRefresh.refresh(trained, sample.train(), 64, done -> {});

    // Then
    assertThat(Evaluator.evaluate(refreshed, sample.test(), done -> {}).accuracy())
        .isGreaterThan(0.65);
  }

  @Test
  void shouldReportEveryIteration() {
    // Given
    LearningRateSchedule schedule = new LinearDecay(0.1, 0, 7);
    List<TrainingProgress> seen = new ArrayList<>();

    // When
    TrainedNetwork trained =
        run(schedule, Optional.empty(), 0)
            .run(
                Weights.initial(LINEAR, 0),
                progress -> {
                  seen.add(progress);
                  return true;
                });

    // Then
    assertThat(seen).extracting(TrainingProgress::iteration).containsExactly(1, 2, 3, 4, 5, 6, 7);
    assertThat(seen).extracting(TrainingProgress::epoch).containsExactly(1, 1, 1, 2, 2, 2, 3);
    assertThat(seen)
        .allSatisfy(
            progress -> {
              int i = progress.iteration() - 1;
              assertThat(progress.learningRate()).isEqualTo(schedule.learningRate(i));
              assertThat(progress.iterations()).isEqualTo(7);
              assertThat(progress.imagesPerSecond()).isPositive();
            });
    double firstEpoch =
        (20 * seen.get(0).loss() + 20 * seen.get(1).loss() + 5 * seen.get(2).loss()) / 45;
    assertThat(trained.epochLoss()).hasSize(3);
    assertThat(trained.epochLoss().get(0)).isCloseTo(firstEpoch, within(1e-12));
    assertThat(trained.epochLoss().get(2)).isEqualTo(seen.get(6).loss());
  }

  @Test
  void shouldKeepPrunedWeightsAtExactlyZero() {
    // Given
    Network network = BuiltInNetworks.network("small-cnn", 4, INPUT, CLASSES);
    Mask mask = random(network);

    // When
    Weights trained =
        run(new LinearDecay(0.1, 0, 6), Optional.of(mask), 0)
            .run(Weights.initial(network, 0), progress -> true)
            .weights();

    // Then
    for (Parameter parameter : network.prunable()) {
      FloatBuffer values = trained.values(parameter);
      BitMask alive = mask.tensor(parameter.name());
      for (int i = 0; i < alive.size(); i++) {
        assertThat(Float.floatToRawIntBits(values.get(i)) != 0)
            .as("%s[%d] = %s", parameter.name(), i, values.get(i))
            .isEqualTo(alive.isAlive(i));
      }
    }
  }

  @Test
  void shouldEnforceTheMaskEvenWithoutIterations() {
    // Given
    Mask mask = random(LINEAR);
    Weights start = Weights.initial(LINEAR, 0);

    // When
    TrainedNetwork trained =
        run(new LinearDecay(0.1, 0, 0), Optional.of(mask), 0).run(start, progress -> true);

    // Then
    assertThat(doubles(trained.weights())).containsExactly(doubles(start.masked(mask)));
    assertThat(trained.epochLoss()).isEmpty();
  }

  @Test
  void shouldGoThroughTheImagesInAnotherOrderForAnotherSeed() {
    // Given
    LearningRateSchedule schedule = new LinearDecay(0.1, 0, 3);
    Weights start = Weights.initial(LINEAR, 0);

    // When
    Weights one = run(schedule, Optional.empty(), 1).run(start, progress -> true).weights();
    Weights again = run(schedule, Optional.empty(), 1).run(start, progress -> true).weights();
    Weights other = run(schedule, Optional.empty(), 2).run(start, progress -> true).weights();

    // Then
    assertThat(doubles(again)).containsExactly(doubles(one));
    assertThat(doubles(other)).isNotEqualTo(doubles(one));
  }

  @Test
  void shouldTakeAllImagesAtOnceWhenABatchIsLargerThanTheyAre() {
    assertThat(doubles(inBatchesOf(Integer.MAX_VALUE)))
        .containsExactly(doubles(inBatchesOf(data.train().size())));
  }

  private Weights inBatchesOf(int images) {
    var schedule = new LinearDecay(0.1, 0, 3);
    return new TrainingRun(
            data.train(), schedule, images, new Sgd(0.9, 0), new None(), 0, Computing.DEFAULT)
        .run(Weights.initial(LINEAR, 0), progress -> true)
        .weights();
  }

  @Test
  void shouldEnforceTheMaskAndChangeNothingElseInNoIterations() {
    // Given
    Weights start = Weights.initial(LINEAR, 0);
    Mask mask = random(LINEAR);

    // When
    TrainedNetwork trained =
        run(new LinearDecay(0.1, 0, 0), Optional.of(mask), 0).run(start, progress -> false);

    // Then
    assertThat(doubles(trained.weights())).containsExactly(doubles(start.masked(mask)));
    assertThat(trained.epochLoss()).isEmpty();
    assertThat(trained.imagesPerSecond()).isZero();
  }

  @Test
  void shouldStopWhenTheListenerAsks() {
    // Given
    TrainingRun run = run(new LinearDecay(0.1, 0, 7), Optional.empty(), 0);

    // When, Then
    assertThatThrownBy(
            () -> run.run(Weights.initial(LINEAR, 0), progress -> progress.iteration() < 4))
        .isInstanceOf(TrainingStoppedException.class)
        .hasMessage("Training was stopped after 4 of 7 iterations.");
  }

  @Test
  void shouldNameEpochAndRateWhenTrainingDiverges() {
    // Given
    TrainingRun run = run(new LinearDecay(1e38, 0, 7), Optional.empty(), 0);

    // When, Then
    assertThatThrownBy(() -> run.run(Weights.initial(LINEAR, 0), progress -> true))
        .isInstanceOfSatisfying(
            TrainingDivergedException.class,
            diverged -> {
              assertThat(diverged.epoch()).isEqualTo(1);
              assertThat(diverged.learningRate()).isGreaterThan(1e37);
              assertThat(diverged).hasMessageContaining("in epoch 1 at learning rate ");
            });
  }

  @Test
  void shouldNoticeADivergenceInTheVeryLastStep() {
    // Given: the loss is taken before the step that goes wrong
    TrainingRun run = run(new LinearDecay(Double.MAX_VALUE, 0, 1), Optional.empty(), 0);

    // When, Then
    assertThatThrownBy(() -> run.run(Weights.initial(LINEAR, 0), progress -> true))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("fc.weight");
  }

  @Test
  void shouldRefuseSettingsThatMakeNoSense() {
    assertRefused(0, 0.9, 0, "Batch size is 0; it must be at least 1.");
    assertRefused(64, 1, 0, "Momentum is 1.0; it must be in [0, 1).");
    assertRefused(64, Double.NaN, 0, "Momentum is NaN; it must be in [0, 1).");
    assertRefused(64, 0.9, -1e-4, "Weight decay is -1.0E-4; it must be at least 0.");
  }

  private void assertRefused(int batchSize, double momentum, double weightDecay, String sentence) {
    assertThatThrownBy(
            () ->
                new TrainingRun(
                    data.train(),
                    new LinearDecay(0.1, 0, 1),
                    batchSize,
                    new Sgd(momentum, weightDecay),
                    new None(),
                    0,
                    Computing.DEFAULT))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(sentence);
  }

  private TrainingRun run(LearningRateSchedule schedule, Optional<Mask> mask, long seed) {
    return new TrainingRun(
        data.train(),
        schedule,
        20,
        new Sgd(0.9, 5e-4),
        mask.<Sparsification>map(Keep::new).orElseGet(None::new),
        seed,
        Computing.DEFAULT);
  }

  private static Mask random(Network network) {
    RandomStream random = RandomStream.of(4);
    Map<String, BitMask> masks = new LinkedHashMap<>();
    for (Parameter parameter : network.prunable()) {
      BitSet alive = new BitSet();
      for (int i = 0; i < parameter.shape().elements(); i++) {
        alive.set(i, random.nextInt(3) == 0);
      }
      masks.put(parameter.name(), BitMask.of(parameter.shape(), alive));
    }
    return new Mask(masks);
  }

  /** Trains on the 45 images in batches of 20, 20 and 5 with the seed 9; changes both arrays. */
  private void train(
      double[] weights, double[] buffer, LearningRateSchedule schedule, double weightDecay) {
    for (int i = 0; i < schedule.iterations(); i++) {
      int[] order = RandomStream.of(9, RandomStream.IMAGE_ORDER, i / 3).permutation(45);
      double[] gradient = gradient(weights, order, 20 * (i % 3), Math.min(45, 20 * (i % 3) + 20));
      for (int j = 0; j < weights.length; j++) {
        double g = gradient[j] + weightDecay * weights[j];
        buffer[j] = 0.9 * buffer[j] + g;
        double step = weightDecay > 0 ? g + 0.9 * buffer[j] : buffer[j];
        weights[j] -= schedule.learningRate(i) * step;
      }
    }
  }

  /** Gradient of the mean cross-entropy of a batch; weights first, then biases. */
  private double[] gradient(double[] weights, int[] order, int from, int to) {
    double[] gradient = new double[weights.length];
    for (int image = from; image < to; image++) {
      FloatBuffer x = FloatBuffer.allocate(PIXELS);
      LongBuffer label = LongBuffer.allocate(1);
      data.train().fill(order, image, 1, x, label);
      double[] probabilities = new double[CLASSES];
      double sum = 0;
      for (int k = 0; k < CLASSES; k++) {
        double score = weights[CLASSES * PIXELS + k];
        for (int i = 0; i < PIXELS; i++) {
          score += weights[k * PIXELS + i] * x.get(i);
        }
        probabilities[k] = Math.exp(score);
        sum += probabilities[k];
      }
      for (int k = 0; k < CLASSES; k++) {
        double error = (probabilities[k] / sum - (label.get(0) == k ? 1 : 0)) / (to - from);
        for (int i = 0; i < PIXELS; i++) {
          gradient[k * PIXELS + i] += error * x.get(i);
        }
        gradient[CLASSES * PIXELS + k] += error;
      }
    }
    return gradient;
  }

  private static double[] doubles(Weights weights) {
    return doubles(weights.network().parameters(), weights::values);
  }

  private static double[] doubles(Momentum momentum) {
    return doubles(momentum.network().trainable(), momentum::values);
  }

  private static double[] doubles(
      List<Parameter> parameters, Function<Parameter, FloatBuffer> values) {
    return parameters.stream()
        .map(values)
        .flatMapToDouble(floats -> IntStream.range(0, floats.limit()).mapToDouble(floats::get))
        .toArray();
  }
}
