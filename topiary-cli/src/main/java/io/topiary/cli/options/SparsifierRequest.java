package io.topiary.cli.options;

import io.topiary.engine.sparsifier.Sparsification;
import java.util.Optional;

/**
 * How a network is to be made sparse while it is trained. One that exists makes sense in itself;
 * whether network and training have room for it is found out with them.
 *
 * @param sparsification with the parameter that a search starts from, if there is to be one
 * @param sparsity the fraction of the prunable weights that is to be 0 in the end
 * @param searchRuns how many trainings the search for the parameter may take; absent where there is
 *     none
 */
public record SparsifierRequest(
    SparseMethod method,
    Sparsification sparsification,
    double sparsity,
    Optional<Integer> searchRuns) {}
