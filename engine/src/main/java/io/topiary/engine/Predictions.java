package io.topiary.engine;

import java.util.List;

/**
 * What a network answers to a set of images.
 *
 * @param answers the class with the highest score for each image, in the order of the images
 * @param correct how many answers are the image's label
 * @param loss mean cross-entropy
 */
public record Predictions(List<Integer> answers, int correct, double loss) {

  public Predictions {
    answers = List.copyOf(answers);
  }

  /** Top-1 accuracy: correct answers over images. */
  public double accuracy() {
    return (double) correct / answers.size();
  }
}
