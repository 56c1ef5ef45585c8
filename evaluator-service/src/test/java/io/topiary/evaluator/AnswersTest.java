package io.topiary.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.Predictions;
import io.topiary.schemas.Disagreement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnswersTest {

  private static final int CLASSES = 10;

  @Test
  void shouldCountLostAndWonImagesByBeingRightAlone() {
    // Given
    var dense = wrongAt(0, 1);
    var network = wrongAt(1, 2, 3, 4);

    // When
    var disagreement = Answers.disagreement(TestCheckpoints.DATA.validation(), dense, network);

    // Then image 0 is won; 2, 3 and 4 are lost; both are wrong about 1
    assertThat(disagreement).isEqualTo(new Disagreement(3, 1));
  }

  private static Predictions wrongAt(int... images) {
    var validation = TestCheckpoints.DATA.validation();
    List<Integer> answers = new ArrayList<>();
    IntStream.range(0, validation.size()).map(validation::label).forEach(answers::add);
    for (var image : images) {
      answers.set(image, (answers.get(image) + 1) % CLASSES);
    }
    return new Predictions(answers, answers.size() - images.length, 1);
  }
}
