package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.SparsifierSearch.Found;
import io.topiary.engine.SparsifierSearch.Probe;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.data.RandomDataSet;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Gmp;
import io.topiary.engine.sparsifier.Sparsification.Str;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On 180 images of 8x8 pixels in 4 classes, 12 iterations of 15 images to the epoch. */
class SparsifierSearchTest {
  private static final long SEED = 3;
  private static final double TOLERANCE = 0.02;

  @TempDir private Path folder;

  private ImageDataSet data;
  private Weights start;

  @BeforeEach
  void makeImages() throws IOException {
    data = RandomDataSet.write(folder, 200, 8, 4, SEED);
    Network network = BuiltInNetworks.network("mlp", 32, data.image(), data.classes());
    start = Weights.initial(network, SEED);
  }

  @Test
  void shouldFindAnInitialThreshold() {
    // Given
    SparsifierSearch search = search(new Str(0.7, -8), 12);
    List<Probe> told = new ArrayList<>();

    // When
    Found found = search.search(start, progress -> true, told::add);

    // Then
    assertThat(found.probe().reached()).isBetween(0.7 - 1e-3, 0.7 + TOLERANCE);
    assertThat(found.close()).isTrue();
    assertThat(found.sparsification()).isEqualTo(new Str(0.7, found.probe().parameter()));
    assertThat(found.probe().parameter()).isGreaterThan(-8);
    assertThat(found.probes()).isEqualTo(told).contains(found.probe()).hasSizeLessThanOrEqualTo(12);
    assertThat(found.network().sparsity()).isEqualTo(found.probe().reached(), within(1e-9));
    assertThat(accuracy(found)).isEqualTo(found.probe().validationAccuracy()).isGreaterThan(0.5);
  }

  @Test
  void shouldFindAlpha() {
    // Given
    SparsifierSearch search = search(new Dst(0.7, 1e-5), 12);

    // When
    Found found = search.search(start, progress -> true, probe -> {});

    // Then
    assertThat(found.probe().reached()).isBetween(0.7 - 1e-3, 0.7 + TOLERANCE);
    assertThat(found.sparsification()).isEqualTo(new Dst(0.7, found.probe().parameter()));
    assertThat(found.probe().parameter()).isGreaterThan(1e-5);
    assertThat(accuracy(found)).isGreaterThan(0.5);
  }

  @Test
  void shouldSearchAlikeEveryTime() {
    // Given
    SparsifierSearch search = search(new Str(0.7, -4), 3);

    // When
    Found first = search.search(start, progress -> true, probe -> {});
    Found second = search.search(start, progress -> true, probe -> {});

    // Then
    assertThat(first.probes()).isEqualTo(second.probes()).hasSize(3);
    assertThat(first.probe()).isEqualTo(second.probe());
  }

  @Test
  void shouldEndWithTheBestOfAllWhereNoneIsSparseEnough() {
    // Given: two steps from a threshold that sets nothing to 0
    SparsifierSearch search = search(new Str(0.7, -1000), 2);

    // When
    Found found = search.search(start, progress -> true, probe -> {});

    // Then: the network is as sparse as it must be all the same
    assertThat(found.probes()).extracting(Probe::parameter).containsExactly(-1000.0, -999.0);
    assertThat(found.probes()).extracting(Probe::reached).allMatch(reached -> reached < 0.01);
    assertThat(found.close()).isFalse();
    assertThat(found.network().sparsity()).isEqualTo(0.7, within(1e-3));
  }

  @Test
  void shouldTrainInFullWithWhatShorterTrainingsFound() {
    // Given
    SparsifierSearch search =
        new SparsifierSearch(
            run(new Str(0.7, -4)),
            data.validation(),
            0.1,
            4,
            Optional.of(new LinearDecay(0.2, 0, 24)));
    List<Integer> lengths = new ArrayList<>();

    // When
    Found found =
        search.search(
            start,
            progress -> {
              if (progress.iteration() == progress.iterations()) {
                lengths.add(progress.iterations());
              }
              return true;
            },
            probe -> {});

    // Then
    assertThat(lengths).hasSameSizeAs(found.probes()).endsWith(96);
    assertThat(lengths.subList(0, lengths.size() - 1)).isNotEmpty().containsOnly(24);
    assertThat(found.probe()).isEqualTo(found.probes().get(lengths.size() - 1));
    assertThat(found.probes().subList(0, lengths.size() - 1))
        .extracting(Probe::parameter)
        .contains(found.probe().parameter());
  }

  @Test
  void shouldStopWhenAskedTo() {
    SparsifierSearch search = search(new Str(0.7, -4), 3);
    assertThatThrownBy(() -> search.search(start, progress -> false, probe -> {}))
        .isInstanceOf(TrainingStoppedException.class);
  }

  @Test
  void shouldRefuseWhatItCannotSearch() {
    assertThatThrownBy(() -> search(new Gmp(0.8, 1, false), 3))
        .isInstanceOf(EngineInputException.class)
        .hasMessage(
            "There is no parameter to search for: the method must be STR, or DST with an alpha above 0.");
    assertThatThrownBy(() -> search(new Dst(0.8, 0), 3)).isInstanceOf(EngineInputException.class);
    assertThatThrownBy(() -> search(new Str(0.7, -4), 0))
        .hasMessage("A search has 0 trainings; it must have at least 1.");
    assertThatThrownBy(
            () ->
                new SparsifierSearch(
                    run(new Str(0.7, -4)),
                    data.validation(),
                    0.1,
                    1,
                    Optional.of(new LinearDecay(0.2, 0, 24))))
        .hasMessage("A search has 1 trainings; it must have at least 2.");
    assertThatThrownBy(() -> new SparsifierSearch(run(new Str(0.7, -4)), data.validation(), 0, 3))
        .hasMessage("The tolerance of a search is 0.0; it must be above 0 and below 1.");
  }

  private SparsifierSearch search(Sparsification sparsification, int mostRuns) {
    return new SparsifierSearch(run(sparsification), data.validation(), TOLERANCE, mostRuns);
  }

  private TrainingRun run(Sparsification sparsification) {
    return new TrainingRun(
        data.train(),
        new LinearDecay(sparsification instanceof Str ? 0.2 : 0.05, 0, 96),
        15,
        new Sgd(0.9, 1e-2),
        sparsification,
        SEED,
        Computing.DEFAULT);
  }

  private double accuracy(Found found) {
    return Evaluator.evaluate(found.network().weights(), data.validation(), done -> {}).accuracy();
  }
}
