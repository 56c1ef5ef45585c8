package io.topiary.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.NetworkSpec;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.NetworkException;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.network.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworksTest {

  private static final List<Integer> IMAGE = List.of(1, 28, 28);

  @TempDir private Path directory;

  private ArtifactStore artifacts;
  private Networks networks;

  @BeforeEach
  void open() {
    artifacts = FileArtifactStore.open(directory);
    networks = new Networks(artifacts);
  }

  @Test
  void shouldKnowBuiltInNetworksByName() {
    var spec = new NetworkSpec(new BuiltInNetwork("resnet8", 4), IMAGE, 10);

    assertThat(networks.network(spec))
        .isEqualTo(BuiltInNetworks.network("resnet8", 4, new Shape(IMAGE), 10));
  }

  @Test
  void shouldReadANetworkOfTheUsersOwn() {
    // Given
    var own = BuiltInNetworks.network("lenet5", 3, new Shape(IMAGE), 10);
    var graph = artifacts.write(file -> Files.writeString(file, NetworkJson.write(own)));

    // When, then
    assertThat(networks.network(new NetworkSpec(graph, IMAGE, 10))).isEqualTo(own);
    assertThatThrownBy(() -> networks.network(new NetworkSpec(graph, IMAGE, 100)))
        .isInstanceOf(NetworkMismatchException.class)
        .hasMessage(
            "Network 'lenet5' takes images [1, 28, 28] and tells 10 classes apart;"
                + " the record says [1, 28, 28] and 100.");
  }

  @Test
  void shouldRefuseWhatIsNoNetwork() {
    // Given
    var unknown = new NetworkSpec(new BuiltInNetwork("resnet9", 0), IMAGE, 10);
    var noGraph = artifacts.write(file -> Files.writeString(file, "[]"));
    var missing = new Artifact(noGraph.getUri() + "0", 2L, "00".repeat(32));

    // When, then
    assertThatThrownBy(() -> networks.network(unknown))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("resnet9");
    assertThatThrownBy(() -> networks.network(new NetworkSpec(noGraph, IMAGE, 10)))
        .isInstanceOf(NetworkException.class);
    assertThatThrownBy(() -> networks.network(new NetworkSpec(missing, IMAGE, 10)))
        .isInstanceOf(CorruptArtifactException.class);
  }
}
