package io.topiary.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.data.Picture.Box;
import io.topiary.engine.random.RandomStream;
import org.junit.jupiter.api.Test;

class ResizedCropTest {
  private static final long SEED = 7;
  private static final int DRAWS = 20_000;

  @Test
  void shouldKeepAreaAndAspectWithinTheirBounds() {
    // Given
    RandomStream random = RandomStream.of(SEED);

    // Then, but for what rounding to pixels adds
    for (int i = 0; i < DRAWS; i++) {
      Box box = ResizedCrop.draw(random, 300, 400);
      double area = (double) box.height() * box.width() / (300 * 400);
      double aspect = (double) box.width() / box.height();
      assertThat(area).as("draw %d", i).isBetween(0.079, 1.0);
      assertThat(aspect).as("draw %d", i).isBetween(0.74, 1.352);
      assertThat(box.top()).isBetween(0, 300 - box.height());
      assertThat(box.left()).isBetween(0, 400 - box.width());
    }
  }

  @Test
  void shouldDrawAreasUniformlyAndAspectsSymmetrically() {
    // Given a picture in which small parts always fit
    RandomStream random = RandomStream.of(SEED);
    int below = 0;
    int wide = 0;
    int small = 0;
    double left = 0;

    // When
    for (int i = 0; i < DRAWS; i++) {
      Box box = ResizedCrop.draw(random, 1000, 1000);
      double area = box.height() * box.width() / 1e6;
      if (area < 0.5) {
        small++;
        below += area < 0.29 ? 1 : 0;
        wide += box.width() > box.height() ? 1 : 0;
        left += box.left() / (1000.0 - box.width());
      }
    }

    // Then 0.29 is in the middle of 0.08 and 0.5, and what is drawn lies anywhere
    assertThat(small).isGreaterThan(DRAWS / 3);
    assertThat((double) below / small).isCloseTo(0.5, within(0.02));
    assertThat((double) wide / small).isCloseTo(0.5, within(0.02));
    assertThat(left / small).isCloseTo(0.5, within(0.02));
  }

  @Test
  void shouldCutOutTheMiddleOfAPictureThatNoPartFits() {
    assertThat(ResizedCrop.draw(RandomStream.of(SEED), 10, 1000))
        .isEqualTo(new Box(0, 493, 10, 13));
    assertThat(ResizedCrop.draw(RandomStream.of(SEED), 1000, 10))
        .isEqualTo(new Box(493, 0, 13, 10));
    assertThat(ResizedCrop.draw(RandomStream.of(SEED), 1, 1)).isEqualTo(new Box(0, 0, 1, 1));
  }
}
