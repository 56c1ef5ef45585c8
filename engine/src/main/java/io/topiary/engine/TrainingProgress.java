package io.topiary.engine;

/**
 * How far a training run is.
 *
 * @param epoch the epoch of the iteration just done, counted from 1
 * @param iteration iterations done
 * @param iterations iterations in all
 * @param learningRate the rate of the iteration just done
 * @param loss mean cross-entropy of its batch, before the step
 * @param epochLoss mean cross-entropy of the epoch so far, each batch before its step
 * @param imagesPerSecond images per second so far, forward, backward, method and optimiser; the
 *     filling of batches does not count
 */
public record TrainingProgress(
    int epoch,
    int iteration,
    int iterations,
    double learningRate,
    double loss,
    double epochLoss,
    double imagesPerSecond) {}
