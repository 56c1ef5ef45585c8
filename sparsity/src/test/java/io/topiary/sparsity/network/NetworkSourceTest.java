package io.topiary.sparsity.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.network.NetworkSource.BuiltIn;
import io.topiary.sparsity.network.NetworkSource.GraphFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkSourceTest {

  private static final Shape IMAGE = Shape.of(1, 28, 28);

  private final Path folder;
  private final Path file;

  NetworkSourceTest(@TempDir Path folder) {
    this.folder = folder;
    file = folder.resolve("my-net.json");
  }

  @Test
  void shouldFindBuiltInNetworksByName() {
    // When
    var source = NetworkSource.of("resnet8", 4);

    // Then
    assertThat(source).isEqualTo(new BuiltIn("resnet8", 4));
    assertThat(source.network(IMAGE, 10))
        .isEqualTo(BuiltInNetworks.network("resnet8", 4, IMAGE, 10));
  }

  @Test
  void shouldReadANetworkFromAFile() throws IOException {
    // Given
    var own = BuiltInNetworks.network("lenet5", 3, IMAGE, 10);
    Files.writeString(file, NetworkJson.write(own));

    // When
    var source = NetworkSource.of(file.toString(), 0);

    // Then
    assertThat(source).isEqualTo(new GraphFile(file));
    assertThat(source.network(IMAGE, 10)).isEqualTo(own);
    assertThat(NetworkSource.of("Mine.JSON", 0)).isEqualTo(new GraphFile(Path.of("Mine.JSON")));
  }

  @Test
  void shouldSayWhatANetworkMayBe() {
    assertThatThrownBy(() -> NetworkSource.of("resnet9000", 0))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "There is no network 'resnet9000'; known are %s, and any file of yours whose name ends"
                + " in .json.",
            String.join(", ", BuiltInNetworks.names()));
    assertThatThrownBy(() -> NetworkSource.of("", 0)).isInstanceOf(NetworkException.class);
    assertThatThrownBy(() -> NetworkSource.of("my\0net.json", 0))
        .isInstanceOf(NetworkException.class)
        .hasMessage("'my\0net.json' is no path of a network file.");
  }

  @Test
  void shouldTakeAWidthForBuiltInNetworksOnly() {
    assertThatThrownBy(() -> NetworkSource.of("my-net.json", 8))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "Network 'my-net.json' says itself how wide it is; a width (8) goes only with a"
                + " built-in network.");
  }

  @Test
  void shouldSayWhyAFileCannotBeRead() throws IOException {
    assertThatThrownBy(() -> new GraphFile(file).network(IMAGE, 10))
        .isInstanceOf(NetworkException.class)
        .hasMessage("There is no network file %s.", file);
    assertThatThrownBy(() -> new GraphFile(folder).network(IMAGE, 10))
        .isInstanceOf(NetworkException.class)
        .hasMessage("Network file %s is a folder; it must be a file.", folder);
    Files.createFile(file);
    assertThatThrownBy(() -> new GraphFile(file.resolve("inner.json")).network(IMAGE, 10))
        .isInstanceOf(NetworkException.class)
        .hasMessageStartingWith("Network file %s cannot be read: ", file.resolve("inner.json"));
  }

  @Test
  void shouldSayWhereAFileIsNoNetwork() throws IOException {
    Files.writeString(file, "{\n  \"name\": \"mine\",\n  \"input\": [1, 28, 28,]\n}");
    assertThatThrownBy(() -> new GraphFile(file).network(IMAGE, 10))
        .isInstanceOf(NetworkException.class)
        .hasMessageStartingWith("%s is no network: It is no JSON at line 3, column 23: ", file)
        .hasMessageNotContaining("\n");
    Files.writeString(file, "");
    assertThatThrownBy(() -> new GraphFile(file).network(IMAGE, 10))
        .hasMessage("%s is no network: It is empty.", file);
  }

  @Test
  void shouldRefuseANetworkForOtherImagesOrClasses() throws IOException {
    // Given
    Files.writeString(
        file, NetworkJson.write(BuiltInNetworks.network("mlp", 3, Shape.of(3, 32, 32), 10)));
    var source = new GraphFile(file);

    // Then
    assertThatThrownBy(() -> source.network(IMAGE, 10))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "Network 'mlp' in %s takes images [3, 32, 32] and tells 10 classes apart; the data has"
                + " images [1, 28, 28] of 10 classes.",
            file);
    assertThatThrownBy(() -> source.network(Shape.of(3, 32, 32), 100))
        .isInstanceOf(NetworkException.class)
        .hasMessageEndingWith("the data has images [3, 32, 32] of 100 classes.");
  }
}
