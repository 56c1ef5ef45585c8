package io.topiary.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.Predictions;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.Recipe;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownNetworksTest {

  private static final Judged NETWORK =
      new Judged(
          new Answers(new Predictions(List.of(1), 1, 0), new Predictions(List.of(2), 1, 0)), 3);

  @TempDir private Path folder;

  private final KnownNetworks known = new KnownNetworks();

  @Test
  void shouldForgetTheLeastRecentlyUsed() {
    // Given
    var recipe = recipe();
    known.add(recipe, weights(0), NETWORK);
    known.add(recipe, weights(1), NETWORK);

    // When
    for (var i = 2; i <= 32; i++) {
      assertThat(known.find(recipe, weights(0))).hasValue(NETWORK);
      known.add(recipe, weights(i), NETWORK);
    }

    // Then
    assertThat(known.find(recipe, weights(0))).isPresent();
    assertThat(known.find(recipe, weights(1))).isEmpty();
    assertThat(known.find(recipe, weights(2))).isPresent();
  }

  @Test
  void shouldTellDataSetsApart() {
    // Given
    var recipe = recipe();
    var other =
        Recipe.newBuilder(recipe)
            .setData(DataSpec.newBuilder(recipe.getData()).setSha256("0".repeat(64)).build())
            .build();

    // When
    known.add(recipe, weights(0), NETWORK);

    // Then
    assertThat(known.find(other, weights(0))).isEmpty();
  }

  private Recipe recipe() {
    return new TestCheckpoints(FileArtifactStore.open(folder), "m").dense().getRecipe();
  }

  private static Artifact weights(int number) {
    return new Artifact("file:///" + number, 1L, String.valueOf(number));
  }
}
