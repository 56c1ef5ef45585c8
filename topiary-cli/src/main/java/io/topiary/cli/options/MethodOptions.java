package io.topiary.cli.options;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a network is pruned and retrained, as it is asked for on the command line. */
public final class MethodOptions {

  public static final String USUAL_METHOD = "one-shot";
  public static final String USUAL_SCHEDULE = "allr";
  public static final String USUAL_SELECTOR = "global-magnitude";
  public static final List<Double> USUAL_SPARSITIES = List.of(0.7, 0.8, 0.9);

  /** Of imp and bimp. */
  public static final int USUAL_PHASES = 3;

  /** Epochs in each phase. */
  public static final double USUAL_RETRAINING = 2;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      defaultValue = USUAL_METHOD,
      description =
          "one-shot; imp (prunes and retrains in phases that each take the same share of what is"
              + " left); imp-renda (the same in as many phases of"
              + " 20%% as reach the sparsity, most often beyond it: 0.9 ends at 0.9141); bimp (imp within a budget of epochs"
              + " that counts the dense training). Default: ${DEFAULT-VALUE}")
  private String method = "";

  @Option(
      names = "--phases",
      paramLabel = "K",
      description = "imp, bimp: phases of pruning and retraining. Default: 3")
  private Optional<Integer> phases = Optional.empty();

  @Option(
      names = "--sparsity",
      paramLabel = "S",
      description =
          "Fractions of the weights to remove, one network for each. Default: 0.7,0.8,0.9; with an"
              + " N:M selector, what it leaves no choice about")
  private List<String> sparsities = List.of();

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      defaultValue = USUAL_SCHEDULE,
      description =
          "Learning rates of retraining: ft, lrw, slr, clr, llr or allr. Default:"
              + " ${DEFAULT-VALUE}")
  private String schedule = "";

  @Option(
      names = "--selector",
      paramLabel = "NAME",
      defaultValue = USUAL_SELECTOR,
      description = SelectorChoice.HELP)
  private String selector = "";

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Epochs of dense training; with bimp, of dense training and retraining together. Default:"
              + " ${DEFAULT-VALUE}")
  private double epochs;

  @Option(
      names = "--dense-epochs",
      paramLabel = "N",
      description = "bimp: how many of them train the dense network. Default: four tenths")
  private Optional<Double> denseEpochs = Optional.empty();

  @Option(
      names = "--retrain-epochs",
      paramLabel = "N",
      description = "Epochs of the retraining in each phase. Default: 2; with bimp, what is left")
  private Optional<Double> retrainEpochs = Optional.empty();

  @Option(
      names = "--total-retrain-epochs",
      paramLabel = "N",
      description =
          "imp: epochs of all retraining together, split over the phases, at least one for each.")
  private Optional<Double> totalRetrainEpochs = Optional.empty();

  /**
   * What was asked for.
   *
   * @throws io.topiary.runtime.StartException when it makes no sense or contradicts itself
   */
  public PruningRequest request() {
    return new TypedMethod(
            method,
            phases,
            TypedNumbers.decimals("--sparsity", sparsities, "0.7,0.9"),
            schedule,
            selector,
            epochs,
            denseEpochs,
            retrainEpochs,
            totalRetrainEpochs)
        .request();
  }
}
