package io.topiary.sparsity.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorsTest {

  @Test
  void shouldReadBackTheNameOfEverySelector() {
    assertThat(Selectors.names())
        .allSatisfy(name -> assertThat(Selectors.parse(name, 3).name()).isEqualTo(name));
    assertThat(Selectors.parse("1:16", 3)).isEqualTo(new NOfM(1, 16));
    assertThat(Selectors.parse("random", 3)).isEqualTo(new RandomSelection(3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"magnitude", "", "2:", "ERK", "-1:4", "2:4:8", "99999999999:4"})
  void shouldSayWhichNamesThereAre(String name) {
    assertThatThrownBy(() -> Selectors.parse(name, 0))
        .isInstanceOf(SelectionException.class)
        .hasMessage(
            "There is no selector '%s'; there are global-magnitude, uniform, uniform-dense-first,"
                + " erk, lamp, 2:4, random, where 2:4 may be any N:M.",
            name);
  }
}
