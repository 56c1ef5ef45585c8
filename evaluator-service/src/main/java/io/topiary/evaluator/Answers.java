package io.topiary.evaluator;

import io.topiary.engine.Predictions;
import io.topiary.engine.data.Images;
import io.topiary.schemas.ClassScore;
import io.topiary.schemas.Disagreement;
import io.topiary.schemas.Score;
import java.util.List;
import java.util.stream.IntStream;

/** What a network answers to the two splits that it was not trained on. */
record Answers(Predictions validation, Predictions test) {

  static Score score(Predictions predictions) {
    return new Score(predictions.answers().size(), predictions.correct(), predictions.loss());
  }

  /** The same for each class, whether or not it has images. */
  static List<ClassScore> classes(Images images, Predictions predictions) {
    var all = new int[images.classes()];
    var correct = new int[images.classes()];
    for (var i = 0; i < images.size(); i++) {
      var label = images.label(i);
      all[label]++;
      correct[label] += predictions.answers().get(i) == label ? 1 : 0;
    }
    return IntStream.range(0, images.classes())
        .mapToObj(label -> new ClassScore(label, all[label], correct[label]))
        .toList();
  }

  /** Where the network and its dense ancestor differ in being right about the same images. */
  static Disagreement disagreement(Images images, Predictions dense, Predictions network) {
    var lost = 0;
    var won = 0;
    for (var i = 0; i < images.size(); i++) {
      var denseRight = dense.answers().get(i) == images.label(i);
      var right = network.answers().get(i) == images.label(i);
      lost += denseRight && !right ? 1 : 0;
      won += !denseRight && right ? 1 : 0;
    }
    return new Disagreement(lost, won);
  }
}
