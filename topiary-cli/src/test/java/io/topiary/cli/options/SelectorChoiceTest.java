package io.topiary.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.Weights;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.selection.PrunableTensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorChoiceTest {

  @ParameterizedTest
  @CsvSource({"2:4,3,28", "1:4,1,28", "3:7,3,32", "2:16,2,28", "4:5,1,28"})
  void shouldKnowWhatAPatternComesTo(String name, int channels, int side) {
    // Given
    var network = BuiltInNetworks.network("resnet8", 5, Shape.of(channels, side, side), 10);
    var choice = SelectorChoice.of(name);
    var weights = Weights.initial(network, 1);
    var tensors =
        network.prunable().stream()
            .map(p -> new PrunableTensor(p.name(), weights.values(p), BitMask.allAlive(p.shape())))
            .toList();

    // When
    var selected = choice.selector(0).select(tensors, choice.onlySparsity().orElseThrow());

    // Then
    assertThat(choice.sparsityOf(network)).contains(selected.sparsity());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"global-magnitude", "uniform", "uniform-dense-first", "erk", "lamp", "random"})
  void shouldReachWhatItSaysAndNoFurther(String name) {
    // Given
    var network = BuiltInNetworks.network("resnet8", 2, Shape.of(1, 28, 28), 10);
    var choice = SelectorChoice.of(name);
    var weights = Weights.initial(network, 1);
    var tensors =
        network.prunable().stream()
            .map(p -> new PrunableTensor(p.name(), weights.values(p), BitMask.allAlive(p.shape())))
            .toList();

    // When
    var reach = Reach.of(choice, network);

    // Then
    var most = reach.removable() / (double) reach.weights();
    assertThat(choice.selector(0).select(tensors, most).removed()).isEqualTo(reach.removable());
    assertThatThrownBy(
            () -> choice.selector(0).select(tensors, (reach.removable() + 1.0) / reach.weights()))
        .hasMessageContaining("would empty a tensor");
  }
}
