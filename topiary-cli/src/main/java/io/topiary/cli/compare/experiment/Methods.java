package io.topiary.cli.compare.experiment;

import io.topiary.cli.options.Feasibility;
import io.topiary.cli.options.PruningRequest;
import io.topiary.cli.options.SparseMethod;
import io.topiary.cli.options.SparsifierRequest;
import io.topiary.cli.options.Subject;
import io.topiary.cli.options.TrainingRequest;
import io.topiary.cli.pipeline.WorkRecords;
import io.topiary.engine.sparsifier.Layout;
import io.topiary.engine.sparsifier.Sparsification.Length;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.sparsity.plan.PruningPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The comparison of methods: BIMP and methods that prune while they train, with the same epochs in
 * all and from the same start weights, as in table 2 of Zimmer, Spiegel and Pokutta (2023).
 *
 * @param bimp absent where it is not compared
 * @param methods the others, each with its requests, one for each sparsity
 * @param epochs of every network in all
 * @param seeds how many, from that of the training on
 */
public record Methods(
    Optional<PruningRequest> bimp,
    List<SparsifierRequest> methods,
    double epochs,
    TrainingRequest training,
    int seeds) {

  /** As options name it. */
  public static final String BIMP = "bimp";

  public Methods {
    methods = List.copyOf(methods);
  }

  public List<Long> allSeeds() {
    return LongStream.range(training.seed(), training.seed() + seeds).boxed().toList();
  }

  /**
   * Refuses what can be known to fail.
   *
   * @throws io.topiary.runtime.StartException with one sentence
   * @throws io.topiary.sparsity.InvalidInputException the same
   */
  public void requirePossible(Subject subject) {
    var perEpoch = subject.iterationsPerEpoch(training);
    Feasibility.requireAnIteration("--epochs", epochs, perEpoch);
    bimp.ifPresent(
        request -> {
          Feasibility.rates(request, training, subject.network(), perEpoch);
          Feasibility.requireReach(request, subject.network());
        });
    var length = new Length((int) Math.rint(epochs * perEpoch), perEpoch);
    for (var method : methods) {
      method.requireTime(epochs);
      method
          .sparsification()
          .begin(Layout.of(subject.network()), length, training.weightDecay(subject.network()));
    }
  }

  /**
   * All that is to be made.
   *
   * @param artifacts where the network's graph is put, if it has no name
   */
  public Experiment experiment(Subject subject, Identity identity, ArtifactStore artifacts) {
    var dense =
        bimp.stream()
            .flatMap(
                request ->
                    allSeeds().stream()
                        .map(seed -> dense(request, seed, subject, identity, artifacts)))
            .toList();
    var pruned = bimp.stream().flatMap(request -> pruned(request, dense));
    var sparse =
        methods.stream()
            .flatMap(
                method ->
                    allSeeds().stream()
                        .map(seed -> sparse(method, seed, subject, identity, artifacts)));
    return new Experiment(dense, Stream.concat(pruned, sparse).toList());
  }

  private DenseTraining dense(
      PruningRequest request,
      long seed,
      Subject subject,
      Identity identity,
      ArtifactStore artifacts) {
    var recipe = subject.recipe(training.withSeed(seed), request.denseEpochs(), artifacts);
    return new DenseTraining(
        WorkRecords.dense(identity.model(seed), identity.generation(), recipe));
  }

  private static Stream<Trial> pruned(PruningRequest request, List<DenseTraining> dense) {
    return request.plans().stream()
        .flatMap(plan -> dense.stream().map(from -> pruned(request, plan, from)));
  }

  private static Trial pruned(PruningRequest request, PruningPlan plan, DenseTraining from) {
    return Trial.Pruning.of(
        new Cell(BIMP, plan.sparsity(), plan.retrainingEpochs(), from.seed()),
        from,
        WorkRecords.policy(from.model() + "-" + BIMP, from.model(), request),
        plan.phases().size());
  }

  private Trial sparse(
      SparsifierRequest request,
      long seed,
      Subject subject,
      Identity identity,
      ArtifactStore artifacts) {
    var momentum = training.momentum().orElseGet(request.method()::usualMomentum);
    var recipe = subject.recipe(training.withSeed(seed).withMomentum(momentum), epochs, artifacts);
    var job =
        WorkRecords.sparse(
            identity.model(seed),
            identity.generation(),
            recipe,
            SparsifierRecord.of(request.sparsification()));
    return new Trial.Sparse(new Cell(request.method().label(), request.sparsity(), 0, seed), job);
  }

  /** All names that there are. */
  public static List<String> names() {
    var names = new ArrayList<>(SparseMethod.labels());
    names.add(0, BIMP);
    return List.copyOf(names);
  }
}
