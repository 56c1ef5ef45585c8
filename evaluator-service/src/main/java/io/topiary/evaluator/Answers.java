package io.topiary.evaluator;

import io.topiary.engine.Predictions;
import io.topiary.engine.data.Images;
import io.topiary.schemas.Disagreement;
import io.topiary.schemas.Score;

/** What a network answers to the two splits that it was not trained on. */
record Answers(Predictions validation, Predictions test) {

  static Score score(Predictions predictions) {
    return new Score(predictions.answers().size(), predictions.correct(), predictions.loss());
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
