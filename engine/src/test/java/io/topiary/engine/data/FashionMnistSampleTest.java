package io.topiary.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistSampleTest {
  private static final Path FULL = Path.of("/usr/share/datasets/fashion-mnist");

  @Test
  void shouldBeDrawnFromTheFullSetByTheRuleInItsReadme(@TempDir Path folder) throws Exception {
    // Given
    assumeThat(FULL).as("Debian's dataset-fashion-mnist").exists();

    // When
    FashionMnistSample.main(FULL.toString(), folder.toString());

    // Then
    assertThat(DataSets.open(folder.toString(), List.of()).sha256())
        .isEqualTo(DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of()).sha256());
  }
}
