package io.topiary.cli.compare.experiment;

/**
 * What one sparse network of a comparison is to show.
 *
 * @param name of the schedule or method, as options have it
 * @param sparsity that is asked for
 * @param retrainEpochs after pruning, of all phases together; 0 for a method that prunes while it
 *     trains
 * @param seed of start weights and order of the images
 */
public record Cell(String name, double sparsity, double retrainEpochs, long seed) {}
