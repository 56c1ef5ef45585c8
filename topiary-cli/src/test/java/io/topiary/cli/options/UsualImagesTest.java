package io.topiary.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.NetworkSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class UsualImagesTest {

  /** Name, image, classes and prunable weights of a row of the document's table. */
  private static final Pattern ROW =
      Pattern.compile(
          "\\| `([a-z0-9-]+)` \\| \\d+ \\| (\\[[^]]+]) \\| (\\d+) \\| [0-9,]+ \\| ([0-9,]+) .*");

  @Test
  void shouldBeThoseOfTheDocument() throws IOException {
    // Given
    var documented = new LinkedHashMap<String, String>();
    var known = new LinkedHashMap<String, String>();
    for (var line : Files.readAllLines(Path.of("..", "docs", "NETWORKS.md"))) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        documented.put(row.group(1), row.group(2) + " " + row.group(3) + " " + row.group(4));
      }
    }

    // When
    for (var name : BuiltInNetworks.names()) {
      var source = NetworkSource.of(name, 0);
      var usual = UsualImages.of(source);
      var network = source.network(usual.image(), usual.classes());
      var weights = network.prunable().stream().mapToLong(w -> w.shape().elements()).sum();
      known.put(name, "%s %d %,d".formatted(usual.image(), usual.classes(), weights));
    }

    // Then
    assertThat(known).isNotEmpty().containsExactlyEntriesOf(documented);
  }
}
