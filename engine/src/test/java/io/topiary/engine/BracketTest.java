package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BracketTest {

  @Test
  void shouldStepUpAndHalve() {
    assertThat(positions(4.5, 7)).containsExactly(0.0, 1.0, 3.0, 7.0, 5.0, 4.0, 4.5);
  }

  @Test
  void shouldStepDownAndHalve() {
    assertThat(positions(-2.75, 6)).containsExactly(0.0, -1.0, -3.0, -2.0, -2.5, -2.75);
  }

  @Test
  void shouldGiveUpWhereNothingIsLeft() {
    assertThat(triesUntilExhausted(0.3)).isEqualTo(12);
    assertThat(triesUntilExhausted(Double.POSITIVE_INFINITY)).isEqualTo(6);
    assertThat(triesUntilExhausted(Double.NEGATIVE_INFINITY)).isEqualTo(6);
  }

  private static int triesUntilExhausted(double wanted) {
    Bracket bracket = new Bracket();
    int tries = 0;
    while (!bracket.isExhausted()) {
      double position = bracket.next();
      bracket.learn(position, position < wanted);
      tries++;
    }
    return tries;
  }

  private static List<Double> positions(double wanted, int count) {
    Bracket bracket = new Bracket();
    List<Double> positions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double position = bracket.next();
      positions.add(position);
      bracket.learn(position, position < wanted);
    }
    return positions;
  }
}
